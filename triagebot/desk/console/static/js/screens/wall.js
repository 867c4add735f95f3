// The wall: what comes in now, what waits, and what a surge makes the server give up.
import { call, get } from "../core/api.js";
import { byId, el, fill, icon } from "../core/dom.js";
import { exactTime, number, percent, seconds, t } from "../core/i18n.js";
import { session } from "../core/page.js";
import { intentTitle } from "../ui/decision.js";
import { openDialog } from "../ui/dialog.js";
import { showNote, showWork, startFrame } from "../ui/frame.js";
import { complain, say } from "../ui/toast.js";

const LOOK = 2000;
const REPORT = 15_000;
const KEPT = 90;
const STAGES = ["full", "rules", "text", "count"];
const SVG = "http://www.w3.org/2000/svg";
const mayPin = ["ops", "ml", "admin"].includes(session.agent.role);
const rates = [];
let today = null;
let staged = "";

async function look() {
  try {
    const [surge, listed, drift] = await Promise.all(
      [get("/surge"), get("/conversations?view=waiting&limit=1"), get("/drift")]);
    drawDrift(drift);
    rates.push(surge.stored_per_second);
    if (rates.length > KEPT) rates.shift();
    draw(surge, listed.counts);
    showNote("");
  } catch (error) {
    showNote(error.advice ?? String(error));
  }
  setTimeout(look, LOOK);
}

async function report() {
  try {
    // The last of the usual days is the team's today, wherever this browser is.
    today = (await get("/reports")).days.at(-1).treated;
  } catch {
    // The next round may do better; the wall shows what it has.
  }
  setTimeout(report, REPORT);
}

function draw(surge, counts) {
  drawStages(surge);
  fill(byId("figures"),
    tile("wall.rate", number(Math.round(surge.stored_per_second)), chart()),
    tile("wall.queue", number(surge.waiting), el("dd", {}, t("wall.oldest", { span: seconds(surge.oldest_seconds * 1000) }))),
    tile("wall.put_off", number(surge.put_off)),
    tile("wall.waiting", number(counts.waiting ?? 0)),
    tile("wall.open", number(counts.open ?? 0)),
    today && tile("wall.today", number(today.messages)),
    today && today.auto_share !== null && tile("wall.auto", percent(today.auto_share)));
}

// Drawn only when they change: a look must not take away the button that somebody is at.
function drawStages(surge) {
  const now = `${surge.stage} ${surge.pinned}`;
  if (now === staged) return;
  staged = now;
  fill(byId("stages"), ...STAGES.map((stage, at) => el(
    "li",
    { class: stage === surge.stage ? "stage now" : "stage", "aria-current": stage === surge.stage ? "step" : null },
    el("b", {}, `${at + 1} · ${t(`wall.stage.${stage}`)}`),
    el("small", {}, t(`wall.stage.${stage}.note`)),
    mayPin && (surge.pinned === stage
      ? button("wall.unpin", () => pin(null))
      : button("wall.pin", () => confirmed(stage))))));
}

// What is strange about the messages, what the bot does about it, and what a person can.
function drawDrift({ tightened, since, signals }) {
  const box = byId("drift");
  box.hidden = !tightened && signals.length === 0;
  fill(box, el("h2", {}, el("span", {}, icon("warning"), " ", t(tightened ? "wall.drift.tight" : "wall.drift.seen"))),
    since && el("p", { class: "quiet" }, t("wall.drift.since", { time: exactTime(since) })),
    el("ul", {}, ...signals.map(({ kind, what, now, usual }) => el("li", {},
      t(`wall.drift.${kind}`, { name: kind === "intents" ? intentTitle(what) : what, now: percent(now), usual: percent(usual) })))),
    el("p", {}, t("wall.drift.do")));
}

function tile(key, value, ...more) {
  return el("div", { class: "tile" }, el("dt", {}, t(key)), el("dd", { class: "number" }, value), ...more);
}

function chart() {
  const most = Math.max(1, ...rates);
  const line = document.createElementNS(SVG, "polyline");
  // Now is always at the right, however short the wall has been open.
  const first = KEPT - rates.length;
  line.setAttribute("points", rates.map((rate, at) => `${((first + at) * 200) / (KEPT - 1)},${44 - (rate * 40) / most}`).join(" "));
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 200 48");
  drawing.setAttribute("class", "spark");
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", t("wall.spark", { most: number(Math.round(most)) }));
  drawing.append(line);
  return el("dd", {}, drawing);
}

function button(key, run) {
  return el("button", { type: "button", class: "button", on: { click: run } }, t(key));
}

function confirmed(stage) {
  const yes = el("button", { type: "button", class: "button primary" }, t("wall.pin"));
  const close = openDialog({ label: t(`wall.stage.${stage}`) }, el("p", {}, t("wall.pin.sure", { note: t(`wall.stage.${stage}.note`) })), yes);
  yes.addEventListener("click", () => {
    close();
    pin(stage);
  });
  return true;
}

async function pin(stage) {
  try {
    await call("PUT", "/surge", { stage });
    say(t("wall.done"));
  } catch (error) {
    complain(error.advice ?? String(error));
  }
}

await startFrame({ decide: mayPin ? STAGES.map((stage, at) => ({
  keys: [`⇧${at + 1}`], text: `wall.stage.${stage}`, code: `Digit${at + 1}`, shift: true, run: () => confirmed(stage) })) : [] });
showWork(el("div", { class: "page wall" },
  el("ol", { id: "stages", class: "stages", "aria-label": t("wall.stages") }),
  el("section", { id: "drift", class: "card", hidden: "" }),
  el("dl", { id: "figures", class: "tiles" })));
report();
look();
