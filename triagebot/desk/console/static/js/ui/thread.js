// The open conversation. Items are kept and added to, so that a screen reader hears only news.
import { attribute, byId, el, fill, icon } from "../core/dom.js";
import { dayOf, isSameDay, t } from "../core/i18n.js";
import { state, watch } from "../core/store.js";
import { createItem } from "./item.js";

const NEAR = 80;
const TOGETHER = 120_000;
const PATIENCE = 150;

const drawn = new Map();
let log, shownId = null, catalogue = null, isFresh = true, wasNearEnd = true;
let actions, timer;

/** Draw the thread; `does` are the actions of its items. */
export function startThread(does) {
  actions = does;
  log = byId("log");
  watch(["detail", "open", "catalogue"], draw);
  log.addEventListener("scroll", () => {
    wasNearEnd = isAtEnd();
    if (wasNearEnd) byId("to-newest").hidden = true;
  });
  byId("to-newest").addEventListener("click", toEnd);
  // A composer that grows must not cover the newest words.
  new ResizeObserver(() => wasNearEnd && toEnd()).observe(log);
}

/** Unfold or fold why the newest decided message was treated so. */
export function toggleWhy() {
  const decisions = log.querySelectorAll(".decision");
  const newest = decisions[decisions.length - 1];
  newest?.click();
  newest?.parentElement.scrollIntoView({ block: "nearest" });
  return Boolean(newest);
}

function draw() {
  const { detail, openId } = state;
  byId("thread-empty").hidden = openId !== null;
  byId("thread-open").hidden = openId === null;
  if (openId !== shownId || catalogue !== state.catalogue) restart();
  if (!detail || detail.conversation.id !== openId) return;
  const wasAtEnd = isFresh || isAtEnd();
  isFresh = false;
  clearTimeout(timer);
  log.querySelectorAll(".bone, .empty").forEach((node) => node.remove());
  const grew = reconcile(withoutTwins(detail.thread));
  attribute(log, "aria-busy", "false");
  if (showFound()) return;
  if (wasAtEnd) toEnd();
  else if (grew) byId("to-newest").hidden = false;
}

function restart() {
  shownId = state.openId;
  catalogue = state.catalogue;
  isFresh = true;
  clearTimeout(timer);
  // Not spoken: a whole thread at once is no news.
  attribute(log, "aria-busy", "true");
  byId("to-newest").hidden = true;
  const clear = () => {
    drawn.clear();
    fill(log, ...placeholder());
  };
  const isHere = state.detail?.conversation.id === shownId;
  if (isHere || state.detailFailed) clear();
  // A quick answer replaces the old thread without a flicker of grey.
  else timer = setTimeout(clear, PATIENCE);
}

function placeholder() {
  if (state.detailFailed) {
    const words = [el("strong", {}, t("thread.failed")), el("p", {}, state.detailFailed)];
    return [el("div", { class: "empty" }, icon("warning"), ...words)];
  }
  return ["middle", "long", "short"].map((size) => el("div", { class: `bone ${size}` }));
}

function reconcile(items) {
  let grew = false;
  const keep = new Set();
  let previous = null;
  for (const item of items) {
    const isNewDay = !previous || !isSameDay(previous.at, item.at);
    if (isNewDay) put(`day-${item.at}`, item.at, () => day(item), keep);
    const isNew = put(item.id, item, () => createItem(item, actions), keep);
    drawn.get(item.id).node.classList.toggle("close-by", isCloseBy(previous, item));
    grew ||= isNew;
    previous = item;
  }
  markNewest(items);
  for (const [key, { node }] of drawn) {
    if (keep.has(key)) continue;
    node.remove();
    drawn.delete(key);
  }
  [...keep].forEach((key, index) => {
    const { node } = drawn.get(key);
    if (log.children[index] !== node) log.insertBefore(node, log.children[index] ?? null);
  });
  return grew;
}

function markNewest(items) {
  const newest = items.findLast((item) => item.from === "fan" && item.text);
  for (const [key, { node }] of drawn) node.classList.toggle("newest", key === newest?.id);
}

function put(key, value, create, keep) {
  keep.add(key);
  const old = drawn.get(key);
  if (old?.value === value) return false;
  const node = create();
  old?.node.replaceWith(node);
  drawn.set(key, { value, node });
  return !old;
}

// A decision comes with the fan's words and again with the reply; once is enough.
function withoutTwins(items) {
  return items.map((item, index) => {
    const reply = items[index + 1];
    const isTwin = item.from === "fan" && item.decision && reply?.from === "bot" && reply.decision;
    if (!isTwin) return item;
    return lean.get(item) ?? lean.set(item, { ...item, decision: null }).get(item);
  });
}
const lean = new WeakMap();

function isCloseBy(previous, item) {
  if (!previous || previous.from !== item.from || item.from === "system") return false;
  const isSameAgent = previous.agent?.id === item.agent?.id;
  return isSameAgent && new Date(item.at) - new Date(previous.at) < TOGETHER;
}

function day(item) {
  return el("p", { class: "day" }, dayOf(item.at));
}

function showFound() {
  const node = state.found && drawn.get(state.found)?.node;
  if (!node) return false;
  state.found = null;
  node.classList.add("found");
  node.scrollIntoView({ block: "center" });
  setTimeout(() => node.classList.remove("found"), 4000);
  return true;
}

function isAtEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
}

function toEnd() {
  wasNearEnd = true;
  log.scrollTop = log.scrollHeight;
  byId("to-newest").hidden = true;
}
