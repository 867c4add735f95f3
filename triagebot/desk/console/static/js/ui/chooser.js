// Type to narrow, arrows to move, Enter to take: the intent picker and the search are both this.
import { attribute, el, fill, icon, setText } from "../core/dom.js";
import { isComposing } from "../core/keys.js";
import { openDialog } from "./dialog.js";

/**
 * Open a chooser. `find(query)` returns a promise of items, `draw(item)` the children of a line,
 * `pick(item)` is called once, after closing; `note(item, items)` is the line at the foot.
 */
export function choose({ label, placeholder, find, draw, pick, note }) {
  let items = [];
  let at = 0;
  let asked = 0;
  let isDue = false;
  let isWanted = false;
  const list = el("ul", { class: "choices", role: "listbox", id: "choices", "aria-label": label });
  const input = el("input", {
    type: "text",
    role: "combobox",
    placeholder,
    "aria-label": label,
    "aria-controls": "choices",
    "aria-expanded": "true",
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: "false",
  });
  const foot = el("p", { class: "note", role: "status" });
  const search = el("div", { class: "find" }, icon("search"), input);
  const close = openDialog({ label, headless: true }, search, list, foot);

  async function ask() {
    const mine = ++asked;
    isDue = true;
    isWanted = false;
    const found = await find(input.value.trim());
    // An older question may be answered later; it must not replace the newer answer.
    if (mine !== asked) return;
    isDue = false;
    items = found;
    fill(list, ...items.map(line));
    move(0);
    if (isWanted) take(0);
  }
  function line(item, index) {
    const on = {
      click: () => take(index),
      mousemove: () => index !== at && move(index),
    };
    return el("li", { class: "choice", role: "option", id: `choice-${index}`, on }, ...draw(item));
  }
  function move(index) {
    at = items.length ? (index + items.length) % items.length : 0;
    [...list.children].forEach((child, place) => {
      attribute(child, "aria-selected", String(place === at));
    });
    list.children[at]?.scrollIntoView({ block: "nearest" });
    attribute(input, "aria-activedescendant", items.length ? `choice-${at}` : null);
    setText(foot, note(items[at], input.value.trim()) ?? "");
    foot.hidden = !foot.textContent;
  }
  function take(index) {
    // What was closed meanwhile takes nothing any more.
    if (!items[index] || !input.isConnected) return;
    close();
    pick(items[index]);
  }

  input.addEventListener("input", (event) => event.isComposing || ask());
  input.addEventListener("compositionend", ask);
  input.addEventListener("keydown", (event) => {
    if (isComposing(event)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) move(at + step);
    // Enter is about what was typed, so it waits for that to be found.
    else if (event.key === "Enter") isDue ? (isWanted = true) : take(at);
    else return;
    event.preventDefault();
  });
  input.focus();
  ask();
}
