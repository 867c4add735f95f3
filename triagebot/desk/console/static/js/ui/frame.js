// What every screen beside the inbox has: its reader, the catalogue, and the common keys.
import { loadCatalogue } from "../core/catalogue.js";
import { byId, fill, setText } from "../core/dom.js";
import { bind, listen } from "../core/keys.js";
import { session } from "../core/page.js";
import { state } from "../core/store.js";
import { bindDesk } from "./desk_keys.js";
import { complain } from "./toast.js";

/** Start a screen with its own keys, `{group: shortcuts}`. Resolves once the catalogue is there. */
export async function startFrame(keys) {
  startKeys(keys);
  await loadCatalogue().catch((error) => complain(error.advice));
}

/** Start a screen that needs no catalogue. */
export function startKeys(keys) {
  state.me = session.agent;
  for (const [group, shortcuts] of Object.entries(keys)) bind(group, shortcuts);
  bindDesk();
  listen();
  document.querySelector(".rail [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Replace what the screen shows. */
export const showWork = (...children) => fill(byId("work"), ...children);

/** Replace what stands beside it. */
export const showSide = (...children) => fill(byId("side"), ...children);

/** Say how it goes, beside the title. */
export const showNote = (text) => setText(byId("work-note"), text);
