// Send what was written: it stands in the thread at once and says how its delivery goes.
import { freshId, post } from "../core/api.js";
import { dropUnsent, keepUnsent } from "../core/outbox.js";
import { latest, openRow, state, update } from "../core/store.js";
import { inTurn } from "../core/turns.js";
import { giveBack } from "../ui/composer.js";
import { complain } from "../ui/toast.js";
import { act, putRow } from "./actions.js";
import { loadDetail } from "./inbox.js";

/** Send a text to the open conversation's fan. Resolves to whether the server has it. */
export function send(text) {
  const row = openRow();
  const item = {
    id: `unsent-${freshId()}`,
    client_id: freshId(),
    from: "agent",
    kind: "text",
    text,
    at: new Date().toISOString(),
    options: [],
    decision: null,
    label: null,
    agent: { id: state.me.id, name: state.me.name },
    state: "sending",
  };
  showItem(row.id, item);
  // Whoever answers has the conversation.
  if (row.agent === null) putRow({ ...row, status: "open", agent: item.agent });
  return deliver(row, item);
}

/** Send, and close the conversation once the words are safe with the server. */
export async function sendAndResolve(text) {
  const { id } = openRow();
  if (!(await send(text))) return;
  const row = state.rows.get(id);
  if (row) act("resolve", row);
}

/** Try an item again: one that never reached the server, or one the platform did not take. */
export async function retry(item) {
  const row = openRow();
  showItem(row.id, { ...item, state: "sending" });
  if (item.client_id) return deliver(row, item);
  try {
    showItem(row.id, await post(`/outbound/${item.id.slice(1)}/resend`));
  } catch (error) {
    showItem(row.id, item);
    complain(error.advice);
  }
  return undefined;
}

async function deliver(row, item) {
  keepUnsent(row.id, item);
  return Boolean(await inTurn(row.id, (left) => store(left ?? row, item)));
}

async function store(row, item) {
  const body = { text: item.text, client_id: item.client_id };
  try {
    const sent = await post(`/conversations/${row.id}/messages`, body);
    dropUnsent(item);
    showItem(row.id, sent, item.id);
    if (row.agent === null) await loadDetail(row.id);
    return latest(row);
  } catch (error) {
    refused(row, item, error);
    return null;
  }
}

function refused(row, item, error) {
  complain(error.advice);
  // It was shown as mine in good faith.
  if (row.agent === null) putRow(row);
  if (error.code !== "conflict") {
    const failed = { ...item, state: "failed" };
    keepUnsent(row.id, failed);
    return showItem(row.id, failed);
  }
  // Somebody else has the fan: the words go back to where they were typed.
  dropUnsent(item);
  dropItem(row.id, item.id);
  giveBack(row.id, item.text);
  return loadDetail(row.id);
}

function showItem(conversationId, item, replaces = item.id) {
  if (state.detail?.conversation.id !== conversationId) return;
  // The stream may have brought it before; then both stand for the same message.
  const rest = state.detail.thread.filter((each) => each.id !== item.id || each.id === replaces);
  const index = rest.findIndex((each) => each.id === replaces);
  const isKnown = index < 0 && state.detail.thread.some((each) => each.id === item.id);
  if (isKnown) return;
  rest.splice(index < 0 ? rest.length : index, 1, item);
  update({ detail: { ...state.detail, thread: rest } }, "detail");
}

function dropItem(conversationId, itemId) {
  if (state.detail?.conversation.id !== conversationId) return;
  const thread = state.detail.thread.filter((each) => each.id !== itemId);
  update({ detail: { ...state.detail, thread } }, "detail");
}

let told = 0;

/** Tell colleagues now and then that I am writing here. */
export function tellTyping(id) {
  if (Date.now() - told < 3000) return;
  told = Date.now();
  post(`/conversations/${id}/typing`).catch(() => {});
}
