// How long a text may be: platforms count bytes, and a Chinese character has three.
export const MOST_BYTES = 2048; // WeChat refuses longer messages.

const encoder = new TextEncoder();

/** Return the bytes of a text as it is sent. */
export const bytesOf = (text) => encoder.encode(text.trim()).length;
