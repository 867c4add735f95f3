// The first steps of a new installation, until somebody puts them away.
import { byId } from "../core/dom.js";
import { choose, prefs } from "../core/prefs.js";
import { say } from "./toast.js";

/** Show them where the page has them. */
export function startFirstSteps() {
  const start = byId("start");

  function show(shown) {
    start.hidden = !shown;
    byId("thread-none").hidden = shown;
  }

  byId("start-done").addEventListener("click", () => {
    choose("started", true);
    show(false);
    say(start.dataset.gone, () => {
      choose("started", false);
      show(true);
    });
  });
  show(!prefs.started);
}
