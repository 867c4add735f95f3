// Say what a message really was; it becomes training data. One key, and one to take it back.
import { call } from "../core/api.js";
import { t } from "../core/i18n.js";
import { state, update } from "../core/store.js";
import { newest } from "../ui/context.js";
import { intentTitle } from "../ui/decision.js";
import { pickIntent } from "../ui/picker.js";
import { complain, say } from "../ui/toast.js";

/** Set the intent of the newest message by its place among the guesses, from 0. */
export function setGuess(index) {
  const guess = state.detail?.guess?.intents[index];
  return guess ? setIntent(guess.intent) : false;
}

/** Set the intent of the newest message. */
export function setIntent(intent) {
  const { message } = newest();
  if (!message) return false;
  label(message, intent);
  return true;
}

/** Choose among all intents, for one item or else for the newest message. */
export function pickFor(item = newest().message) {
  if (!item) return false;
  pickIntent((intent) => label(item, intent));
  return true;
}

/** Take one's own label away again. */
export function unlabel(item) {
  const { label: mine } = item;
  const done = store(item, null);
  say(t("done.unlabel"), async () => (await done) && store(item, mine));
}

function label(item, intent) {
  const before = item.label;
  const done = store(item, { intent, by: state.me.name });
  // Said at once, so that who takes it back at once means this and not what was done before.
  // Everybody has a label of their own: under mine, a colleague's may come to light again.
  say(t("done.label", { intent: intentTitle(intent) }), async () => (await done) && store(item, before));
}

async function store(item, label) {
  const conversationId = state.openId;
  const before = item.label;
  const isMine = label?.by === state.me.name;
  showLabel(conversationId, item.id, label);
  try {
    if (isMine) await call("PUT", `/messages/${item.id}/label`, { intent: label.intent });
    else await call("DELETE", `/messages/${item.id}/label`);
    showLabel(conversationId, item.id, label); // a thread fetched meanwhile may be from before
    return true;
  } catch (error) {
    showLabel(conversationId, item.id, before);
    complain(`${t("failed.label")} ${error.advice}`);
    return false;
  }
}

function showLabel(conversationId, itemId, label) {
  if (state.detail?.conversation.id !== conversationId) return;
  const change = (item) => (item.id === itemId ? { ...item, label } : item);
  update({ detail: { ...state.detail, thread: state.detail.thread.map(change) } }, "detail");
}
