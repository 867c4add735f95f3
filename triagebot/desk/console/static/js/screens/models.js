// Bundles: what is proven of each, whose answers it would change, and which one serves.
import { call, get, post } from "../core/api.js";
import { el } from "../core/dom.js";
import { exactTime, number, percent, t, titleOf } from "../core/i18n.js";
import { session } from "../core/page.js";
import { state } from "../core/store.js";
import { openDialog } from "../ui/dialog.js";
import { showNote, showSide, showWork, startFrame } from "../ui/frame.js";
import { drawReplay } from "../ui/replay.js";
import { complain, say } from "../ui/toast.js";

const LOOK = 1500;
const mayChange = ["ml", "admin"].includes(session.agent.role);
let list = { models: [] };
let openName = "";

async function load() {
  try {
    list = await get("/models");
    showNote(t("models.count", { n: number(list.models.length) }));
    const shadow = list.shadow ? await get("/shadow") : null;
    const steps = await get("/promotions");
    showWork(el("div", { class: "models" }, ...list.models.map(card), shadow && drawShadow(shadow), drawSteps(steps)));
    await open(openName || list.current || list.models[0]?.name);
  } catch (error) {
    complain(error.advice ?? String(error), load);
  }
}

function card(row) {
  const isCurrent = row.state === "current";
  const can = mayChange && row.state !== "damaged";
  return el(
    "article",
    { class: row.name === openName ? "card open" : "card" },
    el("h2", {},
      el("button", { type: "button", class: "link", on: { click: () => open(row.name) } }, row.name),
      el("span", { class: isCurrent ? "pill label" : "pill" }, t(`models.state.${row.state}`)),
      row.in_shadow && el("span", { class: "pill" }, t("models.in_shadow")),
      row.provisional && el("span", { class: "pill" }, t("models.provisional"))),
    row.problem && el("p", { class: "warned" }, row.problem),
    el("p", { class: "figures" },
      figure("models.certified", `${number(row.certified)} / ${number(row.intents)}`),
      ...["accuracy", "macro_f1", "coverage"].filter((name) => typeof row.metrics[name] === "number")
        .map((name) => figure(`models.${name}`, percent(row.metrics[name])))),
    !isCurrent && row.gate.length > 0 && el("ul", { class: "gate" }, ...row.gate.map((each) => el("li", {}, each))),
    can && el("div", { class: "row-forms" },
      !isCurrent && action("models.replay", () => replay(row.name)),
      !isCurrent && action("models.promote", () => confirmPromotion(row), "primary"),
      !isCurrent && action(row.in_shadow ? "models.unshadow" : "models.shadow", () => setShadow(row.in_shadow ? null : row.name)),
      isCurrent && list.previous && action("models.rollback", confirmRollback)),
  );
}

function figure(key, value) {
  return el("span", {}, t(key), " ", el("b", { class: "number" }, value));
}

function action(key, run, kind = "") {
  return el("button", { type: "button", class: `button ${kind}`, on: { click: run } }, t(key));
}

async function open(name) {
  if (!name) return;
  openName = name;
  for (const each of document.querySelectorAll(".models .card")) {
    each.classList.toggle("open", each.querySelector(".link")?.textContent === name);
  }
  try {
    const shape = await get(`/models/${encodeURIComponent(name)}`);
    const isOther = name !== list.current && list.current;
    const compared = isOther ? await get(`/models/${encodeURIComponent(name)}/compare`) : null;
    const record = shape.row.replayed ? await get(`/models/${encodeURIComponent(name)}/replay`) : null;
    showSide(...drawModel(shape, compared, record));
    if (shape.replaying && !shape.replaying.error) setTimeout(() => openName === name && open(name), LOOK);
  } catch (error) {
    complain(error.advice ?? String(error));
  }
}

