// Choose one of all answers by its words, its intent or the initials of its pinyin.
import { el } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { state } from "../core/store.js";
import { choose } from "./chooser.js";
import { intentTitle } from "./decision.js";

/** Open the picker; `pick(answer)` gets the chosen one. */
export function pickAnswer(pick) {
  choose({
    label: t("right.any"),
    placeholder: t("right.placeholder"),
    find: async (query) => [...state.catalogue.answers.values()].filter((one) => fits(one, query)),
    draw: ({ question, intent, text }) => [
      el("span", {}, question, " ", el("span", { class: "quiet" }, intentTitle(intent))),
      el("small", { class: "one-line" }, text),
    ],
    note: (item) => item?.text.slice(0, 120) ?? t("picker.none"),
    pick,
  });
}

function fits({ question, text, intent, initials = "" }, query) {
  const sought = query.toLowerCase();
  if (initials.includes(sought.replace(/ /g, ""))) return true;
  return `${question} ${text} ${intent} ${intentTitle(intent)}`.toLowerCase().includes(sought);
}
