// The views with their counts; the tab's title says how many fans wait.
import { attribute, byId, setText } from "../core/dom.js";
import { number, t } from "../core/i18n.js";
import { state, watch } from "../core/store.js";

export const VIEWS = ["waiting", "mine", "open", "bot", "resolved", "snoozed"];
const MOST = 999;
// The server counts no further what nobody works through.
const COUNTED = { bot: 10_000, resolved: 10_000 };

/** Draw the rail; `go(view)` is called when one is pressed. */
export function startRail(go) {
  for (const view of VIEWS) {
    byId(`view-${view}`).addEventListener("click", (event) => {
      event.preventDefault();
      go(view);
    });
  }
  watch(["counts", "view"], draw);
}

function draw() {
  for (const view of VIEWS) {
    const link = byId(`view-${view}`);
    const count = state.counts[view];
    attribute(link, "aria-current", view === state.view ? "page" : null);
    // How many are closed is no work, so it is not shown.
    setText(link.querySelector(".rail-count"), count && view !== "resolved" ? short(count) : "");
  }
  setText(byId("list-title"), t(`view.${state.view}`));
  const listed = state.counts[state.view];
  setText(byId("list-count"), listed === undefined ? "" : upTo(COUNTED[state.view], listed));
  const waiting = state.counts.waiting ? `(${number(state.counts.waiting)}) ` : "";
  document.title = `${waiting}${t(`view.${state.view}`)} · triagebot`;
}

function short(count) {
  return count > MOST ? `${MOST}+` : String(count);
}

const upTo = (most, count) => (count >= most ? `${number(most - 1)}+` : number(count));
