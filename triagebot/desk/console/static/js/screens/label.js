// The label queue: one message, one key. What becomes a label teaches the next model.
import { get } from "../core/api.js";
import { el } from "../core/dom.js";
import { number, score, t, titleOf } from "../core/i18n.js";
import { state } from "../core/store.js";
import { intentTitle } from "../ui/decision.js";
import { showSide, showWork } from "../ui/frame.js";
import { createLane } from "../ui/lane.js";
import { pickIntent } from "../ui/picker.js";
import { said, talkBefore, verdictButton } from "../ui/task.js";
import { complain } from "../ui/toast.js";

const MOST_NEEDS = 12;
const MOST_SUSPECTS = 8;
let needs = [];
let disputes = [];
let suspects = [];

const lane = createLane({
  words: "queue",
  from: "/label-queue/next",
  idOf: ({ message_id: id }) => id,
  addressOf: ({ message_id: id }) => `/messages/${id}/label`,
  takeIn(next) {
    ({ needs } = next);
    drawSide();
    return next.item;
  },
  draw,
  changed: loadDoubts,
});

async function loadDoubts() {
  [disputes, suspects] = await Promise.all(["disputes", "suspects"].map((name) => get(`/label-queue/${name}`).catch(() => [])));
  drawSide();
}

async function lookAgain(id) {
  try {
    lane.show(await get(`/label-queue/messages/${id}`));
  } catch (error) {
    complain(error.advice);
  }
}

const guesses = () => lane.item()?.guess?.intents ?? [];

function draw(item, common) {
  drawSide();
  showWork(
    el(
      "article",
      { class: "task" },
      talkBefore(item.before),
      said("queue.said", item.text, "fan"),
      el("h2", { class: "question" }, t("queue.question")),
      el("div", {}, ...guesses().map(choice)),
      el(
        "div",
        { class: "verdicts" },
        verdictButton({ name: "queue.other", key: "I", run: other }),
        verdictButton({ name: "queue.none", key: "0", run: none }),
        ...common,
      ),
      el("p", { class: "quiet" }, t(`queue.why.${item.why}`)),
    ),
  );
}

function choice({ intent, confidence }, index) {
  const share = { "--share": confidence.toFixed(3) };
  const hear = { click: () => label(intent), focus: () => drawSide(intent), pointerenter: () => drawSide(intent) };
  return el(
    "button",
    { type: "button", class: "guess", on: hear },
    el("kbd", {}, String(index + 1)),
    el("span", { class: "one-line" }, intentTitle(intent)),
    el("span", { class: "number" }, score(confidence)),
    el("span", { class: "guess-bar", css: share }, el("i")),
  );
}

// Beside: what belongs to the intent at hand, what is still missing, and what people differ on.
function drawSide(intent = guesses()[0]?.intent) {
  const known = state.catalogue.intents.get(intent);
  const lines = [...needs].sort((one, other_) => one.needs - other_.needs).slice(0, MOST_NEEDS);
  showSide(
    known && card(
      t("queue.guideline", { intent: intentTitle(intent) }),
      el("p", { class: "guideline" }, inWords(titleOf(known.guideline))),
    ),
    card(
      t("queue.needs"),
      lines.length === 0 && el("p", { class: "quiet" }, t("queue.needs.none")),
      ...lines.map(({ intent: name, needs: n }) =>
        el("p", {}, t("queue.needs.line", { intent: intentTitle(name), n: number(n) })),
      ),
    ),
    card(
      t("queue.suspects"),
      suspects.length === 0 && el("p", { class: "quiet" }, t("queue.suspects.none")),
      ...suspects.slice(0, MOST_SUSPECTS).map(({ message_id: id, text, by, given, better, gain }) =>
        el(
          "button",
          { type: "button", class: "dispute suspect", on: { click: () => lookAgain(id) } },
          el("span", { class: "clamped" }, text),
          el("small", {}, t("queue.suspects.line", { by, given: intentTitle(given), better: intentTitle(better), gain: score(gain) })),
        ),
      ),
    ),
    card(
      t("queue.disputes"),
      disputes.length === 0 && el("p", { class: "quiet" }, t("queue.disputes.none")),
      ...disputes.map(({ text, opinions }) =>
        el(
          "div",
          { class: "dispute" },
          el("p", {}, text),
          el("small", {}, opinions.map(({ by, intent: name }) => `${by}: ${intentTitle(name)}`).join(" · ")),
        ),
      ),
    ),
  );
}

// Guidelines name other intents by what they are called in files.
const inWords = (text) => text.replace(/[a-z_]{3,}/g, (word) => (state.catalogue.intents.has(word) ? intentTitle(word) : word));

function card(title, ...children) {
  return el("section", { class: "card" }, el("h2", {}, title), ...children);
}

const label = (intent) => intent && lane.judge({ intent });
const pick = (index) => label(guesses()[index]?.intent);

function other() {
  if (lane.item()) pickIntent(label);
}

function none() {
  const rest = [...state.catalogue.intents.values()].find(({ kind }) => kind === "out_of_scope");
  if (rest) label(rest.name);
}

const digits = Array.from({ length: 5 }, (_, index) => {
  return { code: `Digit${index + 1}`, run: () => pick(index) };
});

lane.start([
  { keys: ["1", "…", "5"], text: "queue.pick" },
  ...digits,
  { keys: ["↵"], text: "queue.accept", code: "Enter", run: () => pick(0) },
  { keys: ["0"], text: "queue.none", code: "Digit0", run: none },
  { keys: ["I", "/"], text: "queue.other", code: "KeyI", run: other },
  { symbols: "/\u3001", run: other },
]);
