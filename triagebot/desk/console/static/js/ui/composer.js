// Where an agent writes. What is typed is kept by conversation until it is sent.
import { attribute, byId, setText } from "../core/dom.js";
import { draftOf, keepDraft } from "../core/drafts.js";
import { number, t } from "../core/i18n.js";
import { isComposing } from "../core/keys.js";
import { prefs } from "../core/prefs.js";
import { openRow, state, watch } from "../core/store.js";
import { isOver } from "./clock.js";
import { openSnippets } from "./snippets.js";
import { bytesOf, MOST_BYTES } from "./meter.js";

const NEAR = 0.85;

let box, shownId = null, suggested = "", does, isNote = false, writer = "", timer;

/** Draw the composer; `does.send(text)`, `does.sendAndResolve(text)`. */
export function startComposer(actions) {
  does = actions;
  box = byId("reply");
  box.addEventListener("input", () => {
    keepDraft(shownId, box.value);
    fit();
    drawMeter();
    if (!isNote && box.value.trim()) does.typing(shownId);
  });
  box.addEventListener("input", offerSnippets);
  byId("do-note").addEventListener("click", () => showNote(!isNote));
  box.addEventListener("keydown", onKey);
  byId("do-send").addEventListener("click", () => send(does.send));
  document.documentElement.addEventListener("theme", draw);
  watch(["open", "detail", "rows", "minute"], draw);
}

export function focusComposer() {
  showNote(false);
  if (box.disabled) return false;
  box.focus();
  return true;
}

/** Write a note for colleagues, whoever has the conversation. */
export function startNote() {
  if (!openRow()) return false;
  showNote(true);
  box.focus();
  return true;
}

/** Say for some seconds that a colleague is writing here too. */
export function showTyping(name) {
  writer = name;
  clearTimeout(timer);
  timer = setTimeout(() => {
    writer = "";
    draw();
  }, 5000);
  draw();
}

// Each kind of text has its own draft: a note must never end before a fan.
function showNote(isOn) {
  if (isNote === isOn) return;
  isNote = isOn;
  shownId = null;
  draw();
}

const draftKey = () => (isNote ? `${state.openId}.note` : state.openId);

// "/" at the start or after a blank; with Chinese punctuation on, the same key types U+3001.
const OPENS = /(^|\s)[/\u3001]$/;

function offerSnippets(event) {
  const at = box.selectionStart;
  if (event.isComposing || !event.data || !OPENS.test(box.value.slice(0, at))) return;
  const rest = [box.value.slice(0, at - 1), box.value.slice(at)];
  openSnippets((text) => {
    write(rest.join(text));
    keepDraft(shownId, box.value);
    box.focus();
    const end = rest[0].length + text.length;
    box.setSelectionRange(end, end);
  });
}

/** Put a suggestion into the box; what a person typed there stays. It is never sent by itself. */
export function suggest(text) {
  if (box.disabled) return false;
  showNote(false);
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
  if (isNote) does.note(text);
  else how(text);
}

function draw() {
  const row = openRow();
  if (!row || row.id !== state.openId) return;
  if (shownId !== draftKey()) {
    shownId = draftKey();
    suggested = "";
    write(draftOf(shownId));
  }
  const isTheirs = row.agent !== null && row.agent.id !== state.me.id;
  box.disabled = !isNote && (isTheirs || isOver(row) || row.messages_left === 0);
  const note = isNote ? "" : noteOf(row, isTheirs);
  box.closest(".composer").classList.toggle("noting", isNote);
  attribute(byId("do-note"), "aria-pressed", String(isNote));
  byId("composer-note").hidden = !note;
  setText(byId("composer-note").querySelector("span"), note);
  const placeholder = isNote ? "composer.note" : isTheirs ? "composer.theirs" : placeholderOf(row);
  attribute(box, "placeholder", t(placeholder, { name: row.agent?.name }));
  setText(byId("send-hint"), t(`composer.hint.${prefs.send}`));
  drawMeter();
}

function noteOf(row, isTheirs) {
  if (isTheirs) return t("composer.held", { name: row.agent.name });
  if (isOver(row)) return t("composer.over");
  if (row.messages_left === 0) return t("composer.used_up");
  return writer ? t("composer.typing", { name: writer }) : "";
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
