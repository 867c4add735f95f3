// Dialogs that are seldom opened are loaded when they first are. Fingers do not wait for that: a
// field out of sight takes what is typed meanwhile, input methods and all, and hands it on.
import { el, isWriting, typeInto } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { isComposing } from "../core/keys.js";
import { complain } from "./toast.js";

/** Return what loads a module once: `load()` ahead of need, `open(use)` to give it to `use`. */
export function lazily(bring) {
  let module = null;
  const load = async () => (module ??= await bring());
  async function open(use) {
    if (module) return use(module);
    const held = hold();
    try {
      await load();
      await held.whole();
    } catch {
      held.letGo();
      return complain(t("error.offline"), () => open(use));
    }
    return held.letGo(() => use(module));
  }
  return { load: () => load().catch(() => null), open };
}

// Escape gives up what was to be opened, as it would close it; Enter is pressed again after.
function hold() {
  const before = document.activeElement;
  const pressed = [];
  let composed = null;
  const on = {
    keydown: (event) => {
      if (isComposing(event)) return;
      event.stopPropagation();
      if (event.key === "Escape") letGo();
      else if (event.key === "Enter") pressed.push(event.key);
    },
    compositionstart: () => {
      composed = new Promise((done) => field.addEventListener("compositionend", done));
    },
  };
  const field = el("input", { class: "only-read-aloud", "aria-label": t("loading"), on });
  document.body.append(field);
  field.focus();
  return { whole: () => composed, letGo };

  function letGo(use) {
    if (!field.isConnected) return;
    field.remove();
    before.focus();
    if (!use) return;
    use();
    type(field.value, pressed);
  }
}

function type(text, keys) {
  const field = document.activeElement;
  if (!isWriting(field)) return;
  if (text) typeInto(field, text);
  for (const key of keys) field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
}

const settings = lazily(() => import("./settings.js"));
const sheet = lazily(() => import("./sheet.js"));

/** Open a person's own choices. */
export const openSettings = () => settings.open((it) => it.openSettings());

/** Open the sheet of shortcuts. */
export const openSheet = () => sheet.open((it) => it.openSheet());
