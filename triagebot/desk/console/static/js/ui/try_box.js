// What would the bot say? Asked here before fans do; nothing is stored.
import { post } from "../core/api.js";
import { byId, el, fill } from "../core/dom.js";
import { score, t, tAny } from "../core/i18n.js";
import { intentTitle } from "./decision.js";
import { complain } from "./toast.js";

/** Make the box beside the editor work. */
export function createTryBox() {
  byId("try").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = byId("try-text").value.trim();
    if (!text) return;
    try {
      const drafts = byId("try-drafts").checked;
      fill(byId("try-said"), ...shown(text, await post("/answers/try", { text, drafts })));
    } catch (error) {
      complain(error.advice ?? String(error));
    }
  });
}

function shown(text, said) {
  const values = { intent: intentTitle(said.intent), rule: said.rule, confidence: score(said.confidence), needed: score(said.threshold) };
  const isUnproven = said.threshold > 1;
  const why = tAny(isUnproven ? `reason.${said.reason}.unproven` : "", `reason.${said.reason}`);
  return [
    el("p", { class: "bubble fan" }, text),
    said.reply
      ? el("p", { class: "bubble bot" }, said.reply, ...said.options.map((each, at) => el("span", { class: "option" }, `${at + 1}. ${each}`)))
      : el("p", { class: "quiet" }, t("answers.silent")),
    el("p", { class: "quiet" }, el("span", { class: "pill label" }, t(`action.${said.action}`)), " ", t(why, values)),
    said.answers.length > 0 && el("h3", {}, t("answers.near")),
    el("ol", { class: "near" }, ...said.answers.map((each) => el(
      "li",
      {},
      el("a", { href: `#answers/${each.id}` }, each.question),
      el("span", { class: "number" }, score(each.confidence)),
    ))),
  ];
}
