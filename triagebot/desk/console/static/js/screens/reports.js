// Reports need no script, but for the answers to write next: grouping the messages takes a moment.
import { get } from "../core/api.js";
import { byId, el, fill } from "../core/dom.js";
import { number, score, t, titleOf } from "../core/i18n.js";
import { base } from "../core/page.js";
import { state } from "../core/store.js";
import { startFrame } from "../ui/frame.js";

await startFrame({});
const place = byId("next-answers");
if (place) {
  try {
    const found = await get(`/next_answers?days=${place.dataset.days}`);
    fill(place, ...(found.length ? [table(found)] : [el("p", { class: "nothing" }, t("report.next.none"))]));
  } catch (error) {
    fill(place, el("p", { class: "nothing" }, error.advice ?? String(error)));
  }
}

function table(found) {
  const heads = ["asked", "intent", "near", "n", "hours"].map((name, at) =>
    el("th", { scope: "col", class: at > 2 ? "n" : null }, t(`report.next.${name}`)));
  return el("div", { class: "sheet", tabindex: 0, role: "group", "aria-labelledby": "next-title" },
    el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...found.map(row))));
}

function row(each) {
  const near = state.catalogue.answers.get(each.near);
  return el("tr", {},
    el("th", { scope: "row" }, each.example),
    el("td", {}, titleOf(state.catalogue.intents.get(each.intent)?.title)),
    el("td", {}, near && el("a", { href: `${base}/desk/answers#answers/${near.id}` }, near.question)),
    el("td", { class: "n" }, number(each.n)),
    el("td", { class: "n" }, score(each.hours)));
}
