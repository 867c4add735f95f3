// One table of shortcuts. It is also what the sheet shows, so the two cannot differ.
import { isWriting } from "./dom.js";
import { choose, prefs } from "./prefs.js";

const LEAD = "KeyG";
const LEAD_HOLDS = 1500;

const table = [];
let ledAt = -Infinity;

/**
 * Add shortcuts: `keys` as shown, `text` the catalogue key of what it does, `code` for letters and
 * digits (the key's place, whatever the input method makes of it), `symbols` for signs (both
 * widths), `shift` and `alt` as needed, `altToo` when Alt+letter works inside inputs as well,
 * `led` when G comes before it, `control` with Ctrl or ⌘, inside inputs too.
 */
export function bind(group, shortcuts) {
  table.push(...shortcuts.map((shortcut) => ({ group, ...shortcut })));
}

/** A shortcut as this person wants it: with the key they chose for what it does, if any. */
function own(shortcut) {
  const chosen = !shortcut.led && prefs.remap?.[shortcut.text];
  return chosen ? { ...shortcut, symbols: null, shift: false, ...chosen } : shortcut;
}

/** Whether a shortcut is a single key that may be another one. */
export const canMove = (shortcut) => Boolean(shortcut.run && shortcut.keys && !shortcut.led && !shortcut.always);

/**
 * Put what `text` names on the pressed key, or with null back on its own. Returns the text of what
 * has that key already, and changes nothing then.
 */
export function remap(text, event) {
  const { [text]: _was, ...others } = prefs.remap ?? {};
  if (!event) return choose("remap", others);
  const key = { code: event.code, shift: event.shiftKey };
  const taken = table.find((each) => each.text !== text && each.run && !each.led && matches(own(each), event));
  if (taken || (event.code === LEAD && !event.shiftKey)) return taken?.text ?? "keys.screens";
  const name = event.code.replace(/^(Key|Digit)/, "");
  return choose("remap", { ...others, [text]: { ...key, keys: [event.shiftKey ? `⇧${name}` : name] } });
}

/** All shortcuts by group, in the order they were added. */
export function shortcuts() {
  const groups = new Map();
  for (const shortcut of table.map(own)) {
    groups.set(shortcut.group, [...(groups.get(shortcut.group) ?? []), shortcut]);
  }
  return groups;
}

/** An input method is at work: its keys are not ours, least of all the Enter that picks a word. */
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}

export function listen() {
  document.addEventListener("keydown", (event) => {
    if (isComposing(event)) return;
    // An open dialog has its own keys.
    if (document.querySelector("dialog[open]")) return;
    // By when they were pressed: a busy page hears of both later.
    const isLed = event.timeStamp - ledAt < LEAD_HOLDS;
    const hit = table.find((each) => Boolean(each.led) === isLed && matches(own(each), event));
    ledAt = !hit && !isLed && leads(event) ? event.timeStamp : -Infinity;
    if (!hit || hit.run(event) === false) return;
    event.preventDefault();
  });
}

function leads(event) {
  const isPlain = !event.altKey && !event.shiftKey && !event.ctrlKey && !event.metaKey && !isWriting(event.target);
  return prefs.keys && isPlain && event.code === LEAD;
}

function matches(shortcut, event) {
  if (!shortcut.run || Boolean(shortcut.control) !== (event.ctrlKey || event.metaKey)) return false;
  if (shortcut.control) return shortcut.code === event.code && !event.altKey && !event.shiftKey;
  if (event.altKey) return shortcut.altToo && event.code === shortcut.code && !event.shiftKey;
  if (isWriting(event.target)) return false;
  if (shortcut.always !== true && !prefs.keys) return false;
  // Enter or the space bar on a focused button presses that button.
  if (["Enter", " "].includes(event.key) && event.target.closest("button, a")) return false;
  if (shortcut.symbols) return shortcut.symbols.includes(event.key);
  return shortcut.code === event.code && Boolean(shortcut.shift) === event.shiftKey;
}
