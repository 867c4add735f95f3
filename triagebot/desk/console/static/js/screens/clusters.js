// One decision for many: alike waiting fans as cards, answered, labelled or closed together.
import { get, post } from "../core/api.js";
import { byId, el } from "../core/dom.js";
import { number, t } from "../core/i18n.js";
import { createCard } from "../ui/card.js";
import { drawClearings, isActive } from "../ui/clearings.js";
import { openCluster } from "../ui/cluster.js";
import { intentTitle } from "../ui/decision.js";
import { showNote, showWork, startFrame } from "../ui/frame.js";
import { pickAnswer } from "../ui/answer_picker.js";
import { pickIntent } from "../ui/picker.js";
import { showEmpty } from "../ui/task.js";
import { complain, say, undoNewest } from "../ui/toast.js";

const UNDO_SECONDS = 60;
const LOOK = 1000;

let cards = [];
let at = 0;
let opened = null;
const marked = new Set();

async function load(fresh = false) {
  opened = null;
  showWork(el("p", { class: "empty" }, t("clusters.grouping")));
  try {
    const page = await get(`/clusters?${wanted()}fresh=${fresh}`);
    cards = page.clusters;
    at = 0;
    marked.clear();
    const seconds = page.seconds.toFixed(1);
    const { waiting, grouped, alone } = page;
    const cut = grouped < waiting ? "clusters.note.part" : "clusters.note";
    const values = { waiting: number(waiting), grouped: number(grouped), alone: number(alone) };
    showNote(t(cut, { ...values, seconds }));
    draw();
    if (wanted() && cards.length) open(cards[0]);
  } catch (error) {
    complain(error.advice, load);
    showEmpty("warning", t("clusters.failed_to_load"), error.advice);
  }
}

// The inbox leads here with one conversation whose likes are wanted.
function wanted() {
  const id = /^#(\d+)$/.exec(location.hash)?.[1];
  return id ? `conversation=${id}&` : "";
}

function draw() {
  if (cards.length === 0) return showEmpty("resolved", t("clusters.empty"), t("clusters.empty.note"));
  const does = { point, open, answer, label, close };
  const drawn = cards.map((cluster, place) =>
    createCard(cluster, { isAt: place === at, isMarked: marked.has(cluster.key), does }),
  );
  showWork(el("div", { class: "clusters" }, ...drawn));
  focusCard();
}

function focusCard() {
  const node = cards[at] && byId(`card-${cards[at].key}`);
  if (!node || document.querySelector("dialog[open]")) return;
  node.focus({ preventScroll: true });
  node.scrollIntoView({ block: "nearest" });
}

function point(cluster) {
  at = cards.indexOf(cluster);
  document.querySelectorAll(".cluster[aria-current]").forEach((each) => each.removeAttribute("aria-current"));
  byId(`card-${cluster.key}`)?.setAttribute("aria-current", "true");
}

function step(by) {
  if (opened) return opened.step(by);
  at = Math.min(cards.length - 1, Math.max(0, at + by));
  focusCard();
}

const membersOf = async (cluster) => cluster.members ?? (await get(`/clusters/${cluster.key}`)).items;

async function open(cluster = cards[at]) {
  if (!cluster || opened) return;
  try {
    const members = await membersOf(cluster);
    opened = openCluster(cluster, members, { answer, label, close, split, other, back });
  } catch (error) {
    complain(error.advice, () => load(true));
  }
}

function back() {
  if (!opened) return false;
  opened = null;
  if (location.hash) history.replaceState(null, "", location.pathname);
  draw();
}

function answer(cluster = opened?.cluster ?? cards[at]) {
  if (!cluster) return;
  // Without anybody near enough to be trusted unseen, the card is looked at first.
  const text = opened ? opened.text() : cluster.ticked > 0 && cluster.text;
  // An answer whose words were not changed is named: it can be recalled from all who were told.
  const named = text && text === cluster.text && cluster.answer ? { answer: cluster.answer } : {};
  if (text) decide(cluster, { text, ...named });
  else if (!opened) open(cluster);
  else byId("reply").focus();
}

function close(cluster = opened?.cluster ?? cards[at]) {
  if (!opened && cluster?.ticked === 0) open(cluster);
  else if (cluster) decide(cluster, {});
}

function label(cluster = opened?.cluster ?? cards[at]) {
  if (cluster) pickIntent((intent) => decide(cluster, { intent, keeps: true }));
}

function other() {
  if (opened) pickAnswer(({ text }) => opened?.write(text));
}

