// What was sent and is not yet with the server, by conversation. It survives leaving and reloading.
const KEY = "triagebot.outbox";
const unsent = new Map(read());

/** The items of a conversation that the server does not have yet. */
export function unsentOf(conversationId) {
  return [...unsent.values()].filter((each) => each.to === conversationId).map(({ item }) => item);
}

/** Keep an item until `dropUnsent`. */
export function keepUnsent(conversationId, item) {
  unsent.set(item.client_id, { to: conversationId, item });
  write();
}

/** The server has it, or it went back to where it was typed. */
export function dropUnsent(item) {
  unsent.delete(item.client_id);
  write();
}

function write() {
  try {
    localStorage.setItem(KEY, JSON.stringify([...unsent]));
  } catch {
    // A full storage: the words stay in this page at least.
  }
}

// Whoever was sending has left the page: nobody knows how it ended, so a person may try again.
// Trying again is safe, for the server takes each client_id once.
function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY)) ?? [];
    return kept.map(([id, { to, item }]) => [id, { to, item: { ...item, state: "failed" } }]);
  } catch {
    return [];
  }
}
