// Load views and conversations, and keep the address in step, so that a link leads to the place.
import { get } from "../core/api.js";
import { unsentOf } from "../core/outbox.js";
import { state, update } from "../core/store.js";
import { VIEWS } from "../ui/rail.js";
import { given, keep } from "./first_rows.js";

const PAGE = 50;
const MOST = 200;
let asked = 0;

/** Show a view from its top. Resolves to the newest event that the server counted in. */
export async function showView(view) {
  const isOther = view !== state.view;
  if (isOther) update({ view, order: [], next: null }, "view", "rows");
  update({ loading: true, failed: null }, "rows");
  writeAddress();
  return loadOrder(view, PAGE);
}

/** Fetch the order anew, as long as it is now; this is the only way in which rows move. */
export function refresh() {
  return loadOrder(state.view, Math.min(MOST, Math.max(PAGE, state.order.length)));
}

async function loadOrder(view, limit) {
  const mine = ++asked;
  try {
    const page = given(view) ?? (await get(`/conversations?view=${view}&limit=${limit}`));
    if (mine !== asked) return page.cursor;
    const order = keep(page.items);
    const changes = { order, next: page.next, counts: page.counts, loading: false, failed: null };
    update({ ...changes, waitingUpdates: new Set() }, "rows", "counts");
    return page.cursor;
  } catch (error) {
    if (mine === asked) update({ loading: false, failed: error.advice }, "rows");
    return null;
  }
}

let isLoadingMore = false;

/** Fetch the next page, once at a time. */
export async function loadMore() {
  if (isLoadingMore || !state.next) return;
  isLoadingMore = true;
  const { view, next } = state;
  try {
    const after = encodeURIComponent(next);
    const page = await get(`/conversations?view=${view}&limit=${PAGE}&after=${after}`);
    if (view !== state.view || next !== state.next) return;
    const known = new Set(state.order);
    const fresh = keep(page.items).filter((id) => !known.has(id));
    update({ order: [...state.order, ...fresh], next: page.next }, "rows");
  } catch {
    // Scrolling on asks again.
  } finally {
    isLoadingMore = false;
  }
}

/** Open a conversation, at one message if `found` names it. */
export async function openConversation(id, found = null) {
  update({ openId: id, found, detailFailed: null }, "open");
  document.querySelector(".desk").dataset.shows = id ? "thread" : "list";
  writeAddress();
  if (id) await loadDetail(id);
}

/** Fetch the open conversation anew, with the newest guess. */
export async function loadDetail(id = state.openId) {
  const asked = threadOf(id);
  try {
    const detail = await get(`/conversations/${id}`);
    keep([detail.conversation]);
    if (id !== state.openId) return;
    const thread = merged(asked, threadOf(id), detail.thread, unsentOf(id));
    update({ detail: { ...detail, thread } }, "detail", "rows");
  } catch (error) {
    if (id !== state.openId || state.detail?.conversation.id === id) return;
    update({ detailFailed: error.advice, detail: null }, "open", "detail");
  }
}

function threadOf(id) {
  return state.detail?.conversation.id === id ? state.detail.thread : [];
}

// What was labelled, sent or deleted here since it was asked for may be missing in the answer.
function merged(asked, now, fetched, unsent) {
  const before = new Set(asked);
  const here = new Map(now.filter((item) => !before.has(item)).map((item) => [item.id, item]));
  const left = new Map(now.map((item) => [item.id, item]));
  const gone = new Set(asked.map(({ id }) => id).filter((id) => !left.has(id)));
  const known = fetched.filter(({ id }) => !gone.has(id));
  for (const { id } of unsent) here.delete(id);
  const shown = known.map((item) => here.get(item.id) ?? unchanged(left.get(item.id), item));
  for (const { id } of known) here.delete(id);
  return [...shown, ...here.values(), ...unsent];
}

// What did not change stays the same object, so that it is not drawn, or read aloud, again.
function unchanged(old, item) {
  return old && JSON.stringify(old) === JSON.stringify(item) ? old : item;
}

/** Return view, conversation and message that the address names. */
export function readAddress() {
  const [view, ...ids] = location.hash.slice(1).split("/");
  const [id, found] = ids.map((each) => (/^\d+$/.test(each) ? each : null));
  return { view: VIEWS.includes(view) ? view : "waiting", id: id ?? null, found: found ?? null };
}

function writeAddress() {
  const hash = `#${[state.view, state.openId].filter(Boolean).join("/")}`;
  if (location.hash !== hash) history.replaceState(null, "", hash);
}
