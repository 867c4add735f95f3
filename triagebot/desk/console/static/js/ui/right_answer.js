// Say what would have been right: an intent, then one of its answers or none of them.
import { el } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { state } from "../core/store.js";
import { choose } from "./chooser.js";
import { intentTitle } from "./decision.js";
import { pickIntent } from "./picker.js";

/** Ask for both; `pick({intent, answer})` gets them, without `answer` where none fits. */
export function pickRight(pick) {
  pickIntent((intent) => {
    const answers = [...state.catalogue.answers.values()].filter((one) => one.intent === intent);
    if (answers.length === 0) pick({ intent });
    else pickAnswer(intent, answers, pick);
  });
}

function pickAnswer(intent, answers, pick) {
  const none = { id: null, question: t("right.none"), text: "" };
  choose({
    label: t("right.title", { intent: intentTitle(intent) }),
    placeholder: t("picker.placeholder"),
    find: async (query) => [none, ...answers].filter((one) => !query || fits(one, query)),
    draw: ({ question, text }) => [
      el("span", {}, question),
      text && el("small", { class: "one-line" }, text),
    ],
    note: (item) => item?.text.slice(0, 120) ?? "",
    pick: ({ id }) => pick(id ? { intent, answer: id } : { intent }),
  });
}

function fits({ question, text }, query) {
  return `${question} ${text}`.toLowerCase().includes(query.toLowerCase());
}
