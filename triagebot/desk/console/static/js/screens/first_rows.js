// Who waits comes with the page, and is on the screen before the rest of the inbox is loaded.
import "../core/early_presses.js";
import { session } from "../core/page.js";
import { state, update } from "../core/store.js";
import { startList } from "../ui/list.js";

let first = JSON.parse(document.getElementById("first-rows").textContent);

/** Return the first page of a view as it came with the inbox, once; null where it did not. */
export function given(view) {
  const page = view === "waiting" ? first : null;
  first = null;
  return page;
}

/** Keep rows by their ids; returns the ids in the same order. */
export function keep(rows) {
  rows.forEach((row) => state.rows.set(row.id, row));
  return rows.map((row) => row.id);
}

// The address, or the one that a sign-in interrupted, may name another view.
const shown = location.hash || sessionStorage.getItem("triagebot.return") || "#waiting";

state.me = session.agent;
startList();
if (shown.startsWith("#waiting")) update({ order: keep(first.items) }, "rows");
