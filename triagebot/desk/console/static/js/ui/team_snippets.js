// Short texts for agents: title, shortcut, text; saved one by one.
import { call, get } from "../core/api.js";
import { byId, el, fill } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { session } from "../core/page.js";
import { bytesMeter } from "./edition.js";
import { showWork } from "./frame.js";
import { complain, say } from "./toast.js";

let open = null;

/** List the snippets, and show the open one or an empty form. */
export async function openSnippets() {
  const all = await get("/snippets");
  open = all.find((each) => each.id === open?.id) ?? null;
  const line = (each) => el("li", {}, el("button", {
    type: "button",
    "aria-current": each?.id === open?.id ? "true" : null,
    on: { click: () => { open = each; openSnippets(); } },
  }, el("span", {}, each ? each.title : t("answers.snippets.new")),
  el("small", { class: "one-line" }, each ? `/${each.shortcut} · ${each.text}` : "")));
  fill(byId("lines"), el("ul", {}, line(null), ...all.map(line)));
  showWork(form(open));
}

function form(snippet) {
  const mayWrite = session.agent.role !== "agent";
  const input = (name, more) => el("div", { class: "field" },
    el("label", { for: name }, t(`answers.snippets.${name}`)), el(more.rows ? "textarea" : "input", { id: name, ...more }, more.rows ? snippet?.text ?? "" : ""));
  const body = () => ({ title: byId("title").value.trim(), shortcut: byId("shortcut").value.trim(), text: byId("text").value });
  const save = () => attempt(async () => {
    open = await (snippet ? call("PUT", `/snippets/${snippet.id}`, body()) : call("POST", "/snippets", body()));
  });
  const remove = () => attempt(() => call("DELETE", `/snippets/${snippet.id}`));
  return el(
    "form",
    { class: "editor form", on: { submit: (event) => { event.preventDefault(); save(); } } },
    el("h2", {}, snippet ? snippet.title : t("answers.snippets.new")),
    el("p", { class: "quiet" }, t("answers.snippets.note")),
    input("title", { maxlength: 60, required: "", value: snippet?.title ?? "" }),
    input("shortcut", { maxlength: 20, pattern: "[a-z0-9]*", value: snippet?.shortcut ?? "" }),
    input("text", { rows: 5, maxlength: 2000, required: "" }),
    bytesMeter("text"),
    mayWrite && el("div", { class: "row-forms" },
      el("button", { class: "button primary", id: "save" }, t("answers.snippets.save")),
      snippet && el("button", { type: "button", class: "button", on: { click: remove } }, t("answers.snippets.remove"))),
  );
}

async function attempt(work) {
  try {
    await work();
    say(t("answers.done"));
    await openSnippets();
  } catch (error) {
    complain(error.fields?.title ? t("answers.problem.title") : error.advice ?? String(error));
  }
}
