// The inbox: put the parts together and start.
import { loadCatalogue } from "../core/catalogue.js";
import { byId } from "../core/dom.js";
import { pressAgain } from "../core/early_presses.js";
import { listen } from "../core/keys.js";
import { choose, prefs } from "../core/prefs.js";
import { startStream } from "../core/stream.js";
import { state, update } from "../core/store.js";
import { showLine } from "../ui/banner.js";
import { focusComposer, startComposer, suggest } from "../ui/composer.js";
import { startContext } from "../ui/context.js";
import { startFirstSteps } from "../ui/first_run.js";
import { startHead } from "../ui/head.js";
import { followHand } from "../ui/list.js";
import { VIEWS, startRail } from "../ui/rail.js";
import { openSearch } from "../ui/search.js";
import { startThread } from "../ui/thread.js";
import { complain } from "../ui/toast.js";
import { act, step } from "./actions.js";
import { assign, similar, snooze } from "./handing.js";
import { loadMore, openConversation, readAddress, refresh, showView } from "./inbox.js";
import { pickFor, setIntent, unlabel } from "./labels.js";
import { heard, letInAtRest } from "./live.js";
import { addNote, removeNote } from "./notes.js";
import { retry, send, sendAndResolve, tellTyping } from "./sending.js";
import { bindKeys } from "./shortcuts.js";

const RETRY = 3000;

const does = {
  take: () => act("take"),
  release: () => act("release"),
  hand_back: () => act("hand_back"),
  resolve: () => act("resolve"),
  reopen: () => act("reopen"),
  snooze,
  assign,
  similar,
  typing: tellTyping,
  note: addNote,
  unnote: removeNote,
  back: () => openConversation(null),
  toggle_context: toggleContext,
  toggleContext,
  refresh,
  up,
  stepView: (by) => go(VIEWS[(VIEWS.indexOf(state.view) + by + VIEWS.length) % VIEWS.length]),
  search,
  suggest: (index) => suggestDraft(index),
  label: pickFor,
  unlabel,
  retry,
  setIntent,
  pick: () => pickFor(),
  send,
  sendAndResolve,
};

function search() {
  openSearch((hit) => openConversation(hit.conversation_id, hit.message_id));
}

function go(view) {
  openConversation(null);
  showView(view);
}

function suggestDraft(index) {
  const answer = state.detail?.guess?.answers[index];
  return answer ? suggest(answer.text) : false;
}

// On a narrow screen the pane lies over the thread, so it opens only when asked for.
const narrow = matchMedia("(max-width: 1100px)");
const desk = document.querySelector(".desk");

function showContext(isShown) {
  desk.classList.toggle("no-context", !isShown);
  update({}, "open");
}

function toggleContext() {
  const isShown = desk.classList.contains("no-context");
  if (!narrow.matches) choose("context", isShown);
  showContext(isShown);
}

// Out of what lies on top first, then out of what is focused, then out of the conversation.
function up() {
  if (narrow.matches && !desk.classList.contains("no-context")) {
    showContext(false);
    return true;
  }
  const { activeElement } = document;
  if (activeElement !== document.body && activeElement !== byId("rows")) byId("rows").focus();
  else if (state.openId) openConversation(null);
  else return false;
  return true;
}

// A list box is walked by arrows, whether or not single keys are on.
function walk(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by && step(by)) event.preventDefault();
  else if (event.key === "Enter") focusComposer();
}

async function start() {
  if (byId("start")) startFirstSteps();
  const fitContext = () => showContext(prefs.context && !narrow.matches);
  fitContext();
  narrow.addEventListener("change", fitContext);
  startRail(go);
  followHand({ open: openConversation, more: loadMore, refresh });
  startHead(does);
  startThread(does);
  startComposer(does);
  startContext(does);
  bindKeys(does);
  listen();
  byId("rows").addEventListener("keydown", walk);
  const left = sessionStorage.getItem("triagebot.return");
  if (!location.hash) history.replaceState(null, "", left || "#waiting");
  sessionStorage.removeItem("triagebot.return");
  addEventListener("hashchange", followAddress);
  setInterval(() => update({}, "minute"), 30_000);
  loadCatalogue().catch((error) => complain(error.advice));
  const { view, id, found } = readAddress();
  state.view = view;
  if (id) openConversation(id, found);
  const cursor = firstView();
  pressAgain();
  startStream(await cursor, heard, showLine);
  letInAtRest();
}

// Without the first page there is no place in the stream to begin from.
async function firstView() {
  for (;;) {
    const cursor = await showView(state.view);
    if (cursor !== null) return cursor;
    await new Promise((done) => {
      setTimeout(done, RETRY);
    });
  }
}

function followAddress() {
  const { view, id, found } = readAddress();
  if (view !== state.view) showView(view);
  if (id !== state.openId) openConversation(id, found);
}

start();
