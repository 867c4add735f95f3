// What people judged that is most like the message.
import { get } from "../core/api.js";
import { el, fill } from "../core/dom.js";
import { score, t } from "../core/i18n.js";
import { intentTitle } from "./decision.js";

/** Show the judged texts most like a message in `box`. */
export async function showNearest(box, messageId) {
  fill(box, el("p", { class: "quiet" }, t("loading")));
  try {
    const found = await get(`/messages/${messageId}/nearest`);
    if (found.length === 0) return fill(box, el("p", { class: "quiet" }, t("context.nearest.none")));
    return fill(box, ...found.map(({ text, intent, by, likeness }) => el("p", {}, text, " ",
      el("small", { class: "quiet" }, `${intentTitle(intent)} · ${by || t("context.nearest.wording")} · `,
        el("span", { class: "number" }, score(likeness))))));
  } catch (error) {
    return fill(box, el("p", { class: "quiet" }, error.advice ?? t("error.offline")));
  }
}
