// How long the platform still lets us write to a fan: 48 hours after their last word.
import { attribute, el, setText } from "../core/dom.js";
import { span, t } from "../core/i18n.js";

const HOUR = 3_600_000;
const WINDOW = 48 * HOUR;

export function isOver(row) {
  return row.window_until !== null && new Date(row.window_until) <= Date.now();
}

/** The words of what is left. */
export function leftOf(row) {
  const left = new Date(row.window_until) - Date.now();
  return left <= 0 ? t("clock.over") : t("clock.left", { span: span(left) });
}

export function createClock() {
  return el("span", { class: "clock" });
}

/** Show a row's clock; never by colour alone. */
export function showClock(node, row) {
  node.hidden = row.window_until === null;
  if (node.hidden) return;
  const left = new Date(row.window_until) - Date.now();
  node.style.setProperty("--left", Math.min(1, Math.max(0, left / WINDOW)).toFixed(3));
  const few = row.messages_left ?? null;
  setText(node, few === null ? leftOf(row) : `${leftOf(row)} · ${t("clock.messages", { n: few })}`);
  attribute(node, "title", t("clock.title"));
  node.className = `clock ${level(left)}`;
}

function level(left) {
  if (left <= 0) return "over";
  if (left < 2 * HOUR) return "last";
  return left < 8 * HOUR ? "soon" : "";
}
