// The list: only the rows in sight are drawn, and their order never changes under the hand.
import { attribute, byId, el, fill, icon, setText } from "../core/dom.js";
import { number, t } from "../core/i18n.js";
import { state, watch } from "../core/store.js";
import { createRow } from "./row.js";

const BEYOND = 6;
const REST = 4000;

const drawn = new Map();
let pane, rows, touchedAt = 0, pointerIsIn = false;

/** Draw the list, and again whenever it changes. */
export function startList() {
  pane = byId("list-body");
  rows = byId("rows");
  pane.addEventListener("scroll", draw);
  pane.addEventListener("pointerenter", () => (pointerIsIn = true));
  pane.addEventListener("pointerleave", () => (pointerIsIn = false));
  for (const name of ["keydown", "pointerdown"]) {
    document.addEventListener(name, () => (touchedAt = Date.now()), true);
  }
  new ResizeObserver(draw).observe(pane);
  document.documentElement.addEventListener("theme", () => requestAnimationFrame(draw));
  watch(["rows", "view", "open", "catalogue", "minute"], draw);
  watch(["open"], () => requestAnimationFrame(showOpenRow));
  watch(["rows"], drawUpdates);
}

/** Follow a person's hand: `open(id)`, `more()` and `refresh()` are what they can ask of the list. */
export function followHand({ open, more, refresh }) {
  rows.addEventListener("click", (event) => {
    const row = event.target.closest(".row");
    if (row) open(row.dataset.id);
  });
  pane.addEventListener("scroll", () => {
    if (pane.scrollTop + pane.clientHeight * 2 > pane.scrollHeight) more();
  });
  byId("updates").addEventListener("click", refresh);
}

/** Nobody is at the list and it is at its top: new rows may come in by themselves. */
export function isAtRest() {
  const inUse = pointerIsIn || pane.contains(document.activeElement);
  return !inUse && !document.hidden && pane.scrollTop === 0 && Date.now() - touchedAt > REST;
}

function draw() {
  const height = rowHeight();
  const total = state.order.length;
  rows.style.height = `${total * height}px`;
  const first = Math.max(0, Math.floor(pane.scrollTop / height) - BEYOND);
  const last = Math.min(total, Math.ceil((pane.scrollTop + pane.clientHeight) / height) + BEYOND);
  const wanted = new Set(state.order.slice(first, last));
  for (const [id, row] of drawn) {
    if (wanted.has(id)) continue;
    row.node.remove();
    drawn.delete(id);
  }
  for (let index = first; index < last; index += 1) {
    place(state.order[index], { index, total, top: index * height });
  }
  const openIsDrawn = drawn.has(state.openId);
  attribute(rows, "aria-activedescendant", openIsDrawn ? `row-${state.openId}` : null);
  drawEmpty();
}

function place(id, where) {
  if (!drawn.has(id)) {
    drawn.set(id, createRow(id));
    rows.append(drawn.get(id).node);
  }
  drawn.get(id).show(state.rows.get(id), where);
}

function drawEmpty() {
  const isEmpty = state.order.length === 0;
  byId("list-skeleton").hidden = !(isEmpty && state.loading);
  rows.hidden = isEmpty;
  const empty = byId("list-empty");
  empty.hidden = !isEmpty || state.loading;
  if (empty.hidden) return;
  const key = state.failed ? "failed" : state.view;
  fill(
    empty,
    icon(state.failed ? "warning" : state.view),
    el("strong", {}, t(`empty.${key}`)),
    el("p", {}, state.failed ?? t(`empty.${key}.note`)),
  );
}

function drawUpdates() {
  const count = state.waitingUpdates.size;
  byId("updates").hidden = count === 0;
  const words = byId("updates").querySelector("span");
  if (count) setText(words, t("list.updates", { n: number(count) }));
}

function showOpenRow() {
  const index = state.order.indexOf(state.openId);
  if (index < 0) return;
  const height = rowHeight();
  const top = index * height;
  if (top < pane.scrollTop) pane.scrollTop = top;
  else if (top + height > pane.scrollTop + pane.clientHeight) {
    pane.scrollTop = top + height - pane.clientHeight;
  }
}

// The height is a token in rem, so that it grows with the reader's text size.
function rowHeight() {
  return byId("row-ruler").offsetHeight;
}
