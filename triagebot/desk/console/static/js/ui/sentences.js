// The bot's own sentences: for a new follower, while waiting, above menus, when it does not know.
import { get } from "../core/api.js";
import { byId, el, fill } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { bytesMeter, showEditor } from "./edition.js";

let name = "welcome";

/** List the sentences and open the first, or the one that was open. */
export async function openSentences() {
  const all = await get("/sentences");
  const rows = all.map((each) => el("li", {}, el("button", {
    type: "button",
    "aria-current": each.name === name ? "true" : null,
    on: { click: () => choose(each.name) },
  }, el("span", {}, t(`answers.sentence.${each.name}`)), el("small", { class: "one-line" }, each.words))));
  fill(byId("lines"), el("ul", {}, ...rows));
  const edited = all.find((each) => each.name === name);
  const variables = ["brand", "hotline", "shop_url", "hours", ...(name === "holding" ? ["place"] : [])];
  showEditor({
    path: `/sentences/${name}`,
    title: t(`answers.sentence.${name}`),
    edited,
    fields: (words) => [
      el("p", { class: "quiet" }, t(`answers.sentence.${name}.note`)),
      el("div", { class: "field" }, el("label", { for: "text" }, t("answers.text")),
        el("textarea", { id: "text", rows: 6 }, words ?? ""), bytesMeter("text", variables)),
    ],
    read: () => ({ text: byId("text").value }),
    changed: openSentences,
  });
}

function choose(chosen) {
  name = chosen;
  openSentences();
}
