// Bring answers from a spreadsheet: first what would change, then drafts, which can be undone.
import { call, post } from "../core/api.js";
import { el } from "../core/dom.js";
import { t, tAny } from "../core/i18n.js";
import { loadAnswers } from "./answers.js";
import { openDialog } from "./dialog.js";
import { complain, say } from "./toast.js";

/** Ask for a file and show what it would change. */
export function importSheet() {
  const picker = el("input", { type: "file", accept: ".csv,.tsv,.xlsx" });
  picker.addEventListener("change", async () => {
    const sheet = await read(picker.files[0]);
    send(sheet, (lines) => show(sheet, lines));
  });
  picker.click();
}

async function read(file) {
  if (!file.name.toLowerCase().endsWith(".xlsx")) return { table: decode(await file.arrayBuffer()) };
  const reader = new FileReader();
  const address = await new Promise((done) => {
    reader.onload = () => done(reader.result);
    reader.readAsDataURL(file);
  });
  return { table: address.split(",")[1], workbook: true };
}

// A Chinese Excel saves GBK unless told otherwise.
function decode(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

async function send(sheet, then) {
  try {
    await then(await post("/answers/sheet", sheet));
  } catch (error) {
    const { table } = error.fields ?? {};
    complain(table ? tAny(`answers.sheet.${table}`, "answers.sheet.head") : error.advice ?? String(error));
  }
}

function show(sheet, lines) {
  const counts = { new: 0, changed: 0, same: 0, refused: 0 };
  for (const { state } of lines) counts[state]++;
  const n = counts.new + counts.changed;
  const save = el("button", { type: "button", class: "button primary", disabled: n === 0 }, t("answers.sheet.save", { n }));
  const close = openDialog({ label: t("answers.sheet.title") },
    el("p", {}, t("answers.sheet.found", counts)), el("p", {}, t("answers.sheet.note")), save,
    ...lines.filter(({ state }) => state !== "same").map(line));
  save.addEventListener("click", () => {
    close();
    send({ ...sheet, save: true }, kept);
  });
}

function line({ id, state, parts, problem }) {
  return el("details", {}, el("summary", {}, el("span", { class: "pill" }, t(`answers.sheet.${state}`)), " ", id), problem,
    ...parts.map(({ name, before, after }) => el("div", {}, el("small", {}, t(`answers.sheet.part.${name}`)),
      before && el("del", {}, before), el("ins", {}, after))));
}

function kept(lines) {
  const saved = lines.filter((each) => each.saved);
  say(t("answers.sheet.done", { n: saved.length }), async () => {
    for (const { id } of saved) await call("DELETE", `/answers/${id}/draft`);
    loadAnswers();
  }, 60);
  return loadAnswers();
}