async function split() {
  if (!opened) return;
  try {
    const { clusters } = await get(`/clusters/${opened.cluster.key}/parts?least=0.8`);
    const place = cards.indexOf(opened.cluster);
    cards.splice(Math.max(place, 0), place < 0 ? 0 : 1, ...clusters);
    opened = null;
    draw();
  } catch (error) {
    complain(error.advice);
  }
}

function mark() {
  if (opened) return opened.toggle();
  const { key } = cards[at] ?? {};
  if (!key) return;
  if (!marked.delete(key)) marked.add(key);
  byId(`card-${key}`).classList.toggle("marked", marked.has(key));
}

async function merge() {
  const some = cards.filter(({ key }) => marked.has(key));
  if (opened || some.length < 2) return complain(t("clusters.merge.few"));
  try {
    const members = (await Promise.all(some.map(membersOf))).flat();
    const [first] = some;
    const merged = { ...first, key: `merged-${first.key}`, members, size: members.length };
    merged.ticked = members.filter((each) => each.ticked).length;
    cards = cards.map((each) => (each === first ? merged : each)).filter((each) => !marked.has(each.key));
    marked.clear();
    at = cards.indexOf(merged);
    open(merged);
  } catch (error) {
    complain(error.advice);
  }
}

async function decide(cluster, body) {
  try {
    const chosen = opened ? opened.chosen() : (await membersOf(cluster)).filter((each) => each.ticked);
    if (chosen.length === 0) return complain(t("clusters.none_ticked"));
    const targets = chosen.map(({ conversation_id, message_id, newest_id }) => {
      return { conversation_id, message_id, newest_id };
    });
    const { clearing, left_out: left } = await post("/clearings", { targets, ...body });
    tell(clearing, left);
    if (!body.keeps) cards = cards.filter((each) => each !== cluster);
    at = Math.min(at, Math.max(0, cards.length - 1));
    opened = null;
    draw();
  } catch (error) {
    complain(error.advice);
  }
  look();
}

function tell(clearing, left) {
  const name = clearing.keeps ? "label" : clearing.text ? "answer" : "close";
  const values = { n: number(clearing.size), intent: intentTitle(clearing.intent) };
  say(t(`clusters.done.${name}`, values), () => undo(clearing), UNDO_SECONDS);
  const missed = Object.entries(left).map(([why, n]) => t(`clusters.left.${why}`, { n: number(n) }));
  if (missed.length) say(missed.join(" "));
}

async function undo(clearing) {
  try {
    const { counts } = await post(`/clearings/${clearing.id}/undo`);
    say(t("clusters.undone", { n: number(counts.undone ?? 0) }));
    load(true);
  } catch (error) {
    complain(error.code === "conflict" ? t("clusters.too_late") : error.advice);
  }
  look();
}

let timer = null;

async function look() {
  clearTimeout(timer);
  try {
    const page = await get("/clearings");
    drawClearings(page, undo);
    if (page.items.some(isActive)) timer = setTimeout(look, LOOK);
  } catch (error) {
    complain(error.advice, look);
  }
}

await startFrame({
  move: [
    { keys: ["J"], text: "clusters.next", code: "KeyJ", run: () => step(1) },
    { keys: ["K"], text: "clusters.previous", code: "KeyK", run: () => step(-1) },
    { keys: ["↵"], text: "clusters.open", code: "Enter", run: () => open() },
    { keys: ["R"], text: "clusters.again", code: "KeyR", run: () => load(true) },
    { keys: ["Esc"], text: "keys.up", symbols: ["Escape"], always: true, run: back },
  ],
  decide: [
    { keys: ["A"], text: "clusters.answer_ticked", code: "KeyA", run: () => answer() },
    { keys: ["L"], text: "clusters.label", code: "KeyL", run: () => label() },
    { keys: ["E"], text: "clusters.close", code: "KeyE", run: () => close() },
    { keys: ["O"], text: "clusters.other", code: "KeyO", run: other },
    { keys: ["X"], text: "clusters.mark", code: "KeyX", run: mark },
    { keys: ["T"], text: "clusters.all", code: "KeyT", run: () => opened?.all() },
    { keys: ["S"], text: "clusters.split", code: "KeyS", run: split },
    { keys: ["M"], text: "clusters.merge", code: "KeyM", run: merge },
    { keys: ["Z"], text: "keys.undo", code: "KeyZ", run: undoNewest },
  ],
});
load();
look();
