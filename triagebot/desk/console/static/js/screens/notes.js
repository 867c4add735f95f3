// Notes for colleagues: they stand in the thread at once, and the fan never sees them.
import { call, post } from "../core/api.js";
import { t } from "../core/i18n.js";
import { state, update } from "../core/store.js";
import { complain, say } from "../ui/toast.js";

/** Add a note to the open conversation. Resolves to whether the server has it. */
export async function addNote(text) {
  const id = state.openId;
  try {
    show(id, await post(`/conversations/${id}/notes`, { text }));
    return true;
  } catch (error) {
    complain(error.advice);
    return false;
  }
}

/** Delete one's own note; it can be written again. */
export async function removeNote(item) {
  const id = state.openId;
  hide(id, item);
  try {
    await call("DELETE", `/notes/${item.id.slice(1)}`);
    say(t("done.unnote"), () => addNote(item.text));
  } catch (error) {
    show(id, item);
    complain(error.advice);
  }
}

function show(id, item) {
  if (state.detail?.conversation.id !== id) return;
  if (state.detail.thread.some((each) => each.id === item.id)) return;
  update({ detail: { ...state.detail, thread: [...state.detail.thread, item] } }, "detail");
}

function hide(id, item) {
  if (state.detail?.conversation.id !== id) return;
  const thread = state.detail.thread.filter((each) => each.id !== item.id);
  update({ detail: { ...state.detail, thread } }, "detail");
}
