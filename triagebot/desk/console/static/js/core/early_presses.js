// What is pressed before the page can follow is kept, and pressed again when it can.
import { isWriting, typeInto } from "./dom.js";
import { isComposing } from "./keys.js";

const KINDS = ["keydown", "click"];
const kept = [];
// What an input method makes of its keys comes by itself; they are no shortcuts then either.
const keep = (event) => isComposing(event) || kept.push(event);

for (const kind of KINDS) addEventListener(kind, keep);

/** Press all that was kept, in its order; from now on the page follows by itself. */
export function pressAgain() {
  for (const kind of KINDS) removeEventListener(kind, keep);
  kept.splice(0).forEach(press);
}

// A key goes where the focus is by then: a letter after the one that opened a field is text.
function press(event) {
  const target = event.type === "click" ? event.target : document.activeElement;
  if (isText(event) && isWriting(target)) typeInto(target, event.key);
  else target.dispatchEvent(new event.constructor(event.type, event));
}

function isText(event) {
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  return event.type === "keydown" && event.key.length === 1 && isPlain;
}
