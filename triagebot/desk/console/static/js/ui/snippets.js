// Short texts at hand, found by words, shortcut or initials of the pinyin.
import { get } from "../core/api.js";
import { el } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { initialsOf } from "../core/pinyin.js";
import { openRow, state } from "../core/store.js";
import { choose } from "./chooser.js";

/** Open the chooser; `pick(text)` gets the words with their variables filled in. */
export function openSnippets(pick) {
  const all = load();
  choose({
    label: t("snippets.title"),
    placeholder: t("right.placeholder"),
    find: async (query) => (await all).filter((each) => fits(each, query.toLowerCase())),
    draw: ({ title, text, shortcut }) => [
      el("span", {}, title, " ", el("span", { class: "quiet" }, shortcut)),
      el("small", { class: "one-line" }, text),
    ],
    note: (item) => (item ? filled(item.text).slice(0, 160) : t("snippets.none")),
    pick: ({ text }) => pick(filled(text)),
  });
}

// The snippets of the team first, then all answers, as somebody wrote both with care.
async function load() {
  const own = await get("/snippets").catch(() => []);
  const answers = [...state.catalogue.answers.values()].map(({ question, text }) => {
    return { title: question, text, shortcut: "" };
  });
  return [...own, ...answers].map((each) => ({ ...each, initials: initialsOf(each.title) }));
}

function fits({ title, text, shortcut, initials }, query) {
  const bare = query.replace(/\s/g, "");
  if (bare && (shortcut.startsWith(bare) || initials.includes(bare))) return true;
  return `${title} ${text}`.toLowerCase().includes(query);
}

// Fill the variables: who writes, to whom, and the brand's.
function filled(text) {
  const values = { ...state.catalogue.facts, agent: state.me.name, fan: openRow()?.fan ?? "" };
  return text.replace(/\{\{?\s*(\w+)\s*\}?\}/g, (found, name) => values[name] ?? found);
}
