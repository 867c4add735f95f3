// Decisions on many as they go out: what is still held, what has left, and the pace.
import { el } from "../core/dom.js";
import { hourOf, number, t } from "../core/i18n.js";
import { showSide } from "./frame.js";
import { intentTitle } from "./decision.js";

const HELD = ["held", "going"];

/** Whether something may still be taken back. */
export const isActive = (clearing) => HELD.includes(clearing.state) && (clearing.counts.held ?? 0) > 0;

/** Draw the side of the screen; `undo(clearing)`. */
export function drawClearings({ items, pace }, undo) {
  showSide(
    el(
      "section",
      { class: "card" },
      el("h2", {}, t("clusters.pace")),
      el("p", { class: "bound-big number" }, t("clusters.per_minute", { n: number(pace.per_minute) })),
      el("p", { class: "quiet" }, t("clusters.pace.note", {
        decisions: number(pace.decisions),
        n: number(pace.conversations),
      })),
    ),
    el(
      "section",
      { class: "card" },
      el("h2", {}, t("clusters.decided")),
      items.length === 0 && el("p", { class: "quiet" }, t("clusters.decided.none")),
      el("ul", { class: "clearings" }, ...items.map((each) => line(each, undo))),
    ),
  );
}

function line(clearing, undo) {
  const { counts, size } = clearing;
  const gone = size - (counts.held ?? 0) - (counts.undone ?? 0);
  const bar = el("progress", { max: size || 1, value: gone, "aria-label": t("clusters.progress") });
  return el(
    "li",
    { class: `clearing ${clearing.state}` },
    el("p", { class: "one-line" }, what(clearing)),
    el("small", { class: "number" }, `${hourOf(clearing.created_at)} · ${how(clearing, gone)}`),
    clearing.keeps ? null : bar,
    isActive(clearing) &&
      el("button", { type: "button", class: "link", on: { click: () => undo(clearing) } }, t("undo")),
  );
}

function what({ text, intent, keeps }) {
  const label = intent ? t("clusters.as", { intent: intentTitle(intent) }) : "";
  if (keeps) return label;
  return [text || t("clusters.closed"), label].filter(Boolean).join(" · ");
}

function how({ state, counts, size, keeps, starts_at: starts }, gone) {
  const n = number(size);
  if (state === "undone") return t("clusters.undone", { n: number(counts.undone ?? 0) });
  if (keeps) return t("clusters.labelled", { n });
  const left = Math.ceil((new Date(starts) - Date.now()) / 1000);
  if (state === "held" && left > 0) return t("clusters.held", { n, s: left });
  const failed = counts.failed ? t("clusters.failed", { n: number(counts.failed) }) : "";
  return [t("clusters.gone", { n: number(gone), all: n }), failed].filter(Boolean).join(" · ");
}
