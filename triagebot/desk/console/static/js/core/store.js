// What the desk knows, and who wants to hear of changes. Screens are drawn once a frame at most.
export const state = {
  me: null,
  catalogue: { intents: new Map(), answers: new Map(), model: "" },
  view: "waiting",
  rows: new Map(),
  order: [],
  next: null,
  counts: {},
  loading: true,
  failed: null,
  waitingUpdates: new Set(),
  openId: null,
  detail: null,
  detailFailed: null,
  found: null,
};

const listeners = new Map();
const changed = new Set();
let planned = false;

/** Call `draw` once a frame when any of the topics changed. */
export function watch(topics, draw) {
  for (const topic of topics) {
    if (!listeners.has(topic)) listeners.set(topic, new Set());
    listeners.get(topic).add(draw);
  }
}

/** Change the state and say which topics that touches. */
export function update(changes, ...topics) {
  Object.assign(state, changes);
  topics.forEach((topic) => changed.add(topic));
  if (planned) return;
  planned = true;
  // A hidden tab has no frames, but its title still counts.
  if (document.hidden) setTimeout(draw, 200);
  else requestAnimationFrame(draw);
}

function draw() {
  planned = false;
  const topics = [...changed];
  changed.clear();
  new Set(topics.flatMap((topic) => [...(listeners.get(topic) ?? [])])).forEach((each) => each());
}

/** The row of the open conversation, wherever it is known from. */
export function openRow() {
  return state.rows.get(state.openId) ?? state.detail?.conversation ?? null;
}

/** A row as it is known by now; a dialog may have been open for a while. */
export function latest(row) {
  return state.rows.get(row.id) ?? row;
}

/** Whether a row belongs in a view; `waiting` is open and nobody's. */
export function belongs(row, view) {
  if (view === "bot") return row.status === "pending";
  if (view === "resolved") return row.status === "resolved";
  if (view === "snoozed") return Boolean(row.snoozed_until) && row.agent?.id === state.me.id;
  if (row.status !== "open") return false;
  if (view === "waiting") return row.agent === null;
  return view === "open" || row.agent?.id === state.me.id;
}
