// The sheet of shortcuts, drawn from the very table that the keys are matched against.
import { el } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { shortcuts } from "../core/keys.js";
import { openDialog } from "./dialog.js";

export function openSheet() {
  const sections = [...shortcuts()].map(([group, each]) => {
    const lines = each.filter((shortcut) => shortcut.keys).map(line);
    return el("section", {}, el("h3", {}, t(`keys.${group}`)), ...lines);
  });
  openDialog(
    { label: t("keys.title"), wide: "46rem" },
    el("div", { class: "keys" }, ...sections),
    el("p", { class: "quiet" }, t("keys.note")),
  );
}

function line({ keys, text }) {
  const names = keys.flatMap((key, index) => [index ? " " : null, el("kbd", {}, key)]);
  return el("p", {}, t(text), el("span", {}, ...names.filter(Boolean)));
}
