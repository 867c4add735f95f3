// The list of answers by intent, and the one that is open.
import { call, get } from "../core/api.js";
import { attribute, byId, el, fill } from "../core/dom.js";
import { number, t, titleOf } from "../core/i18n.js";
import { base } from "../core/page.js";
import { state } from "../core/store.js";
import { openDialog } from "./dialog.js";
import { bytesMeter, mayEdit, showEditor } from "./edition.js";
import { showEmpty } from "./task.js";

let lines = [];
let openId = "";

/** Fetch and list all answers; the box above narrows the list. */
export async function loadAnswers() {
  lines = await get("/answers");
  byId("find").oninput = draw;
  draw();
  return lines;
}

function draw() {
  const wanted = byId("find").value.trim().toLowerCase();
  const shown = lines.filter((each) => `${each.id} ${each.question}`.toLowerCase().includes(wanted));
  const intents = [...new Set(shown.map((each) => each.intent))];
  fill(
    byId("lines"),
    ...intents.flatMap((intent) => {
      const own = shown.filter((each) => each.intent === intent);
      const title = titleOf(state.catalogue.intents.get(intent)?.title) || intent;
      return [
        el("h2", {}, title, " ", el("small", { class: "number" }, number(own.length))),
        el("ul", {}, ...own.map(line)),
      ];
    }),
    shown.length === 0 && el("p", { class: "nothing" }, t("answers.none")),
  );
}

function line(each) {
  const link = el(
    "a",
    { href: `#answers/${each.id}`, class: each.state },
    el("span", { class: "one-line" }, each.question),
    el(
      "small",
      {},
      each.draft && el("span", { class: "pill label" }, t("answers.draft")),
      each.state !== "trained" && el("span", { class: "pill" }, t(`answers.state.${each.state}`)),
      el("span", { class: "number" }, t("answers.sent", { n: number(each.sent) })),
    ),
  );
  attribute(link, "aria-current", each.id === openId ? "true" : null);
  return el("li", {}, link);
}

/** Show one answer with its draft and versions; without an id, say what this screen is for. */
export async function openAnswer(id) {
  openId = id;
  draw();
  if (!id) return showEmpty("answers", t("answers.open"), t("answers.open.note"));
  byId("lines").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  const isNew = !lines.some((each) => each.id === id);
  const edited = isNew ? blank(id) : await get(`/answers/${id}`);
  if (id !== openId) return undefined; // another was opened meanwhile
  return showEditor({
    path: `/answers/${id}`,
    title: id,
    edited,
    fields: answerFields,
    read: readFields,
    changed: async () => {
      await loadAnswers();
      await openAnswer(id);
    },
    more: edited.words && mayEdit() ? [retire(id), recall(id)] : [],
  });
}

const blank = (name) => ({ name, words: null, draft: null, versions: [], trained: null, outside: false });

function answerFields(words) {
  const { question = "", similar = [], text = "", risk = "low" } = words ?? {};
  const levels = ["low", "medium", "high"].map((level) =>
    el("option", { value: level, selected: level === risk ? "" : null }, t(`answers.risk.${level}`)),
  );
  return [
    field("question", el("input", { id: "question", maxlength: 200, value: question })),
    field("text", el("textarea", { id: "text", rows: 9 }, text), bytesMeter("text")),
    field("similar", el("textarea", { id: "similar", rows: 8 }, similar.join("\n")),
      el("small", {}, t("answers.similar.note"))),
    field("risk", el("select", { id: "risk" }, ...levels), el("small", {}, t("answers.risk.note"))),
  ];
}

function field(name, input, ...more) {
  return el("div", { class: "field" }, el("label", { for: name }, t(`answers.${name}`)), input, ...more);
}

function readFields() {
  const similar = byId("similar").value.split("\n").map((line) => line.trim()).filter(Boolean);
  return {
    question: byId("question").value,
    text: byId("text").value,
    similar,
    risk: byId("risk").value,
  };
}

function retire(id) {
  return {
    name: "answers.retire",
    asks: t("answers.retire.sure"),
    run: () => call("POST", `/answers/${id}/retire`, {}),
  };
}

const recall = (id) => ({ name: "answers.recall", href: `${base}/desk/recall?answer=${encodeURIComponent(id)}` });

/** Ask for intent and name of a new answer, and open it. */
export function newAnswer() {
  if (!mayEdit()) return false;
  const intents = [...state.catalogue.intents.values()].map((each) =>
    el("option", { value: each.name }, titleOf(each.title)));
  const intent = el("select", { "aria-label": t("answers.intent") }, ...intents);
  const name = el("input", { required: "", pattern: "[a-z][a-z0-9_]*", maxlength: 60,
    "aria-label": t("answers.name"), placeholder: "trade_in", autofocus: "" });
  const form = el("form", { class: "form" }, intent, name,
    el("p", { class: "quiet" }, t("answers.name.note")),
    el("button", { class: "button primary" }, t("answers.new")));
  const close = openDialog({ label: t("answers.new") }, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    close();
    location.hash = `answers/${intent.value}/${name.value}`;
  });
  return true;
}
