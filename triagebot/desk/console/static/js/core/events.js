// Read an event stream. EventSource would hide the pings and cannot start from a given event.

/** Yield `{id, name, data}` for each event of a body, and `{}` for each ping. */
export async function* parseEvents(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) yield parseBlock(block);
  }
}

function parseBlock(block) {
  const fields = {};
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
  }
  if (!fields.event) return {};
  return { id: Number(fields.id), name: fields.event, data: JSON.parse(fields.data || "null") };
}
