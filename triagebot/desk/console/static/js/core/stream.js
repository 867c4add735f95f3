// Events from the server. One tab of a browser listens and tells the others, because a browser
// opens only six connections to one host.
import { base } from "./page.js";
import { toLogin } from "./api.js";
import { parseEvents } from "./events.js";

const SILENCE = 40_000; // The server pings each 15 s; after two missed pings the line is dead.
const SLOWEST_RETRY = 15_000;

/** Start listening after event `cursor`; calls `heard(name, data)` and `isUp(boolean, since)`. */
export function startStream(cursor, heard, isUp) {
  const channel = new BroadcastChannel("triagebot");
  let last = Number(cursor);

  function take(message) {
    if (message.up !== undefined) return isUp(message.up, message.at);
    if (message.id <= last && message.name !== "resync") return undefined;
    last = Math.max(last, message.id);
    return heard(message.name, message.data);
  }
  function tell(message) {
    channel.postMessage(message);
    take(message);
  }

  channel.addEventListener("message", ({ data }) => take(data));
  const begin = () => lead(() => last, tell);
  // Locks exist on https and localhost only; elsewhere each tab listens for itself.
  if (navigator.locks) navigator.locks.request("triagebot-stream", begin);
  else begin();
}

async function lead(last, tell) {
  let wait = 500;
  let heardAt = Date.now();
  for (;;) {
    try {
      await listenOnce(last(), tell, () => {
        heardAt = Date.now();
        wait = 500;
      });
    } catch {
      // Cut or refused; the loop tries again.
    }
    tell({ up: false, at: heardAt });
    await pause(wait);
    wait = Math.min(wait * 2, SLOWEST_RETRY);
  }
}

async function listenOnce(last, tell, alive) {
  const stop = new AbortController();
  let watchdog = setTimeout(() => stop.abort(), SILENCE);
  try {
    const headers = { Accept: "text/event-stream", "Last-Event-ID": String(last) };
    const response = await fetch(`${base}/api/v1/events`, { headers, signal: stop.signal });
    if (response.status === 401) toLogin();
    if (!response.ok) return;
    tell({ up: true, at: Date.now() });
    for await (const event of parseEvents(response.body)) {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => stop.abort(), SILENCE);
      alive();
      if (event.name) tell(event);
    }
  } finally {
    clearTimeout(watchdog);
  }
}

function pause(milliseconds) {
  const over = new AbortController();
  const { signal } = over;
  return new Promise((done) => {
    setTimeout(done, milliseconds);
    // Back online, or looked at again: no reason to wait.
    addEventListener("online", done, { signal });
    document.addEventListener("visibilitychange", done, { signal });
  }).finally(() => over.abort());
}
