// One line of the list. It is made once and then changed in place: a press must never miss.
import { attribute, el, fill, icon, setText } from "../core/dom.js";
import { score, shortTime, since, t, tAny } from "../core/i18n.js";
import { belongs, state } from "../core/store.js";
import { createClock, showClock } from "./clock.js";
import { intentTitle } from "./decision.js";
import { holderOf } from "./head.js";

const ICONS = { wechat: "wechat", webchat: "webchat", demo: "webchat" };
const MINUTE = 60_000;

/** Return `{node, show(row, place)}`. */
export function createRow(id) {
  const channel = el("span", { class: "row-channel" });
  const fan = el("b", { class: "one-line" });
  const text = el("p", { class: "row-text one-line" });
  const unread = el("span", { class: "row-unread number" });
  const intent = el("span", { class: "one-line" });
  const sure = el("span", { class: "number" });
  const pill = el("span", { class: "pill" }, intent, sure);
  const reason = el("span", { class: "row-reason one-line" });
  const waited = el("time", { class: "row-waited" });
  const clock = createClock();
  const node = el(
    "li",
    { class: "row", role: "option", id: `row-${id}`, data: { id } },
    el("div", { class: "row-fan" }, channel, fan),
    clock,
    text,
    unread,
    el("div", { class: "row-facts" }, pill, reason),
    waited,
  );
  let drawnChannel = null;

  function show(row, place) {
    const name = row.channel.split(":")[0];
    if (drawnChannel !== name) fill(channel, icon(ICONS[name] ?? "api"));
    drawnChannel = name;
    const hasLeft = !belongs(row, state.view);
    node.classList.toggle("left", hasLeft);
    node.classList.toggle("unread", row.unread > 0);
    node.classList.toggle("for-me", row.offered?.id === state.me.id);
    node.style.transform = `translateY(${place.top}px)`;
    attribute(node, "aria-selected", String(row.id === state.openId));
    attribute(node, "aria-posinset", place.index + 1);
    attribute(node, "aria-setsize", place.total);
    setText(fan, t("fan.short", { fan: row.fan }));
    setText(text, row.last_text);
    attribute(text, "title", row.last_text);
    setText(unread, row.unread ? String(Math.min(row.unread, 99)) : "");
    attribute(unread, "title", row.unread ? t("row.unread", { n: row.unread }) : null);
    pill.hidden = !row.intent;
    setText(intent, intentTitle(row.intent));
    setText(sure, score(row.confidence));
    setText(reason, hasLeft ? whereNow(row) : why(row));
    setText(waited, waitedWords(row));
    showClock(clock, row);
  }
  return { node, show };
}

function why(row) {
  if (row.status === "open" && row.agent && state.view !== "mine") return holderOf(row);
  if (row.offered) return offerTo(row.offered);
  return row.reason ? tAny(`reason_short.${row.reason}`, row.reason) : "";
}

const offerTo = ({ id, name, why: because }) => (id === state.me.id ? t(`offer.mine.${because}`) : t("offer.theirs", { name }));

function whereNow(row) {
  if (row.status === "open") return row.agent ? holderOf(row) : t("row.released");
  return t(`status.${row.status}`);
}

function waitedWords(row) {
  if (row.status !== "open" || !row.waiting_since) return shortTime(row.last_at);
  const isNew = Date.now() - new Date(row.waiting_since) < MINUTE;
  return isNew ? t("row.new") : t("row.waited", { span: since(row.waiting_since) });
}
