// One thing that is edited: its fields, the buttons that save and publish, and its versions.
import { call } from "../core/api.js";
import { byId, el, setText } from "../core/dom.js";
import { exactTime, number, t, tAny } from "../core/i18n.js";
import { session } from "../core/page.js";
import { openDialog } from "./dialog.js";
import { showWork } from "./frame.js";
import { complain, say } from "./toast.js";

const MOST_BYTES = 2000;

/** Whether the reader may change what the bot says. */
export const mayEdit = () => ["ops", "ml", "admin"].includes(session.agent.role);

/**
 * Show an editor. `fields(words)` draws the inputs and `read()` reads them; `changed` is called
 * after each change; `more` are further buttons `{name, asks, run}` or links `{name, href}`.
 */
export function showEditor({ path, title, edited, fields, read, changed, more = [] }) {
  const seen = edited.draft?.revision ?? 0;
  const act = (work, done) => attempt(work, done, changed);
  const save = () => call("PUT", `${path}/draft`, { ...read(), seen });
  const form = el(
    "form",
    { class: "editor form", on: { submit: (event) => event.preventDefault() } },
    el("h2", { class: "one-line" }, title),
    edited.outside && el("p", { class: "warned" }, t("answers.outside")),
    edited.draft && el("p", { class: "quiet" },
      t("answers.draft.by", { name: edited.draft.by, at: exactTime(edited.draft.at) })),
    ...fields(edited.draft ? edited.draft.words : edited.words),
    mayEdit() && el("div", { class: "row-forms" },
      button("save", "answers.save", "", () => act(save, "answers.saved")),
      button("publish", "answers.publish", "primary", () =>
        askPeriod((period) => act(async () => {
          await save();
          await call("POST", `${path}/publish`, period);
        }, "answers.published"))),
      edited.draft && button("discard", "answers.discard", "", () =>
        act(() => call("DELETE", `${path}/draft`), "answers.discarded")),
      ...more.map((each) => extra(each, act))),
    versions(path, edited, act),
  );
  if (!mayEdit()) for (const each of form.querySelectorAll("input, textarea, select")) each.disabled = true;
  showWork(form);
}

async function attempt(work, done, changed) {
  try {
    await work();
    say(t(done));
    await changed();
  } catch (error) {
    const [field, what] = Object.entries(error.fields ?? {})[0] ?? [];
    const known = tAny(`answers.problem.${field}.${what}`, `answers.problem.${field}`, "");
    complain(known ? `${known} ${error.message}` : error.advice ?? String(error));
  }
}

function button(id, name, kind, run) {
  return el("button", { type: "button", id, class: `button ${kind}`, on: { click: run } }, t(name));
}

function extra({ name, asks, run, href }, act) {
  if (href) return el("a", { class: "button", href }, t(name));
  return button(null, name, "", () => confirmed(asks, () => act(run, "answers.done")));
}

function confirmed(question, run) {
  const yes = el("button", { type: "button", class: "button primary" }, t("office.yes"));
  const close = openDialog({ label: question }, el("div", { class: "row-forms" }, yes));
  yes.addEventListener("click", () => {
    close();
    run();
  });
}

function askPeriod(run) {
  const time = (name) => el("label", {}, t(`answers.${name}`), " ", el("input", { type: "datetime-local", name }));
  const form = el("form", { class: "form" },
    el("p", { class: "quiet" }, t("answers.period.note")),
    time("valid_from"), time("valid_until"),
    el("button", { class: "button primary" }, t("answers.publish")));
  const close = openDialog({ label: t("answers.publish") }, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const moment = (name) => form.elements[name].value && new Date(form.elements[name].value).toISOString();
    close();
    run({ valid_from: moment("valid_from") || null, valid_until: moment("valid_until") || null });
  });
  form.querySelector("button").focus();
}

function versions(path, edited, act) {
  if (!edited.versions.length) return el("p", { class: "quiet" }, t("answers.trained"));
  const rows = edited.versions.map((each) => el(
    "li",
    { class: each.in_use ? "in-use" : "" },
    el("span", {}, exactTime(each.at), " · ", each.by),
    each.in_use && el("span", { class: "pill label" }, t("answers.in_use")),
    each.words === null && el("span", { class: "pill" }, t("answers.state.retired")),
    (each.valid_from || each.valid_until) && el("small", {}, periodOf(each)),
    each.words !== null && mayEdit() && el("button", { type: "button", class: "link", on: { click: () =>
      act(() => call("POST", `${path}/restore/${each.id}`, {}), "answers.restored") } }, t("answers.restore")),
  ));
  return el("section", { class: "versions" }, el("h3", {}, t("answers.versions")), el("ol", {}, ...rows));
}

function periodOf({ valid_from: from, valid_until: until }) {
  return t("answers.period", { from: from ? exactTime(from) : "…", until: until ? exactTime(until) : "…" });
}

/** A line that counts the bytes of the textarea with this id, and the variables to insert. */
export function bytesMeter(id, variables = ["brand", "hotline", "shop_url", "hours"]) {
  const meter = el("small", { class: "number", role: "status" });
  const count = () => {
    const used = new TextEncoder().encode(byId(id).value).length;
    setText(meter, t("answers.bytes", { n: number(used), most: number(MOST_BYTES) }));
    meter.classList.toggle("over", used > MOST_BYTES);
  };
  const insert = (name) => el("button", { type: "button", class: "link", on: { click: () => {
    byId(id).setRangeText(`{${name}}`, byId(id).selectionStart, byId(id).selectionEnd, "end");
    byId(id).focus();
    count();
  } } }, `{${name}}`);
  queueMicrotask(() => {
    byId(id)?.addEventListener("input", count);
    if (byId(id)) count();
  });
  return el("p", { class: "under" }, meter, mayEdit() && variables.map(insert));
}
