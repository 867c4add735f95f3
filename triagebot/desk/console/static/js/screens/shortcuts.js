// The keys of the inbox. Letters go by their place on the keyboard, signs by what they are.
import { bind } from "../core/keys.js";
import { focusComposer, startNote } from "../ui/composer.js";
import { bindDesk } from "../ui/desk_keys.js";
import { toggleWhy } from "../ui/thread.js";
import { undoNewest } from "../ui/toast.js";
import { act, step } from "./actions.js";
import { pickFor, setGuess } from "./labels.js";

/** Bind all keys; `does` are those that only the desk knows. */
export function bindKeys(does) {
  bind("move", [
    { keys: ["J"], text: "keys.next", code: "KeyJ", altToo: true, run: () => step(1) },
    { keys: ["K"], text: "keys.previous", code: "KeyK", altToo: true, run: () => step(-1) },
    { keys: ["R", "↵"], text: "keys.reply", code: "Enter", run: focusComposer },
    { code: "KeyR", altToo: true, run: focusComposer },
    { keys: ["N"], text: "keys.new_note", code: "KeyN", altToo: true, run: startNote },
    { keys: ["["], text: "keys.previous_view", symbols: "[【", run: () => does.stepView(-1) },
    { keys: ["]"], text: "keys.next_view", symbols: "]】", run: () => does.stepView(1) },
    { keys: ["."], text: "keys.refresh", symbols: ".。", run: does.refresh },
    { keys: ["/"], text: "keys.search", symbols: "/、", run: does.search },
    { keys: ["Esc"], text: "keys.up", symbols: ["Escape"], always: true, run: does.up },
  ]);
  bind("decide", [
    { keys: ["M"], text: "keys.take", code: "KeyM", run: () => act("take") },
    { keys: ["⇧M"], text: "keys.release", code: "KeyM", shift: true, run: () => act("release") },
    { keys: ["B"], text: "keys.hand_back", code: "KeyB", run: () => act("hand_back") },
    { keys: ["A"], text: "keys.assign", code: "KeyA", run: does.assign },
    { keys: ["H"], text: "keys.snooze", code: "KeyH", run: does.snooze },
    { keys: ["F"], text: "keys.similar", code: "KeyF", run: does.similar },
    { keys: ["E"], text: "keys.resolve", code: "KeyE", altToo: true, run: () => act("resolve") },
    { keys: ["Z"], text: "keys.undo", code: "KeyZ", run: undoNewest },
  ]);
  bind("bot", [
    { keys: ["1", "2", "3"], text: "keys.suggest" }, // only shown; the digits follow
    ...digits(3, false, does.suggest),
    { keys: ["⇧1", "…", "⇧5"], text: "keys.set_intent" },
    ...digits(9, true, setGuess),
    { keys: ["I"], text: "keys.pick", code: "KeyI", run: () => pickFor() },
    { keys: ["W"], text: "keys.why", code: "KeyW", run: toggleWhy },
    { keys: ["O"], text: "keys.context", code: "KeyO", altToo: true, run: does.toggleContext },
  ]);
  bind("write", [
    { keys: ["Ctrl", "↵"], text: "keys.send" },
    { keys: ["Ctrl", "⇧", "↵"], text: "keys.send_resolve" },
    { keys: ["/", "\u3001"], text: "keys.snippets" },
    { keys: ["Esc"], text: "keys.leave" },
  ]);
  bindDesk();
}

function digits(most, shift, run) {
  return Array.from({ length: most }, (_, index) => {
    return { code: `Digit${index + 1}`, shift, run: () => run(index) };
  });
}
