// What an agent does to a conversation: shown at once, stored at once, undone for ten seconds.
import { post } from "../core/api.js";
import { t } from "../core/i18n.js";
import { belongs, openRow, state, update } from "../core/store.js";
import { inTurn } from "../core/turns.js";
import { allowed } from "../ui/head.js";
import { VIEWS } from "../ui/rail.js";
import { complain, say } from "../ui/toast.js";
import { loadDetail, openConversation } from "./inbox.js";

const AT_REST = { agent: null, waiting_since: null, unread: 0 };
const EXPECTED = {
  take: () => ({ status: "open", agent: { id: state.me.id, name: state.me.name } }),
  release: () => ({ agent: null }),
  hand_back: () => ({ status: "pending", ...AT_REST }),
  resolve: () => ({ status: "resolved", ...AT_REST }),
  reopen: () => ({ status: "open", agent: { id: state.me.id, name: state.me.name } }),
  snooze: ({ until }) => ({ status: "snoozed", snoozed_until: until, agent: me() }),
  wake: () => ({ status: "open", snoozed_until: null }),
  assign: (_, agent) => ({ status: "open", agent }),
  unassign: () => ({ agent: me() }),
};
const me = () => ({ id: state.me.id, name: state.me.name });
// What leads back, in order: a conversation that nobody had is nobody's again.
const BACK = {
  take: () => ["release"],
  release: () => ["take"],
  hand_back: (before) => (before.agent ? ["take"] : ["take", "release"]),
  resolve: (before) => (before.agent ? ["reopen"] : ["reopen", "release"]),
  reopen: () => ["resolve"],
  snooze: (before) => (before.agent ? ["wake"] : ["wake", "release"]),
  // What a lead took from somebody else is not given back to oneself.
  assign: (before) => (before.agent ? before.agent.id === state.me.id && ["unassign"] : ["unassign", "release"]),
};
const GOES_ON = ["resolve", "hand_back", "snooze", "assign"];

/** Do one thing to the open conversation; false when it cannot be done now. */
export function act(name, row = openRow(), body = {}, agent = null) {
  if (!row || !allowed(row)[name]) return false;
  const index = state.order.indexOf(row.id);
  if (GOES_ON.includes(name)) leaveList(row.id, index);
  const done = change(name, row, index, body, agent);
  const back = BACK[name](row) && (() => goBack(name, row, index, done));
  say(t(`done.${name}`, { fan: t("fan.short", row), name: agent?.name }), back);
  return true;
}

/** Open the next conversation of the list, or the previous with -1. */
export function step(by) {
  if (state.order.length === 0) return false;
  const index = state.order.indexOf(state.openId);
  const next = index < 0 ? 0 : Math.min(state.order.length - 1, Math.max(0, index + by));
  openConversation(state.order[next]);
  return true;
}

/** Replace a row everywhere and move the counts along. */
export function putRow(row) {
  const old = state.rows.get(row.id);
  const counts = { ...state.counts };
  for (const view of old ? VIEWS : []) {
    const moved = Number(belongs(row, view)) - Number(belongs(old, view));
    if (counts[view] !== undefined) counts[view] = Math.max(0, counts[view] + moved);
  }
  state.rows.set(row.id, row);
  update({ counts }, "rows", "counts");
  if (state.detail?.conversation.id === row.id) {
    update({ detail: { ...state.detail, conversation: row } }, "detail");
  }
}

function change(name, row, index, body = {}, agent = null) {
  putRow({ ...row, ...EXPECTED[name](body, agent) });
  return inTurn(row.id, (left) => store(name, left ?? row, index, body));
}

async function store(name, row, index, body) {
  try {
    const after = await post(`/conversations/${row.id}/${name}`, { ...body, fence: row.fence });
    putRow(after);
    return after;
  } catch (error) {
    putRow(row);
    if (GOES_ON.includes(name)) enterList(row.id, index);
    complain(`${t(`failed.${name}`, { fan: t("fan.short", row) })} ${error.advice}`);
    // Somebody was first: show how it stands now.
    if (error.code === "conflict" && row.id === state.openId) loadDetail();
    return null;
  }
}

async function goBack(name, before, index, done) {
  let row = await done;
  for (const each of row ? BACK[name](before) : []) {
    row = row && (await change(each, row, index));
  }
  if (!row) return;
  if (belongs(row, state.view)) enterList(row.id, index);
  if (GOES_ON.includes(name)) openConversation(row.id);
}

function leaveList(id, index) {
  if (index < 0) return;
  const order = state.order.filter((each) => each !== id);
  update({ order }, "rows");
  openConversation(order[Math.min(index, order.length - 1)] ?? null);
}

function enterList(id, index) {
  if (state.order.includes(id) || index < 0) return;
  update({ order: [...state.order.slice(0, index), id, ...state.order.slice(index)] }, "rows");
}
