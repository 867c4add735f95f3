// Say what a message really was: all intents, the bot's guesses first, with what belongs to each.
import { el } from "../core/dom.js";
import { score, t, titleOf } from "../core/i18n.js";
import { state } from "../core/store.js";
import { choose } from "./chooser.js";

/** Open the picker; `pick(name)` gets the chosen intent. */
export function pickIntent(pick) {
  choose({
    label: t("picker.title"),
    placeholder: t("picker.placeholder"),
    find: async (query) => ranked().filter((each) => fits(each.intent, query.toLowerCase())),
    draw: ({ intent, confidence }) => [
      el("span", {}, titleOf(intent.title), " ", el("span", { class: "quiet" }, intent.name)),
      el("span", { class: "choice-side number" }, confidence ? score(confidence) : ""),
    ],
    note: (item) => (item ? titleOf(item.intent.guideline) : t("picker.none")),
    pick: ({ intent }) => pick(intent.name),
  });
}

function ranked() {
  const guessed = state.detail?.guess?.intents ?? [];
  const guesses = new Map(guessed.map((each) => [each.intent, each.confidence]));
  return [...state.catalogue.intents.values()]
    .map((intent) => ({ intent, confidence: guesses.get(intent.name) }))
    .sort((one, other) => (other.confidence ?? -1) - (one.confidence ?? -1));
}

function fits(intent, query) {
  const words = [intent.name, ...Object.values(intent.title), ...Object.values(intent.guideline)];
  return words.some((word) => word.toLowerCase().includes(query));
}
