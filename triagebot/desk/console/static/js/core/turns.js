// Steps that belong together, one after the other: whoever sends and at once puts aside, or judges
// and at once takes back, means the second of what the first leaves.
const last = new Map();

/**
 * Run `step(left)` once all earlier steps of that key are through. `left` is what the one before
 * resolved to, undefined where there was none or it failed. Resolves to what the step does.
 */
export function inTurn(key, step) {
  const mine = (last.get(key) ?? Promise.resolve()).catch(() => undefined).then(step);
  last.set(key, mine);
  const end = () => last.get(key) === mine && last.delete(key);
  mine.then(end, end);
  return mine;
}
