// Blind checks: was the automatic answer right? One key each; beside it, what that proves so far.
import { get } from "../core/api.js";
import { el } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { createBounds } from "../ui/bounds.js";
import { showSide, showWork } from "../ui/frame.js";
import { createLane } from "../ui/lane.js";
import { pickRight } from "../ui/right_answer.js";
import { said, talkBefore, verdictButton } from "../ui/task.js";
import { complain } from "../ui/toast.js";

const lane = createLane({
  words: "audit",
  from: "/audits/next",
  idOf: ({ id }) => id,
  addressOf: ({ id }) => `/audits/${id}`,
  takeIn: (next) => next.item,
  draw,
  changed: report,
});

async function report() {
  try {
    showSide(...createBounds(await get("/audits")));
  } catch (error) {
    complain(error.advice, report);
  }
}

function draw(item, common) {
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
        verdictButton({ name: "audit.right", key: "Y", run: right, kind: "primary" }),
        verdictButton({ name: "audit.wrong", key: "N", run: wrong }),
        verdictButton({ name: "audit.other", key: "E", run: other }),
        ...common,
      ),
      el("p", { class: "quiet" }, t("audit.blind")),
    ),
  );
}

const right = () => lane.judge({ verdict: "right" });
const wrong = () => lane.judge({ verdict: "wrong" });

function other() {
  if (!lane.item()) return false;
  pickRight((meant) => lane.judge({ verdict: "wrong", ...meant }));
  return true;
}

lane.start([
  { keys: ["Y"], text: "audit.right", code: "KeyY", run: right },
  { keys: ["N"], text: "audit.wrong", code: "KeyN", run: wrong },
  { keys: ["E"], text: "audit.other", code: "KeyE", run: other },
]);
