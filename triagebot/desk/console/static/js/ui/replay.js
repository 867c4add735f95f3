// What a replay found: whose answers would change, the dearest first.
import { el } from "../core/dom.js";
import { exactTime, number, score, t } from "../core/i18n.js";
import { state } from "../core/store.js";

const MOST = 20;

/** Return the parts that show a replay's record; `page` is the address of its whole page. */
export function drawReplay(record, page) {
  const { better, worse, p } = record.judged;
  return [
    el("h2", {}, t("models.replayed")),
    el("p", { class: "quiet" }, t("models.replayed.at", { at: exactTime(record.at), n: number(record.n), changed: number(record.changed) })),
    better + worse > 0 && el("p", {}, t("models.judged", { better: number(better), worse: number(worse), p: score(p) })),
    ...record.groups.slice(0, MOST).map((group) => el(
      "details",
      {},
      el("summary", {}, `${words(group.before)} → ${words(group.after)} `, el("span", { class: "number" }, `× ${number(group.n)}`)),
      ...group.examples.map((each) => el("p", { class: "quiet" }, each.text)),
    )),
    el("a", { class: "link", href: page }, t("models.replayed.all")),
  ];
}

// A group's ends are the ids of answers or the names of actions.
const words = (end) => state.catalogue.answers.get(end)?.question ?? (`action.${end}` === t(`action.${end}`) ? end : t(`action.${end}`));