function drawModel(shape, compared, record) {
  const { row } = shape;
  const page = (name) => `/api/v1/models/${encodeURIComponent(row.name)}/pages/${name}`;
  return [
    el("section", { class: "card" }, el("h2", {}, row.name),
      el("p", { class: "quiet" }, t("models.promise", { error: percent(shape.max_error), sure: percent(shape.confidence) })),
      el("p", { class: "quiet one-line" }, t("models.data", { hash: shape.data_hash.slice(0, 12) })),
      shape.has_report && el("a", { class: "link", href: page("report") }, t("models.report"))),
    shape.replaying && el("section", { class: "card" }, el("h2", {}, t("models.replaying")),
      shape.replaying.error
        ? el("p", { class: "warned" }, shape.replaying.error)
        : el("progress", { max: shape.replaying.total || 1, value: shape.replaying.done, "aria-label": t("models.replaying") })),
    record && el("section", { class: "card" }, ...drawReplay(record, page("replay"))),
    compared && el("section", { class: "card" }, el("h2", {}, t("models.compare", { name: compared.before })),
      ...compared.intents.map(({ intent, before, after }) => line(intent, `${bound(before)} → ${bound(after)}`))),
    el("section", { class: "card" }, el("h2", {}, t("models.proof")),
      ...shape.proof.map((each) => line(each.intent, each.threshold === null ? t("models.needs", { n: number(each.needs) }) : bound(each)))),
  ];
}

const bound = (proof) => (proof && proof.threshold !== null ? `≤ ${percent(proof.bound)}` : t("models.unproven"));

function line(intent, value) {
  const title = titleOf(state.catalogue.intents.get(intent)?.title) || intent;
  return el("p", { class: "pair" }, el("span", {}, title), el("span", { class: "number" }, value));
}

function drawShadow(shadow) {
  return el("section", { class: "card" }, el("h2", {}, t("models.shadow.title", { name: shadow.name })),
    el("p", { class: "quiet" }, t("models.shadow.seen", { seen: number(shadow.seen), changed: number(shadow.changed) })),
    ...shadow.changes.map((each) => el("details", {},
      el("summary", {}, `${each.before} → ${each.after} `, el("span", { class: "number" }, number(each.n))),
      ...each.examples.map((text) => el("p", { class: "quiet" }, text)))));
}

function drawSteps(steps) {
  return el("section", { class: "card" }, el("h2", {}, t("models.history")),
    el("ol", { class: "steps" }, ...steps.slice(-20).reverse().map((step) => el("li", {},
      el("span", {}, exactTime(step.at), " · ", step.by), " ",
      el("b", {}, t(`models.step.${step.action}`), " ", step.name),
      (step.forced || step.why) && el("small", {}, step.forced || step.why)))));
}

async function attempt(work, done) {
  try {
    await work();
    say(t(done));
    await load();
  } catch (error) {
    complain(error.code === "gate_not_met" ? `${t("models.gate")} ${error.message}` : error.advice ?? String(error));
  }
}

const replay = (name) => {
  openName = name;
  attempt(() => post(`/models/${encodeURIComponent(name)}/replay`, { days: 14 }), "models.replaying");
};
const setShadow = (name) => attempt(() => call("PUT", "/shadow", { name }), "models.done");

function confirmPromotion(row) {
  typed(t("models.promote"), row.name, row.gate, (confirm, reason) =>
    post("/promotions", { name: row.name, confirm, ...(row.gate.length ? { force: reason } : { why: reason }) }));
}

function confirmRollback() {
  typed(t("models.rollback"), list.current, [], (confirm, why) => post("/rollbacks", { confirm, why }),
    t("models.rollback.to", { name: list.previous }));
}

// Whoever changes what fans are told types the name of what they mean.
function typed(label, name, gate, run, note = "") {
  const input = el("input", { id: "confirm", autocomplete: "off", required: "", autofocus: "" });
  const reason = el("input", { id: "reason", maxlength: 500, required: gate.length ? "" : null });
  const button = el("button", { class: "button primary", disabled: "" }, label);
  input.addEventListener("input", () => { button.disabled = input.value !== name; });
  const form = el("form", { class: "form" },
    note && el("p", {}, note),
    gate.length > 0 && el("ul", { class: "gate" }, ...gate.map((each) => el("li", {}, each))),
    el("label", { for: "confirm" }, t("models.type", { name })), input,
    el("label", { for: "reason" }, t(gate.length ? "models.force" : "models.why")), reason, button);
  const close = openDialog({ label }, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    close();
    attempt(() => run(input.value, reason.value), "models.done");
  });
}

await startFrame({ write: [
  { keys: ["P"], text: "models.promote", code: "KeyP", run: () => {
    const row = list.models.find((each) => each.name === openName);
    if (!mayChange || !row || row.state === "current") return false;
    return confirmPromotion(row);
  } },
] });
load();
