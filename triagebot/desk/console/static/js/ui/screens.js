// G and a letter go to another screen.
import { bind } from "../core/keys.js";
import { base, screens } from "../core/page.js";

const LETTERS = { inbox: "I", label: "L", audit: "U", answers: "A", models: "M", clusters: "C", reports: "R", search: "S", fans: "F", wall: "W" };

/** Bind the keys of all screens that this person may open. */
export function bindScreens() {
  const known = ["inbox", ...screens].filter((name) => name in LETTERS);
  bind("screens", known.map((name) => ({
    keys: ["G", LETTERS[name]],
    text: `screen.${name}`,
    code: `Key${LETTERS[name]}`,
    led: true,
    run: () => location.assign(`${base}/desk${name === "inbox" ? "" : `/${name}`}`),
  })));
}
