// A card: alike fans who wait, what is typical of them and what least, and what would be said.
import { attribute, el, fill, icon } from "../core/dom.js";
import { number, t } from "../core/i18n.js";
import { createClock, showClock } from "./clock.js";
import { intentTitle } from "./decision.js";

/** Return the element of a cluster; `does` holds what its buttons do, `isAt` is the chosen one. */
export function createCard(cluster, { isAt, isMarked, does }) {
  const node = el(
    "article",
    {
      class: isMarked ? "cluster marked" : "cluster",
      id: `card-${cluster.key}`,
      tabindex: isAt ? 0 : -1,
      "aria-label": t("clusters.card", { n: number(cluster.size), text: cluster.typical[0].text }),
      on: { focus: () => does.point(cluster), dblclick: () => does.open(cluster) },
    },
    head(cluster),
    examples(cluster),
    cluster.text && el("p", { class: "cluster-answer" }, icon("bot"), el("span", { class: "clamped" }, cluster.text)),
    buttons(cluster, does),
  );
  attribute(node, "aria-current", isAt ? "true" : null);
  return node;
}

function head(cluster) {
  const clock = createClock();
  showClock(clock, { window_until: cluster.soonest });
  return el(
    "header",
    { class: "cluster-head" },
    el("strong", { class: "cluster-size number" }, number(cluster.size)),
    el(
      "div",
      {},
      el("h2", { class: "one-line" }, cluster.question || cluster.typical[0].text),
      el(
        "p",
        { class: "quiet" },
        t(`clusters.kind.${cluster.kind}`),
        cluster.intent && el("span", { class: "pill" }, intentTitle(cluster.intent)),
        cluster.ticked < cluster.size && t("clusters.ticked", { n: number(cluster.ticked) }),
      ),
    ),
    clock,
  );
}

function examples({ typical, least }) {
  return el(
    "div",
    { class: "examples" },
    column("clusters.typical", typical),
    least.length > 0 && column("clusters.least", least),
  );
}

function column(title, members) {
  const lines = members.map(({ text, ticked }) =>
    el("li", { class: ticked ? "one-line" : "one-line unticked", title: text }, text),
  );
  return el("div", {}, el("h3", {}, t(title)), el("ul", {}, ...lines));
}

function buttons(cluster, does) {
  const row = el("div", { class: "verdicts" });
  const answer = cluster.text && cluster.ticked ? "clusters.answer" : "clusters.write";
  fill(
    row,
    press(t(answer, { n: number(cluster.ticked) }), "A", () => does.answer(cluster), "primary"),
    press(t("clusters.label"), "L", () => does.label(cluster)),
    press(t("clusters.close"), "E", () => does.close(cluster)),
    press(t("clusters.open"), "↵", () => does.open(cluster)),
  );
  return row;
}

/** A button with its key. */
export function press(words, key, click, kind = "") {
  const attributes = { type: "button", class: `button ${kind}`, on: { click } };
  return el("button", attributes, words, " ", el("kbd", {}, key));
}
