// The keys and tools that every screen has.
import { byId } from "../core/dom.js";
import { bind } from "../core/keys.js";
import { toggleTheme } from "../core/prefs.js";
import { openPalette } from "./palette.js";
import { bindScreens } from "./screens.js";
import { openSettings } from "./settings.js";
import { openSheet } from "./sheet.js";

/** Bind them, after those of the screen. */
export function bindDesk() {
  bindScreens();
  bind("desk", [
    { keys: ["Ctrl", "K"], text: "keys.palette", code: "KeyK", control: true, always: true, run: openPalette },
    { keys: ["D"], text: "keys.theme", code: "KeyD", run: toggleTheme },
    { keys: [","], text: "keys.settings", symbols: ",，", run: openSettings },
    { keys: ["?"], text: "keys.sheet", symbols: "?？", always: true, run: openSheet },
  ]);
  byId("do-keys").addEventListener("click", openSheet);
  byId("do-settings").addEventListener("click", openSettings);
  byId("do-theme").addEventListener("click", toggleTheme);
}
