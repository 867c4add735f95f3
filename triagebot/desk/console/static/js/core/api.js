// Talk to the server: JSON both ways, one error with a code and a sentence.
import { base, session } from "./page.js";
import { t, tAny } from "./i18n.js";

const SLOWEST = 15_000;

class ApiError extends Error {
  constructor(status, code, message, fields) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields ?? {};
  }

  /** What happened and what to do about it, in the language of the page. */
  get advice() {
    if (this.code === "conflict" && this.fields.holder) {
      return t("error.held", { name: this.fields.holder });
    }
    return tAny(`error.${this.code}`, this.status >= 500 ? "error.unexpected" : "error.refused");
  }
}

/** Return the decoded answer. Raises ApiError; without a connection its code is "offline". */
export async function call(method, path, body) {
  let response;
  try {
    response = await fetch(`${base}/api/v1${path}`, request(method, body));
  } catch {
    throw new ApiError(0, "offline", t("error.offline"));
  }
  if (response.ok) return response.status === 204 ? null : response.json();
  const { error = {} } = await response.json().catch(() => ({}));
  if (response.status === 401 && session) toLogin();
  const { code = "unexpected", message = "", fields } = error;
  throw new ApiError(response.status, code, message, fields);
}

export const get = (path) => call("GET", path);
export const post = (path, body = {}) => call("POST", path, body);

/** The session has ended: sign in and come back to this very place. */
export function toLogin() {
  sessionStorage.setItem("triagebot.return", location.hash);
  location.assign(`${base}/login`);
}

/** An id that makes a repeated send the same send; randomUUID is missing on plain http. */
export function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function request(method, body) {
  const headers = { Accept: "application/json" };
  if (session) headers["X-CSRF-Token"] = session.csrf;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: "same-origin",
    signal: AbortSignal.timeout(SLOWEST),
  };
}
