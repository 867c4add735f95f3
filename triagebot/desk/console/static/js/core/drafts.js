// What was typed and not sent, by conversation; it outlives tabs, crashes and sign-outs.
const PREFIX = "triagebot.draft.";
const KEPT = 200;

/** Return the draft for a conversation, or an empty text. */
export function draftOf(conversationId) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + conversationId))?.text ?? "";
  } catch {
    return "";
  }
}

/** Keep a draft, or forget it when it is blank. */
export function keepDraft(conversationId, text) {
  try {
    if (text.trim()) {
      localStorage.setItem(PREFIX + conversationId, JSON.stringify({ text, at: Date.now() }));
    } else {
      localStorage.removeItem(PREFIX + conversationId);
    }
  } catch {
    dropOldest();
  }
}

// Make room: forget all but the newest drafts.
function dropOldest() {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  const ageOf = (key) => JSON.parse(localStorage.getItem(key))?.at ?? 0;
  keys.sort((one, other) => ageOf(other) - ageOf(one));
  keys.slice(KEPT).forEach((key) => localStorage.removeItem(key));
}
