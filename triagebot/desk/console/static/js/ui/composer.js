// Where an agent writes. What is typed is kept by conversation until it is sent.
import { attribute, byId, setText } from "../core/dom.js";
import { draftOf, keepDraft } from "../core/drafts.js";
import { number, t } from "../core/i18n.js";
import { isComposing } from "../core/keys.js";
import { prefs } from "../core/prefs.js";
import { openRow, state, watch } from "../core/store.js";
import { isOver } from "./clock.js";
import { bytesOf, MOST_BYTES } from "./meter.js";

const NEAR = 0.85;

let box, shownId = null, suggested = "", does;

/** Draw the composer; `does.send(text)`, `does.sendAndResolve(text)`. */
export function startComposer(actions) {
  does = actions;
  box = byId("reply");
  box.addEventListener("input", () => {
    keepDraft(shownId, box.value);
    fit();
    drawMeter();
  });
  box.addEventListener("keydown", onKey);
  byId("do-send").addEventListener("click", () => send(does.send));
  document.documentElement.addEventListener("theme", draw);
  watch(["open", "detail", "rows", "minute"], draw);
}

export function focusComposer() {
  if (box.disabled) return false;
  box.focus();
  return true;
}

/** Put a suggestion into the box; what a person typed there stays. It is never sent by itself. */
export function suggest(text) {
  if (box.disabled) return false;
  const isUntouched = !box.value.trim() || box.value === suggested;
  write(isUntouched ? text : `${box.value.trimEnd()}\n${text}`);
  suggested = box.value;
  keepDraft(shownId, box.value);
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
  return true;
}

/** Put words back after they could not be sent, unless others have been typed since. */
export function giveBack(conversationId, text) {
  if (draftOf(conversationId)) return;
  keepDraft(conversationId, text);
  if (conversationId === shownId) write(text);
}

function onKey(event) {
  if (isComposing(event)) return;
  if (event.key === "Escape") return box.blur();
  if (event.key !== "Enter" || event.altKey) return;
  const withControl = event.ctrlKey || event.metaKey;
  if (withControl) send(event.shiftKey ? does.sendAndResolve : does.send);
  else if (prefs.send === "enter" && !event.shiftKey) send(does.send);
  else return;
  event.preventDefault();
}

function send(how) {
  const text = box.value.trim();
  if (byId("do-send").disabled || !text) return;
  write("");
  suggested = "";
  keepDraft(shownId, "");
  how(text);
}

function draw() {
  const row = openRow();
  if (!row || row.id !== state.openId) return;
  if (shownId !== row.id) {
    shownId = row.id;
    suggested = "";
    write(draftOf(row.id));
  }
  const isTheirs = row.agent !== null && row.agent.id !== state.me.id;
  box.disabled = isTheirs || isOver(row);
  const note = noteOf(row, isTheirs);
  byId("composer-note").hidden = !note;
  setText(byId("composer-note").querySelector("span"), note);
  const placeholder = isTheirs ? "composer.theirs" : placeholderOf(row);
  attribute(box, "placeholder", t(placeholder, { name: row.agent?.name }));
  setText(byId("send-hint"), t(`composer.hint.${prefs.send}`));
  drawMeter();
}

function noteOf(row, isTheirs) {
  if (isTheirs) return t("composer.held", { name: row.agent.name });
  return isOver(row) ? t("composer.over") : "";
}

function placeholderOf(row) {
  if (row.status === "pending") return "composer.from_bot";
  if (row.status === "resolved") return "composer.resolved";
  return row.agent === null ? "composer.free" : "composer.mine";
}

function drawMeter() {
  const used = bytesOf(box.value);
  const meter = byId("meter");
  const level = used > MOST_BYTES ? "over" : used > MOST_BYTES * NEAR ? "near" : "";
  meter.className = `meter ${level}`;
  meter.style.setProperty("--used", Math.min(1, used / MOST_BYTES).toFixed(3));
  const over = t("composer.too_long", { n: number(used - MOST_BYTES) });
  const within = t("composer.bytes", { n: number(used), most: number(MOST_BYTES) });
  setText(meter, level === "over" ? over : within);
  byId("do-send").disabled = box.disabled || used === 0 || used > MOST_BYTES;
}

// The box is as high as its text, up to the limit of the style sheet.
function fit() {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

function write(text) {
  box.value = text;
  fit();
  drawMeter();
}
