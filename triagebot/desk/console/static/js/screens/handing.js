// Put a talk aside until a time, give it to a colleague, or look at all who ask the same.
import { get, post } from "../core/api.js";
import { el } from "../core/dom.js";
import { exactTime, number, t } from "../core/i18n.js";
import { base } from "../core/page.js";
import { latest, openRow, state } from "../core/store.js";
import { choose } from "../ui/chooser.js";
import { complain } from "../ui/toast.js";
import { act } from "./actions.js";

const HOUR = 3_600_000;
const MORNING = 9;

/** Ask until when, then put the open conversation aside. */
export function snooze() {
  const row = openRow();
  if (!row) return false;
  choose({
    label: t("snooze.title"),
    placeholder: t("snooze.placeholder"),
    find: async (query) => presets().filter(({ name }) => t(name).includes(query)),
    draw: ({ name, until }) => [
      el("span", {}, t(name)),
      el("span", { class: "choice-side" }, exactTime(until)),
    ],
    note: () => t("snooze.note"),
    pick: ({ until }) => carryOut("snooze", row, { until: until.toISOString() }),
  });
  return true;
}

function presets() {
  const after = (hours) => new Date(Date.now() + hours * HOUR);
  return [
    { name: "snooze.hour", until: after(1) },
    { name: "snooze.three", until: after(3) },
    { name: "snooze.tomorrow", until: morning(1) },
    { name: "snooze.monday", until: morning((8 - new Date().getDay()) % 7 || 7) },
  ];
}

function morning(days) {
  const time = new Date();
  time.setDate(time.getDate() + days);
  time.setHours(MORNING, 0, 0, 0);
  return time;
}

/** Ask to whom, then give the open conversation on. */
export function assign() {
  const row = openRow();
  if (!row) return false;
  const all = get("/colleagues").catch((error) => {
    complain(error.advice);
    return [];
  });
  choose({
    label: t("assign.title"),
    placeholder: t("assign.placeholder"),
    find: async (query) => (await all).filter(({ name }) => name.includes(query)),
    draw: ({ id, name, present, open }) => [
      el("span", {}, id === state.me.id ? t("me") : name),
      el(
        "span",
        { class: "choice-side" },
        t(present ? "assign.present" : "assign.away", { n: number(open) }),
      ),
    ],
    note: (item) => (item ? "" : t("assign.none")),
    pick: ({ id, name }) => carryOut("assign", row, { agent_id: id }, { id, name }),
  });
  return true;
}

// While the dialog was open, the conversation may have gone on, or to somebody else.
function carryOut(name, row, ...rest) {
  if (act(name, latest(row), ...rest)) return;
  complain(t(`failed.${name}`, { fan: t("fan.short", row) }));
}

/** Go to the cluster that the open conversation is in. */
export function similar() {
  const row = openRow();
  if (row?.status !== "open" || row.agent) return false;
  location.assign(`${base}/desk/clusters#${row.id}`);
  return true;
}
