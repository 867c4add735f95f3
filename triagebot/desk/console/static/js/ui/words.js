// The message cut into words, each tinted by how it moved the guess, with the number beneath.
import { el } from "../core/dom.js";
import { t, weight } from "../core/i18n.js";
import { intentTitle } from "./decision.js";

const FAINTEST = 0.05;
const STRONGEST = 0.34;

/** Return the words of a guess for its best intent. */
export function createWords(guess, text) {
  const most = Math.max(...guess.words.map((word) => Math.abs(word.weight)), 0.001);
  const words = guess.words.filter(({ token }) => token.trim());
  if (words.length === 0) return el("p", { class: "words" }, text);
  const intent = intentTitle(guess.intents[0]?.intent);
  return el(
    "div",
    {},
    el("div", { class: "words" }, ...words.map((word) => chip(word, most))),
    el("p", { class: "words-note" }, t("context.words", { intent })),
  );
}

function chip({ token, weight: moved }, most) {
  const share = Math.abs(moved) / most;
  const isNothing = share < FAINTEST;
  return el(
    "span",
    {
      class: `word ${moved >= 0 ? "for" : "against"}`,
      css: { "--alpha": isNothing ? "0" : (share * STRONGEST).toFixed(3) },
    },
    token,
    el("small", {}, isNothing ? "0" : weight(moved)),
  );
}
