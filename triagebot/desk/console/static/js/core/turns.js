// One's own changes of a conversation, one after the other: whoever sends and at once puts aside
// means the second of what the first leaves.
const last = new Map();

/**
 * Run `job(row)` once one's own earlier changes of that conversation are through, with the row as
 * they left it. A job resolves to the row that it leaves, or to null when nothing changed.
 */
export function inTurn(row, job) {
  const mine = afterwards(last.get(row.id), row, job);
  last.set(row.id, mine);
  const end = () => last.get(row.id) === mine && last.delete(row.id);
  mine.then(end, end);
  return mine;
}

async function afterwards(before, row, job) {
  return job((await before) ?? row);
}
