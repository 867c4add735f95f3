// Keyword rules in their order: the first that catches a message decides.
import { get } from "../core/api.js";
import { byId, el, fill } from "../core/dom.js";
import { number, t } from "../core/i18n.js";
import { state } from "../core/store.js";
import { mayEdit, showEditor } from "./edition.js";

const REASONS = ["keyword_rule", "asks_for_person", "did_not_help", "complaint"];
let rules = [];
let hits = {};

/** Show the rules with how often each decided. */
export async function openRules() {
  const [edited, counted] = await Promise.all([get("/rules"), get("/rules/hits")]);
  hits = counted.hits;
  fill(byId("lines"), el("p", { class: "quiet" }, t("answers.rules.note")));
  showEditor({
    path: "/rules",
    title: t("answers.part.rules"),
    edited,
    fields: (words) => {
      rules = structuredClone(words ?? []);
      return [el("ol", { id: "rules", class: "rules" }, ...rules.map(row)), mayEdit() && adder()];
    },
    read: () => ({ rules: rules.map(({ name, words, action, unless, exact, switch: on, answer, reason }) =>
      ({ name, words, action, unless, exact, switch: on, answer: action === "answer" ? answer : null, reason })) }),
    changed: openRules,
  });
}

function redraw() {
  fill(byId("rules"), ...rules.map(row));
}

function adder() {
  const on = { click: () => {
    rules.push({ name: "", words: [], action: "human", unless: [], exact: false, switch: "", answer: null, reason: "keyword_rule" });
    redraw();
    byId("rules").lastElementChild.querySelector("input").focus();
  } };
  return el("button", { type: "button", class: "button", on }, t("answers.rules.add"));
}

function row(rule, at) {
  const set = (name, take) => ({ change: ({ target }) => { rule[name] = take(target); } });
  const text = (target) => target.value.trim();
  const list = (target) => target.value.split(/[,，、\s]+/).filter(Boolean);
  const input = (name, value, on, size) => el("label", {}, t(`answers.rules.${name}`), " ",
    el("input", { value, size, on }));
  const options = (values, chosen, label) => values.map((value) =>
    el("option", { value, selected: value === chosen ? "" : null }, label(value)));
  const answers = [...state.catalogue.answers.values()];
  const action = el("select", { "aria-label": t("answers.rules.action"), on: { change: ({ target }) => {
    rule.action = target.value;
    redraw();
  } } }, ...options(["human", "answer"], rule.action, (value) => t(`answers.rules.${value}`)));
  return el(
    "li",
    {},
    el("div", {},
      input("name", rule.name, set("name", text), 12),
      input("words", rule.words.join("、"), set("words", list), 40),
      input("unless", rule.unless.join("、"), set("unless", list), 14)),
    el("div", {},
      action,
      rule.action === "answer"
        ? el("select", { "aria-label": t("answers.rules.answer"), on: set("answer", text) },
          el("option", { value: "" }, "…"), ...options(answers.map((each) => each.id), rule.answer, (id) => state.catalogue.answers.get(id).question))
        : el("select", { "aria-label": t("answers.rules.reason"), on: set("reason", text) }, ...options(REASONS, rule.reason, (value) => t(`reason_short.${value}`))),
      input("switch", rule.switch, set("switch", text), 9),
      el("label", { class: "tick" }, el("input", { type: "checkbox", checked: rule.exact ? "" : null, on: set("exact", (target) => target.checked) }), t("answers.rules.exact")),
      el("div", { class: "rule-end" },
        el("span", { class: "quiet number" }, t("answers.rules.hits", { n: number(hits[rule.name] ?? 0) })),
        mayEdit() && [mover(at, -1), mover(at, 1), remover(at)])),
  );
}

function mover(at, step) {
  const to = at + step;
  return el("button", {
    type: "button", class: "icon-button", disabled: rules[to] ? null : "",
    "aria-label": t(step < 0 ? "answers.rules.up" : "answers.rules.down", { name: rules[at].name }),
    on: { click: () => {
      [rules[at], rules[to]] = [rules[to], rules[at]];
      redraw();
    } },
  }, step < 0 ? "↑" : "↓");
}

function remover(at) {
  const on = { click: () => { rules.splice(at, 1); redraw(); } };
  return el("button", { type: "button", class: "icon-button", "aria-label": t("answers.rules.remove", { name: rules[at].name }), on }, "×");
}
