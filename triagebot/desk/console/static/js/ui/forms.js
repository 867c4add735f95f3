// Forms of office pages: what is written goes to the API as JSON, then the page is drawn anew.
// `data-call` is method and path, `data-asks` a question before, `data-shows` the sentence that
// shows what came back, `data-at-once` sends as soon as something is chosen, `data-silent` says
// nothing after, as what comes next does.
import { call } from "../core/api.js";
import { el } from "../core/dom.js";
import { t, tAny } from "../core/i18n.js";
import { openDialog } from "./dialog.js";
import { complain, say } from "./toast.js";

const KEPT = "triagebot.done";

/** Make all forms of the page work, and say what the one before has done. */
export function startForms() {
  document.addEventListener("submit", (event) => {
    if (!event.target.dataset.call) return;
    event.preventDefault();
    send(event.target, event.submitter);
  });
  document.addEventListener("change", ({ target }) => {
    if (target.form && "atOnce" in target.form.dataset) target.form.requestSubmit();
  });
  const done = sessionStorage.getItem(KEPT);
  sessionStorage.removeItem(KEPT);
  if (done) say(done);
}

async function send(form, button) {
  const { call: target, asks, shows } = form.dataset;
  if (asks && !(await isSure(asks))) return;
  if (button) button.disabled = true;
  const [method, path] = target.split(" ");
  try {
    const back = await call(method, path, written(form));
    // Which sentence it is may depend on what came back.
    if (shows) await show(t(shows.replace(/\{(\w+)\}/g, (_, name) => back[name]), listed(back)));
    else if (!("silent" in form.dataset)) sessionStorage.setItem(KEPT, t("office.done"));
    location.reload();
  } catch (error) {
    const [field, what] = Object.entries(error.fields ?? {})[0] ?? [];
    const told = `office.problem.${field}.${what}`;
    complain(tAny(told, "") ? t(told, error.fields) : error.advice);
    if ("atOnce" in form.dataset) form.reset();
  } finally {
    if (button) button.disabled = false;
  }
}

/** Return an answer whose lists have a line for each entry. */
function listed(back) {
  const written = ([name, value]) => [name, Array.isArray(value) ? value.join("\n") : value];
  return Object.fromEntries(Object.entries(back).map(written));
}

/** Return the values of a form; an empty one has no body, as its path says everything. */
function written(form) {
  const fields = [...form.elements].filter((field) => field.name);
  return Object.fromEntries(fields.map((field) => [field.name, valueOf(field)]));
}

function valueOf({ dataset, type, value, checked, selectedOptions }) {
  if (type === "checkbox") return checked;
  if (type === "select-multiple") return [...selectedOptions].map((each) => each.value);
  if (type === "number" || dataset.kind === "number") return Number(value);
  if (dataset.kind === "list") return value.split(/[,，]/).map((each) => each.trim()).filter(Boolean);
  return dataset.kind === "flag" ? value === "true" : value;
}

function isSure(question) {
  return new Promise((resolve) => {
    let sure = false;
    const yes = () => {
      sure = true;
      close();
    };
    const close = openDialog(
      { label: question },
      el("div", { class: "row-forms" },
        el("button", { type: "button", class: "button", on: { click: () => close() } }, t("office.no")),
        el("button", { type: "button", class: "button primary", on: { click: yes } }, t("office.yes"))),
    );
    document.querySelector("dialog[open]").addEventListener("close", () => resolve(sure));
  });
}

function show(text) {
  return new Promise((resolve) => {
    openDialog({ label: t("office.once") }, el("p", { class: "shown-once" }, text));
    document.querySelector("dialog[open]").addEventListener("close", resolve);
  });
}
