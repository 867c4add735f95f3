// One line of a thread, by who speaks.
import { el, icon } from "../core/dom.js";
import { exactTime, hourOf, t, tAny } from "../core/i18n.js";
import { state } from "../core/store.js";
import { createDecision, intentTitle } from "./decision.js";

const LONG = 140;

/** Return the element of an item; `does` holds `label(item)`, `unlabel(item)`, `retry(item)`. */
export function createItem(item, does) {
  if (item.from === "system") return createNote(item);
  const note = item.kind === "note" ? "note" : "";
  const classes = ["item", item.from, note, item.state ?? ""].filter(Boolean).join(" ");
  return el(
    "article",
    { class: classes, id: `item-${item.id}`, "aria-label": t(`from.${item.from}`) },
    byline(item),
    el("div", { class: "said" }, bubble(item), offer(item, does)),
    meta(item, does),
    item.decision && createDecision(item),
  );
}

function createNote(item) {
  const words = item.text || tAny(`kind.${item.kind}`, item.kind);
  return el("p", { class: "item system", id: `item-${item.id}` }, `${words} · ${hourOf(item.at)}`);
}

function byline(item) {
  const name = item.from === "agent" ? item.agent?.name : null;
  const who = name && item.agent.id === state.me.id ? t("me") : name;
  return el(
    "p",
    { class: "byline" },
    item.from === "bot" && icon("bot"),
    el("span", {}, who ?? t(`from.${item.from}`)),
    el("time", { datetime: item.at, title: exactTime(item.at) }, hourOf(item.at)),
  );
}

function bubble(item) {
  const text = el("div", {}, wordsOf(item));
  const parts = [text];
  if (item.from === "bot" && item.text.length > LONG) parts.push(folded(text));
  if (item.options?.length) {
    const lines = item.options.map(({ title }) => el("li", {}, title));
    parts.push(el("ol", { class: "options" }, ...lines));
  }
  return el("div", { class: "bubble" }, ...parts);
}

// Pictures, voices and the like say what they are before what they say.
function wordsOf(item) {
  if (item.kind === "text" || item.from !== "fan") return item.text;
  const kind = tAny(`kind.${item.kind}`, "kind.unknown");
  return item.text ? `${kind} · ${item.text}` : kind;
}

// What the bot says is known by heart; three lines remind well enough.
function folded(text) {
  text.classList.add("clamped");
  const button = el("button", { type: "button", class: "link more" }, t("more"));
  button.addEventListener("click", () => {
    const isFolded = text.classList.toggle("clamped");
    button.textContent = t(isFolded ? "more" : "less");
  });
  return button;
}

function meta(item, does) {
  const parts = [];
  if (item.state) parts.push(...delivery(item, does));
  if (item.label) parts.push(...labelParts(item, does));
  if (item.kind === "note") parts.push(el("span", {}, t("note.only")));
  if (item.kind === "note" && item.agent?.id === state.me.id) {
    parts.push(link("note.remove", () => does.unnote(item)));
  }
  const isSettled = item.state === "delivered";
  return parts.length ? el("div", { class: isSettled ? "meta settled" : "meta" }, ...parts) : null;
}

// Any message of the fan can be labelled; the button shows on the newest, and under the pointer.
function offer(item, does) {
  if (item.from !== "fan" || !item.text || item.label) return null;
  const press = { click: () => does.label(item) };
  return el("button", { type: "button", class: "link offer", on: press }, t("label.offer"));
}

function labelParts(item, does) {
  const { intent, by } = item.label;
  const words = t("label.is", { intent: intentTitle(intent), by });
  return [
    el("span", { class: "pill label" }, icon("tag"), words),
    link("label.change", () => does.label(item)),
    by === state.me.name && link("label.remove", () => does.unlabel(item)),
  ];
}

function delivery(item, does) {
  const isBad = ["failed", "uncertain"].includes(item.state);
  const words = tAny(`state.${item.state}`, item.state);
  // An uncertain one may have arrived: the words say to ask first, the button stays.
  return isBad
    ? [badly(words), item.from === "agent" && link("retry", () => does.retry(item))]
    : [el("span", {}, words)];
}

function badly(words) {
  return el("span", { class: "failed" }, icon("warning"), " ", words);
}

function link(key, click) {
  return el("button", { type: "button", class: "link", on: { click } }, t(key));
}
