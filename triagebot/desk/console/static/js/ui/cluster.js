// One cluster opened: what will be said, and everybody in it; the least typical come first.
import { attribute, byId, el, fill } from "../core/dom.js";
import { number, score, t } from "../core/i18n.js";
import { isComposing } from "../core/keys.js";
import { createClock, showClock } from "./clock.js";
import { press } from "./card.js";
import { showWork } from "./frame.js";
import { bytesOf, MOST_BYTES } from "./meter.js";

const STEP = 200;

/** Show a cluster with its members; `does` holds `answer`, `label`, `close`, `split`, `back`. */
export function openCluster(cluster, members, does) {
  const order = [...members].sort((one, other) => one.nearness - other.nearness);
  const ticked = new Set(order.filter((each) => each.ticked));
  let shown = STEP;
  const count = el("span", { class: "number", role: "status" });
  const list = el("ul", { class: "members", "aria-label": t("clusters.members") });
  const box = el("textarea", { id: "reply", rows: 4, "aria-label": t("clusters.text") });
  const meter = el("span", { class: "meter" });
  box.value = cluster.text;

  function draw() {
    const n = number(ticked.size);
    count.textContent = t("clusters.chosen", { n, all: number(order.length) });
    const used = bytesOf(box.value);
    meter.textContent = t("composer.bytes", { n: number(used), most: number(MOST_BYTES) });
    meter.className = used > MOST_BYTES ? "meter over" : "meter";
  }
  function drawMembers() {
    const more = order.length > shown && el(
      "li",
      {},
      el("button", { type: "button", class: "link", on: { click: showMore } }, t("clusters.more")),
    );
    fill(list, ...order.slice(0, shown).map(line), more);
  }
  function showMore() {
    shown += STEP;
    drawMembers();
  }
  function line(member) {
    const clock = createClock();
    showClock(clock, member);
    const node = el(
      "button",
      { type: "button", role: "checkbox", class: "member", on: { click: () => tick(member, node) } },
      el("span", { class: "tick", "aria-hidden": "true" }),
      el("span", { class: "member-text" }, member.text),
      el("span", { class: "number quiet" }, score(member.nearness)),
      clock,
    );
    attribute(node, "aria-checked", String(ticked.has(member)));
    return el("li", {}, node);
  }
  function tick(member, node) {
    if (!ticked.delete(member)) ticked.add(member);
    attribute(node, "aria-checked", String(ticked.has(member)));
    draw();
  }
  function all() {
    const isFull = ticked.size === order.length;
    ticked.clear();
    if (!isFull) order.forEach((each) => ticked.add(each));
    drawMembers();
    draw();
  }
  const chosen = () => [...ticked];
  const text = () => box.value.trim();

  box.addEventListener("input", draw);
  box.addEventListener("keydown", (event) => {
    if (isComposing(event)) return;
    if (event.key === "Escape") list.querySelector("button")?.focus();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) does.answer();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  showWork(
    el(
      "article",
      { class: "task opened" },
      el("h2", {}, cluster.question || cluster.typical[0].text),
      el(
        "div",
        { class: "composer" },
        el("div", { class: "composer-box" }, box, el("div", { class: "composer-foot" }, meter)),
      ),
      el(
        "div",
        { class: "verdicts" },
        press(t("clusters.answer_ticked"), "A", () => does.answer(), "primary"),
        press(t("clusters.label"), "L", () => does.label()),
        press(t("clusters.close"), "E", () => does.close()),
        press(t("clusters.other"), "O", () => does.other()),
        press(t("clusters.split"), "S", () => does.split()),
        press(t("clusters.back"), "Esc", () => does.back()),
      ),
      el("p", { class: "members-head" }, count, press(t("clusters.all"), "T", all)),
      list,
    ),
  );
  drawMembers();
  draw();
  if (cluster.text) byId("work").focus({ preventScroll: true });
  else box.focus();
  return {
    cluster,
    chosen,
    text,
    all,
    write: (words) => {
      box.value = words;
      draw();
    },
    step: (by) => stepIn(list, by),
    toggle: () => document.activeElement.closest(".member")?.click(),
  };
}

function stepIn(list, by) {
  const lines = [...list.querySelectorAll(".member")];
  const at = lines.indexOf(document.activeElement);
  lines[at < 0 ? 0 : Math.min(lines.length - 1, Math.max(0, at + by))]?.focus();
}
