// Says that the line to the server is cut, and since when nothing was heard.
import { byId, setText } from "../core/dom.js";
import { seconds, t } from "../core/i18n.js";

const PATIENCE = 2500;
let cutAt = null;
let heardAt = null;
let timer;

/** Tell the banner whether events come; `at` is when something was heard last. */
export function showLine(isUp, at) {
  heardAt = at;
  if (isUp) {
    cutAt = null;
    clearInterval(timer);
    byId("banner").hidden = true;
  } else if (cutAt === null) {
    // Most cuts heal at once; only those that last are worth a word.
    cutAt = Date.now();
    timer = setInterval(draw, 1000);
  }
}

function draw() {
  if (Date.now() - cutAt < PATIENCE) return;
  const banner = byId("banner");
  banner.hidden = false;
  setText(banner.querySelector("span"), t("banner.cut", { span: seconds(Date.now() - heardAt) }));
}
