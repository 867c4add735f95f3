// Search over all time: messages, answers and fans; each result leads to its very place.
import { get } from "../core/api.js";
import { byId, el, fill } from "../core/dom.js";
import { exactTime, number, t, titleOf } from "../core/i18n.js";
import { isComposing } from "../core/keys.js";
import { base } from "../core/page.js";
import { choose, prefs } from "../core/prefs.js";
import { state } from "../core/store.js";
import { showNote, showSide, showWork, startFrame } from "../ui/frame.js";
import { marked } from "../ui/search.js";
import { complain } from "../ui/toast.js";

const PAUSE = 150;
const KEPT = 12;
let asked = 0;
let timer;

async function find() {
  const query = byId("query").value.trim();
  history.replaceState(null, "", query ? `?q=${encodeURIComponent(query)}` : location.pathname);
  drawKept();
  const mine = ++asked;
  if (!query) return show([], [], [], "");
  try {
    const q = encodeURIComponent(query);
    const [found, fans] = await Promise.all([get(`/search?q=${q}&limit=100`), get(`/fans?name=${q}&limit=20`)]);
    // An older question may be answered later; it must not replace the newer answer.
    if (mine === asked) show(found.items, found.answers, fans.items, query, found.took_ms);
  } catch (error) {
    complain(error.advice ?? String(error), find);
  }
  return undefined;
}

// Searches that somebody comes back to, in this browser.
function drawKept() {
  const query = byId("query").value.trim();
  const all = prefs.searches ?? [];
  const press = (label, run) => el("button", { type: "button", class: "button", on: { click: run } }, label);
  const keepAll = (searches) => {
    choose("searches", searches);
    drawKept();
  };
  fill(byId("kept"),
    ...all.map((each) => el("a", { class: "button", href: `?q=${encodeURIComponent(each)}`, "aria-current": each === query ? "true" : null }, each)),
    query && (all.includes(query)
      ? press(t("found.forget"), () => keepAll(all.filter((each) => each !== query)))
      : press(t("found.keep"), () => keepAll([...all, query].slice(-KEPT)))));
}

function show(messages, answers, fans, query, took) {
  showNote(query ? t("found.took", { n: number(messages.length), ms: number(Math.ceil(took)) }) : "");
  fill(byId("hits"), ...(query && messages.length === 0
    ? [el("li", { class: "nothing" }, t("found.none", { query }))]
    : messages.map(message)));
  showSide(
    el("section", { class: "card" }, el("h2", {}, t("found.answers")), ...(answers.length ? answers.map(answer) : [nothing(query)])),
    el("section", { class: "card" }, el("h2", {}, t("found.fans")), ...(fans.length ? fans.map(fan) : [nothing(query)])),
  );
}

const nothing = (query) => el("p", { class: "nothing" }, t(query ? "found.nothing" : "found.hint"));

function message(hit) {
  return el("li", {}, el("a", { class: "hit", href: `${base}/desk#open/${hit.conversation_id}/${hit.message_id}` },
    el("span", { class: "clamped" }, ...marked(hit.text, hit.marks)),
    el("small", { class: "number" }, exactTime(hit.at))));
}

function answer(hit) {
  const intent = titleOf(state.catalogue.intents.get(hit.intent)?.title);
  return el("a", { class: "hit", href: `${base}/desk/answers#answers/${hit.id}` },
    el("span", {}, ...marked(hit.question, hit.marks)), el("small", {}, intent));
}

function fan(row) {
  return el("a", { class: "hit", href: `${base}/desk/fans?fan=${row.id}` },
    el("span", {}, row.remark || `…${row.fan}`), el("small", {}, row.channel));
}

// Down and up go through the results, as in every list.
function step(event) {
  if (isComposing(event) || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const links = [...document.querySelectorAll(".hit")];
  const at = links.indexOf(document.activeElement);
  if (at < 0 && event.target.id !== "query") return;
  const next = at + (event.key === "ArrowDown" ? 1 : -1);
  (links[next] ?? byId("query")).focus();
  event.preventDefault();
}

await startFrame({ move: [{ keys: ["/"], text: "keys.search", symbols: "/、", run: () => byId("query").focus() }] });
showWork(el("div", { class: "page" },
  el("input", { id: "query", type: "search", maxlength: 200, placeholder: t("found.placeholder"), "aria-label": t("found.placeholder"),
    value: new URLSearchParams(location.search).get("q") ?? "", on: { input: () => {
      clearTimeout(timer);
      timer = setTimeout(find, PAUSE);
    } } }),
  el("nav", { id: "kept", class: "presets", "aria-label": t("found.kept") }),
  el("ol", { id: "hits", class: "hits" })));
document.addEventListener("keydown", step);
byId("query").focus();
find();
