// What the server tells unasked. Rows change where they are; new ones wait to be let in.
import { loadCatalogue } from "../core/catalogue.js";
import { t } from "../core/i18n.js";
import { belongs, state, update } from "../core/store.js";
import { isAtRest } from "../ui/list.js";
import { say } from "../ui/toast.js";
import { showTyping } from "../ui/composer.js";
import { loadDetail, openConversation, refresh } from "./inbox.js";

const SETTLE = 200;
const LOOK = 2000;
let timer;

const takers = {
  conversation: takeRow,
  message: takeMessage,
  counts: (counts) => update({ counts: { ...state.counts, ...counts } }, "counts"),
  model: takeModel,
  typing: takeTyping,
  mention: takeMention,
  catalogue: () => loadCatalogue().catch(() => {}),
  resync: takeAll,
};

/** Take in one event; unknown ones are from a newer server and mean nothing here. */
export function heard(name, data) {
  takers[name]?.(data);
}

/** Let new rows in by themselves while nobody is at the list. */
export function letInAtRest() {
  setInterval(() => {
    const isFirst = state.order.length === 0 && !state.loading;
    if (state.waitingUpdates.size && (isFirst || isAtRest())) refresh();
  }, LOOK);
}

function takeRow(row) {
  const known = state.rows.get(row.id);
  // An older state of the row may arrive after the answer to our own change.
  if (known && known.fence > row.fence) return;
  state.rows.set(row.id, row);
  const isListed = state.order.includes(row.id);
  const updates = new Set(state.waitingUpdates);
  // What I took myself is no news; it stays in its place until the list is fetched anew.
  const isMyDoing = isListed && row.agent?.id === state.me.id;
  if (isMyDoing || isListed === belongs(row, state.view)) updates.delete(row.id);
  else updates.add(row.id);
  update({ waitingUpdates: updates }, "rows");
  if (row.id === state.openId && state.detail?.conversation.id === row.id) {
    update({ detail: { ...state.detail, conversation: row } }, "detail");
  }
}

function takeMessage({ conversation_id: id, item }) {
  if (id !== state.openId || state.detail?.conversation.id !== id) return;
  const { thread } = state.detail;
  const index = thread.findIndex((each) => each.id === item.id || isSameSend(each, item));
  const next = [...thread];
  next.splice(index < 0 ? thread.length : index, 1, item);
  update({ detail: { ...state.detail, thread: next } }, "detail");
  // A new word of the fan makes a new guess.
  if (item.from !== "fan" || index >= 0) return;
  clearTimeout(timer);
  timer = setTimeout(() => loadDetail(id), SETTLE);
}

// Our own message may come by this way before the answer to our request does.
function isSameSend(sent, item) {
  const isMine = item.from === "agent" && item.agent?.id === state.me.id;
  return sent.client_id && isMine && sent.text === item.text;
}

function takeTyping({ conversation_id: id, agent_id: who, name }) {
  if (id === state.openId && who !== state.me.id) showTyping(name);
}

function takeMention({ agent_id: who, by, conversation_id: id }) {
  if (who === state.me.id) say(t("mention", { name: by }), () => openConversation(id), 60, "open");
}

async function takeModel({ name }) {
  await loadCatalogue().catch(() => {});
  say(t("model.new", { name }));
}

function takeAll() {
  refresh();
  if (state.openId) loadDetail();
}
