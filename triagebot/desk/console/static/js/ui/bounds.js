// What blind checks prove: at most so many answers are wrong, and what is missing for the promise.
import { el } from "../core/dom.js";
import { number, percent, t } from "../core/i18n.js";
import { intentTitle } from "./decision.js";

/** Return the cards of a report: all answers together, then intent by intent. */
export function createBounds({ max_error: promised, confidence, together, intents }) {
  const promise = { promised: percent(promised), sure: percent(confidence) };
  const order = [...intents].sort((one, other) => other.high - one.high || other.needs - one.needs);
  return [
    el(
      "section",
      { class: "card" },
      el("h2", {}, t("bounds.title")),
      el("p", { class: "bound-big number" }, boundOf(together)),
      el("p", { class: "quiet" }, t("bounds.together", { ...counts(together), ...promise })),
      gauge(together, promised),
      el("p", { class: stateOf(together) }, needsOf(together)),
    ),
    el(
      "section",
      { class: "card" },
      el("h2", {}, t("bounds.by_intent"), el("small", {}, t("bounds.sure", promise))),
      intents.length === 0 && el("p", { class: "quiet" }, t("bounds.none")),
      el("ul", { class: "bounds" }, ...order.map((one) => line(one, promised))),
    ),
  ];
}

function line(one, promised) {
  return el(
    "li",
    { class: "bound" },
    el("span", { class: "one-line" }, intentTitle(one.intent) || t("bounds.unknown")),
    el("span", { class: "number" }, boundOf(one)),
    el("small", {}, t("bounds.counts", counts(one))),
    el("small", { class: stateOf(one) }, needsOf(one)),
    gauge(one, promised),
  );
}

function boundOf({ judged, high }) {
  return judged === 0 ? t("bounds.unproven") : t("bounds.at_most", { bound: percent(high) });
}

function needsOf({ needs }) {
  return needs === 0 ? t("bounds.proven") : t("bounds.needs", { n: number(needs) });
}

function stateOf({ needs }) {
  return needs === 0 ? "proven" : "unproven";
}

function counts({ judged, wrong, drawn, answers }) {
  return {
    judged: number(judged),
    wrong: number(wrong),
    drawn: number(drawn),
    answers: number(answers),
  };
}

// On a root scale, so that 2 % can be seen beside 100 %; the mark is what is promised.
function gauge({ low, high, rate }, promised) {
  const places = { low, high, rate: rate ?? 0, promised };
  const css = Object.fromEntries(
    Object.entries(places).map(([name, value]) => [`--${name}`, Math.sqrt(value).toFixed(4)]),
  );
  return el(
    "span",
    { class: rate === null ? "gauge unknown" : "gauge", "aria-hidden": "true", css },
    el("i", {}),
    el("b", {}),
    el("u", {}),
  );
}
