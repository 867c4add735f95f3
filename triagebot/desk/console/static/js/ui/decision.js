// What the bot did with a message, folded to one line; unfolded, why.
import { el, icon } from "../core/dom.js";
import { score, t, tAny, titleOf } from "../core/i18n.js";
import { state } from "../core/store.js";

/** Return the folded line of an item's decision. */
export function createDecision(item) {
  const { decision } = item;
  const details = el("div", { class: "why", hidden: true }, ...detailsOf(decision));
  const button = el(
    "button",
    {
      type: "button",
      class: "decision",
      "aria-expanded": "false",
      "aria-label": `${lineOf(decision)}. ${t("why")}`,
    },
    el("span", { class: "by-bot" }, icon("bot")),
    el("span", { class: "number" }, lineOf(decision)),
    icon("down"),
  );
  button.addEventListener("click", () => {
    details.hidden = !details.hidden;
    button.setAttribute("aria-expanded", String(!details.hidden));
  });
  return el("div", { class: "decided" }, button, details);
}

/** The reason as a sentence. */
export function reasonOf(decision) {
  const key = `reason.${decision.reason}`;
  const values = {
    intent: intentTitle(decision.intent),
    confidence: score(decision.confidence),
    needed: score(Math.min(decision.threshold, 1)),
    rule: decision.rule ?? "",
  };
  // A threshold above 1 means that no confidence is enough yet; that is another sentence.
  const unproven = decision.threshold > 1 && t(`${key}.unproven`, values);
  return unproven && unproven !== `${key}.unproven` ? unproven : t(key, values);
}

/** Whether the sentence of the reason names the threshold already. */
export function saysThreshold({ reason }) {
  return ["certified", "below_threshold", "risky"].includes(reason);
}

/** What confidence is needed, always with the word that its proof is provisional. */
export function thresholdOf(decision) {
  if (decision.threshold > 1) return t("threshold.none");
  return t("threshold.needed", { needed: score(decision.threshold) });
}

export function intentTitle(name) {
  return titleOf(state.catalogue.intents.get(name)?.title) || name || "";
}

function lineOf(decision) {
  const parts = [tAny(`action.${decision.action}`, decision.action)];
  if (decision.intent && decision.confidence > 0) {
    parts.push(`${intentTitle(decision.intent)} ${score(decision.confidence)}`);
  } else {
    parts.push(tAny(`reason_short.${decision.reason}`, decision.reason));
  }
  if (decision.rule) parts.push(t("decision.rule"));
  return parts.join(" · ");
}

function detailsOf(decision) {
  const facts = [];
  if (decision.answer) {
    const question = state.catalogue.answers.get(decision.answer)?.question;
    facts.push(["decision.answer", question ?? decision.answer]);
  }
  if (decision.confidence > 0) facts.push(["decision.threshold", thresholdOf(decision)]);
  if (decision.rule) facts.push(["decision.rule", decision.rule]);
  if (decision.model) facts.push(["decision.model", decision.model]);
  const list = facts.flatMap(([key, value]) => [el("dt", {}, t(key)), el("dd", {}, value)]);
  return [el("p", {}, reasonOf(decision)), el("dl", {}, ...list)];
}
