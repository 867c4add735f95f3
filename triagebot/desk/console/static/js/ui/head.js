// The head of the open conversation: who it is, who has it, and what can be done now.
import { attribute, byId, setText } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { openRow, state, watch } from "../core/store.js";
import { leftOf } from "./clock.js";

const BUTTONS = [
  "take", "release", "snooze", "assign", "hand_back", "resolve", "reopen", "back", "toggle_context",
];

/** Draw the head; `does` maps the buttons' names to what they do. */
export function startHead(does) {
  for (const name of BUTTONS) {
    byId(`do-${name}`).addEventListener("click", () => does[name]());
  }
  watch(["open", "detail", "rows", "minute"], draw);
}

/** Who has a conversation that somebody has, as a sentence. */
export function holderOf({ agent }) {
  return agent.id === state.me.id ? t("row.held_by_me") : t("row.held", { name: agent.name });
}

/** What a person may do with a conversation as it stands. */
export function allowed(row) {
  const isMine = row.agent?.id === state.me.id;
  const isFree = row.agent === null;
  const isResolved = row.status === "resolved";
  return {
    take: isFree && !isResolved,
    release: isMine && row.status === "open",
    snooze: row.status === "open" && (isFree || isMine),
    assign: !isResolved && (isFree || isMine || state.me.role !== "agent"),
    wake: row.status === "snoozed" && isMine,
    hand_back: row.status === "open" && (isFree || isMine),
    resolve: !isResolved && (isFree || isMine),
    reopen: isResolved,
  };
}

function draw() {
  const row = openRow();
  if (!row || row.id !== state.openId) return;
  setText(byId("fan-name"), t("fan.short", { fan: row.fan }));
  const words = [statusOf(row), row.window_until && leftOf(row)];
  setText(byId("fan-status"), words.filter(Boolean).join(" · "));
  const may = allowed(row);
  for (const name of Object.keys(may)) {
    const button = byId(`do-${name}`);
    if (button) button.hidden = !may[name];
  }
  const hasContext = !document.querySelector(".desk").classList.contains("no-context");
  attribute(byId("do-toggle_context"), "aria-expanded", String(hasContext));
}

function statusOf(row) {
  if (row.status !== "open") return t(`status.${row.status}`);
  if (row.agent === null) return t("status.waiting");
  return holderOf(row);
}
