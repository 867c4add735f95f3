// Parts of the screens on which one thing after the other is judged.
import { byId, el, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { showWork } from "./frame.js";

/** A press button with its key: `{name, key, run, kind}`; the name is the catalogue key. */
export function verdictButton({ name, key, run, kind = "", hidden = false }) {
  return el(
    "button",
    { type: "button", class: `button ${kind}`, data: { does: name }, hidden, on: { click: run } },
    t(name),
    " ",
    el("kbd", {}, key),
  );
}

/** What was said before, oldest first, small and quiet. */
export function talkBefore(lines) {
  if (lines.length === 0) return null;
  const drawn = lines.map(({ from, text }) =>
    el("p", { class: `before ${from}` }, el("b", {}, t(`from.${from}`)), " ", text),
  );
  return el("div", { class: "talk-before" }, ...drawn);
}

/** One side of what is judged: who said it, and the words. */
export function said(who, text, kind) {
  return el(
    "div",
    { class: `said-block ${kind}` },
    el("p", { class: "byline" }, t(who)),
    el("p", { class: "said-text" }, text),
  );
}

/** Say that there is nothing to do, or what is wrong. */
export function showEmpty(drawing, title, note) {
  showWork(
    el("div", { class: "empty" }, icon(drawing), el("strong", {}, title), el("p", {}, note)),
  );
}

/** Put the focus where the new item is, so that it is read aloud, unless a dialog is open. */
export function focusWork() {
  if (!document.querySelector("dialog[open]")) byId("work").focus({ preventScroll: true });
}

/** Midnight here, for what was done today. */
export function dayBegan() {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString();
}
