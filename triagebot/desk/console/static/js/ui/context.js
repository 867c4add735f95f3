// The right pane: what the bot thinks, why, what could be said, who the fan is.
import { byId, el, fill } from "../core/dom.js";
import { channelOf, exactTime, score, since, t, tAny } from "../core/i18n.js";
import { openRow, state, watch } from "../core/store.js";
import { leftOf } from "./clock.js";
import { reasonOf, saysThreshold, thresholdOf } from "./decision.js";
import { createGuesses } from "./guesses.js";
import { showNearest } from "./nearest.js";
import { createWords } from "./words.js";

const LEAST = 0.01;
let actions;

/** Draw the pane; `does.setIntent(name)`, `does.pick()`, `does.suggest(index)`. */
export function startContext(does) {
  actions = does;
  watch(["open", "detail", "catalogue", "minute"], draw);
}

/** The fan's newest message with words, and what the bot decided on it. */
export function newest() {
  const thread = state.detail?.thread ?? [];
  const id = state.detail?.guess?.message_id;
  const message = thread.find((item) => item.id === id) ?? null;
  const reply = thread.find((item) => item.id === `r${id}`);
  return { message, decision: reply?.decision ?? message?.decision ?? null };
}

function draw() {
  const body = byId("context-body");
  const isHere = state.detail && state.detail.conversation.id === state.openId;
  if (!isHere) {
    if (!state.openId) fill(body, el("p", { class: "empty" }, t("context.nothing")));
    return;
  }
  // A redraw must not take the focus away from the button that caused it.
  const focused = body.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  fill(body, ...cards());
  if (focused) body.querySelector(`[data-key="${focused}"]`)?.focus();
}

function cards() {
  const { guess } = state.detail;
  const row = openRow();
  if (!guess) return [el("p", { class: "card quiet" }, t("context.no_guess")), fanCard(row)];
  const { message, decision } = newest();
  const drafts = guess.answers.filter(isWorthIt).map(draft);
  return [
    card(t("context.guess"), createGuesses({ guess, message, decision, actions })),
    card(t("context.why"), ...why(guess, decision, message)),
    drafts.length > 0 && card(t("context.drafts"), ...drafts),
    fanCard(row),
  ].filter(Boolean);
}

function card(title, ...children) {
  return el("section", { class: "card" }, el("h3", {}, title), ...children);
}

function why(guess, decision, message) {
  const short = tAny(`reason_short.${guess.reason}`, "context.no_reason");
  const hasThreshold = decision?.confidence > 0 && !saysThreshold(decision);
  return [
    el("p", { class: "reason" }, decision ? reasonOf(decision) : short),
    hasThreshold && el("p", { class: "threshold" }, thresholdOf(decision)),
    createWords(guess, message?.text ?? ""),
    nearest(guess.message_id),
  ];
}

// It stays as it was opened while the pane is drawn anew for the same message.
let near = null;

function nearest(id) {
  if (near?.dataset.id === id) return near;
  const box = el("div", {});
  const on = { toggle: () => near.open && showNearest(box, id) };
  near = el("details", { data: { id }, on }, el("summary", {}, t("context.nearest")), box);
  return near;
}

// Answers come best first, so what is left keeps its digit.
function isWorthIt(answer, index) {
  return index === 0 || answer.confidence >= LEAST;
}

function draft(answer, index) {
  const press = { click: () => actions.suggest(index) };
  return el(
    "button",
    { type: "button", class: "draft", data: { key: `draft-${index}` }, on: press },
    el(
      "span",
      { class: "draft-head" },
      el("kbd", {}, String(index + 1)),
      el("span", {}, answer.question),
      el("span", { class: "number" }, score(answer.confidence)),
    ),
    el("span", { class: "draft-text clamped" }, answer.text),
  );
}

function fanCard(row) {
  const facts = [
    ["fan.name", row.fan],
    ["fan.channel", channelOf(row.channel)],
    row.waiting_since && ["fan.waiting", since(row.waiting_since)],
    ["fan.last", exactTime(row.last_at)],
    row.window_until && ["fan.window", leftOf(row)],
    ["fan.messages", String(state.detail.thread.filter((item) => item.from === "fan").length)],
  ].filter(Boolean);
  const list = facts.flatMap(([key, value]) => [el("dt", {}, t(key)), el("dd", {}, value)]);
  return card(t("context.fan"), el("dl", { class: "facts" }, ...list));
}
