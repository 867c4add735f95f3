// Blind checks: was the automatic answer right? One key each; beside it, what that proves so far.
import { call, get } from "../core/api.js";
import { el } from "../core/dom.js";
import { number, t } from "../core/i18n.js";
import { createBounds } from "../ui/bounds.js";
import { showNote, showSide, showWork, startFrame } from "../ui/frame.js";
import { pickRight } from "../ui/right_answer.js";
import { dayBegan, focusWork, said, showEmpty, talkBefore, verdictButton } from "../ui/task.js";
import { complain } from "../ui/toast.js";

const skipped = [];
const done = [];
let item = null;

async function load() {
  const skip = [...skipped, ...done.map((each) => each.id)].slice(-100).join(",");
  const query = new URLSearchParams({ skip, since: dayBegan() });
  try {
    const next = await get(`/audits/next?${query}`);
    item = next.item;
    showNote(t("audit.note", { n: number(next.waiting), today: number(next.today) }));
    draw();
  } catch (error) {
    complain(error.advice, load);
  }
}

async function report() {
  try {
    showSide(...createBounds(await get("/audits")));
  } catch (error) {
    complain(error.advice, report);
  }
}

function draw() {
  const undo = { name: "audit.undo", key: "U", run: takeBack, hidden: done.length === 0 };
  if (!item) {
    showEmpty("resolved", t("audit.empty"), t("audit.empty.note"));
    if (done.length) document.querySelector("#work .empty").append(verdictButton(undo));
    return;
  }
  showWork(
    el(
      "article",
      { class: "task" },
      talkBefore(item.before),
      said("audit.asked", item.text, "fan"),
      said("audit.given", item.reply, "bot"),
      el("h2", { class: "question" }, t("audit.question")),
      el(
        "div",
        { class: "verdicts" },
        verdictButton({ name: "audit.right", key: "Y", run: () => judge("right"), kind: "primary" }),
        verdictButton({ name: "audit.wrong", key: "N", run: () => judge("wrong") }),
        verdictButton({ name: "audit.other", key: "E", run: other }),
        verdictButton({ name: "audit.skip", key: t("key.space"), run: skip }),
        verdictButton(undo),
      ),
      el("p", { class: "quiet" }, t("audit.blind")),
    ),
  );
  focusWork();
}

async function judge(verdict, right = {}) {
  if (!item) return;
  const judged = item;
  item = null;
  try {
    await call("PUT", `/audits/${judged.id}`, { verdict, ...right });
    done.push(judged);
    report();
  } catch (error) {
    if (error.code !== "conflict") {
      complain(error.advice);
      return show(judged);
    }
    complain(t("audit.taken", error.fields));
    skipped.push(judged.id);
  }
  return load();
}

function other() {
  if (!item) return false;
  pickRight((right) => judge("wrong", right));
  return true;
}

function skip() {
  if (!item) return;
  skipped.push(item.id);
  load();
}

async function takeBack() {
  const last = done.pop();
  if (!last) return;
  try {
    await call("DELETE", `/audits/${last.id}`);
    show(last);
    report();
  } catch (error) {
    done.push(last);
    complain(error.advice);
  }
}

function show(judged) {
  item = judged;
  draw();
}

await startFrame({
  decide: [
    { keys: ["Y"], text: "audit.right", code: "KeyY", run: () => judge("right") },
    { keys: ["N"], text: "audit.wrong", code: "KeyN", run: () => judge("wrong") },
    { keys: ["E"], text: "audit.other", code: "KeyE", run: other },
    { keys: ["Space"], text: "audit.skip", symbols: " ", run: skip },
    { keys: ["U", "⌫"], text: "audit.undo", code: "KeyU", run: takeBack },
    { code: "Backspace", run: takeBack },
  ],
});
load();
report();
