// The five likeliest intents as bars with numbers; a press or Shift and the digit says which it is.
import { attribute, el, icon } from "../core/dom.js";
import { score, t } from "../core/i18n.js";
import { intentTitle } from "./decision.js";

/** Return the list; where the bot answers by itself, a mark on the first bar shows from when on. */
export function createGuesses({ guess, message, decision, actions }) {
  const lines = guess.intents.map((each, index) =>
    line(each, index, message?.label?.intent === each.intent, index === 0 && decision, actions),
  );
  const all = el(
    "button",
    {
      type: "button",
      class: "link all-intents",
      data: { key: "all" },
      on: { click: actions.pick },
    },
    t("context.all_intents"),
    " ",
    el("kbd", {}, "I"),
  );
  return el("div", {}, el("div", {}, ...lines), all);
}

function line({ intent, confidence }, index, isChosen, decision, actions) {
  const share = { "--share": confidence.toFixed(3) };
  const bar = el("span", { class: "guess-bar", css: share }, el("i"));
  if (decision && decision.threshold <= 1 && decision.threshold > 0) {
    bar.style.setProperty("--needed", decision.threshold.toFixed(3));
    bar.append(el("u", { title: t("threshold.needed", { needed: score(decision.threshold) }) }));
  }
  const button = el(
    "button",
    {
      type: "button",
      class: isChosen ? "guess chosen" : "guess",
      data: { key: `guess-${index}` },
      title: t("context.set_intent", { intent: intentTitle(intent) }),
      on: { click: () => actions.setIntent(intent) },
    },
    el("kbd", {}, `⇧${index + 1}`),
    el("span", { class: "one-line" }, intentTitle(intent), isChosen && icon("check")),
    el("span", { class: "number" }, score(confidence)),
    bar,
  );
  attribute(button, "aria-pressed", String(isChosen));
  return button;
}
