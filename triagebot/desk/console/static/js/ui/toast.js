// Short words after an action, with a way back; problems say what to do and stay longer.
import { byId, el, fill, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";

const UNDO_SECONDS = 10;
const PROBLEM_SECONDS = 12;
const MOST = 3;

const shown = [];

/** Say that something is done. With `undo`, it can be taken back by button or key for a while. */
export function say(text, undo, seconds = undo ? UNDO_SECONDS : 4, name = "undo") {
  show(name === "undo" ? { text, undo, seconds } : { text, open: undo, seconds });
}

/** Say that something failed. With `retry`, it can be tried again. */
export function complain(text, retry) {
  show({ text, retry, seconds: PROBLEM_SECONDS, isProblem: true });
}

/** Take back the newest action that still can be; false when there is none. */
export function undoNewest() {
  const newest = shown.findLast((each) => each.undo);
  if (!newest) return false;
  remove(newest);
  newest.undo();
  return true;
}

function show(toast) {
  toast.node = el(
    "div",
    { class: toast.isProblem ? "toast problem" : "toast" },
    toast.isProblem && icon("warning"),
    el("span", {}, toast.text),
    toast.undo && action(toast, "undo", [t("undo"), el("kbd", {}, "Z")]),
    toast.open && action(toast, "open", [t("open")]),
    toast.retry && action(toast, "retry", [t("retry")]),
    toast.isProblem && closer(toast),
  );
  shown.push(toast);
  if (shown.length > MOST) remove(shown[0]);
  byId(toast.isProblem ? "problems" : "toasts").append(toast.node);
  plan(toast);
  // A toast must not go while somebody is about to press it.
  toast.node.addEventListener("pointerenter", () => clearTimeout(toast.timer));
  toast.node.addEventListener("pointerleave", () => plan(toast));
}

function action(toast, name, words) {
  const press = () => {
    remove(toast);
    toast[name]();
  };
  const button = el("button", { type: "button", on: { click: press } });
  fill(button, ...words.flatMap((word) => [word, " "]));
  return button;
}

function closer(toast) {
  const on = { click: () => remove(toast) };
  return el("button", { type: "button", "aria-label": t("close"), on }, icon("close"));
}

function plan(toast) {
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => remove(toast), toast.seconds * 1000);
}

function remove(toast) {
  clearTimeout(toast.timer);
  toast.node.remove();
  const index = shown.indexOf(toast);
  if (index >= 0) shown.splice(index, 1);
}
