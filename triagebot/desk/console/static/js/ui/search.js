// Find what was said, from two characters on, and go to the very place.
import { get } from "../core/api.js";
import { el } from "../core/dom.js";
import { number, shortTime, t } from "../core/i18n.js";
import { choose } from "./chooser.js";

const SHORTEST = 1;
const PAUSE = 120;

/** Open the search; `pick(hit)` gets the message to show. */
export function openSearch(pick) {
  let took = null;
  let failed = null;
  let timer;

  async function find(query) {
    clearTimeout(timer);
    if (query.length < SHORTEST) return [];
    // Answers to a query that is still being typed are thrown away by the chooser.
    await new Promise((done) => {
      timer = setTimeout(done, PAUSE);
    });
    try {
      const found = await get(`/search?q=${encodeURIComponent(query)}&limit=30`);
      took = found.took_ms;
      failed = null;
      return found.items;
    } catch (error) {
      failed = error.advice;
      return [];
    }
  }
  function note(item, query) {
    if (failed) return failed;
    if (query.length < SHORTEST) return t("search.hint");
    return item ? t("search.took", { ms: number(Math.ceil(took)) }) : t("search.none", { query });
  }
  choose({
    label: t("search.title"),
    placeholder: t("search.placeholder"),
    find,
    note,
    pick,
    draw: (hit) => [
      el("span", { class: "clamped" }, ...marked(hit.text, hit.marks)),
      el("span", { class: "choice-side" }, `${t(`from.${hit.from}`)} · ${shortTime(hit.at)}`),
    ],
  });
}

/** The text with its marks, which count characters as people do, not UTF-16 units: an emoji is one. */
export function marked(text, marks) {
  const characters = Array.from(text);
  const parts = [];
  let done = 0;
  for (const [start, end] of marks) {
    parts.push(characters.slice(done, start).join(""));
    parts.push(el("mark", {}, characters.slice(start, end).join("")));
    done = end;
  }
  return [...parts, characters.slice(done).join("")];
}
