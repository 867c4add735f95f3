// What the server put into the page: language, messages, session and the address below which it is.
const data = JSON.parse(document.getElementById("page-data").textContent);

export const language = data.language;
export const messages = data.messages;
export const base = (data.base || "").replace(/\/$/, "");

/** The screens that the reader may open. */
export const screens = data.screens ?? [];

/** Who is signed in, with the token for changes; null on the sign-in page. */
export const session = data.session;
