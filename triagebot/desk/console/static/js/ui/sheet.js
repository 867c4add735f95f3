// The sheet of shortcuts, drawn from the very table that the keys are matched against; each single
// key can be put elsewhere.
import { el, fill } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { canMove, isComposing, remap, shortcuts } from "../core/keys.js";
import { prefs } from "../core/prefs.js";
import { openDialog } from "./dialog.js";
import { complain } from "./toast.js";

const MODIFIERS = ["Shift", "Control", "Alt", "Meta"];

export function openSheet() {
  const box = el("div", { class: "keys" });
  const draw = () => fill(box, ...sections(draw));
  draw();
  openDialog({ label: t("keys.title"), wide: "46rem" }, box, el("p", { class: "quiet" }, t("keys.note"), " ", t("keys.remap.note")));
}

function sections(redraw) {
  return [...shortcuts()].map(([group, each]) => {
    const lines = each.filter((shortcut) => shortcut.keys).map((shortcut) => line(shortcut, redraw));
    return el("section", {}, el("h3", {}, t(`keys.${group}`)), ...lines);
  });
}

function line(shortcut, redraw) {
  const names = shortcut.keys.flatMap((key, index) => [index ? " " : null, el("kbd", {}, key)]);
  const shown = names.filter(Boolean);
  if (!canMove(shortcut)) return el("p", {}, t(shortcut.text), el("span", {}, ...shown));
  const on = { click: ({ currentTarget }) => listenFor(currentTarget, shortcut.text, redraw) };
  const label = t("keys.remap", { what: t(shortcut.text), key: shortcut.keys.join(" ") });
  const isOwn = shortcut.text in (prefs.remap ?? {});
  return el("p", {}, t(shortcut.text),
    el("button", { type: "button", class: isOwn ? "moved" : null, "aria-label": label, title: t("keys.remap.do"), on }, ...shown));
}

// The next key is the new one; Esc leaves it, Backspace gives the first one back.
function listenFor(button, text, redraw) {
  fill(button, el("kbd", {}, "…"));
  const take = (event) => {
    if (isComposing(event) || MODIFIERS.includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    stop();
    if (event.key === "Escape" || event.ctrlKey || event.altKey || event.metaKey) return redraw();
    const taken = remap(text, event.key === "Backspace" ? null : event);
    if (taken) complain(t("keys.taken", { what: t(taken) }));
    return redraw();
  };
  const stop = () => document.removeEventListener("keydown", take, true);
  document.addEventListener("keydown", take, true);
  button.addEventListener("blur", stop, { once: true });
}
