// A lane of things judged one after the other, a key each: what comes next, skipping, taking back.
import { call, get } from "../core/api.js";
import { number, t } from "../core/i18n.js";
import { inTurn } from "../core/turns.js";
import { showNote, startFrame } from "./frame.js";
import { dayBegan, focusWork, showEmpty, verdictButton } from "./task.js";
import { complain } from "./toast.js";

const MOST_SKIPPED = 100;

/**
 * Make a lane. `words` begins its catalogue keys, `from` is the address of what comes next, `idOf`
 * names an item, `takeIn(next)` returns the item of an answer, `addressOf(item)` is where its verdict
 * is kept, `draw(item, buttons)` shows it, `changed()` is told of each verdict stored or taken back.
 */
export function createLane({ words, from, idOf, takeIn, addressOf, draw, changed }) {
  const skipped = [];
  const done = [];
  let item = null;
  const go = (step) => inTurn(words, step).catch((error) => complain(String(error)));

  async function load() {
    const skip = [...skipped, ...done].map(idOf).slice(-MOST_SKIPPED).join(",");
    try {
      const next = await get(`${from}?${new URLSearchParams({ skip, since: dayBegan() })}`);
      showNote(t(`${words}.note`, { n: number(next.waiting), today: number(next.today) }));
      item = null;
      show(takeIn(next));
    } catch (error) {
      complain(error.advice, () => go(load));
    }
  }

  function show(one) {
    item = one;
    const undo = verdictButton({ name: `${words}.undo`, key: "U", run: takeBack, hidden: done.length === 0 });
    if (item) {
      draw(item, [verdictButton({ name: `${words}.skip`, key: t("key.space"), run: skip }), undo]);
      return focusWork();
    }
    showEmpty("resolved", t(`${words}.empty`), t(`${words}.empty.note`));
    if (done.length) document.querySelector("#work .empty").append(undo);
    return undefined;
  }

  /** Store a verdict and go on. What a colleague judged meanwhile is left out. */
  function judge(verdict) {
    if (!item) return;
    const judged = item;
    item = null;
    go(() => store(judged, verdict));
  }

  async function store(judged, verdict) {
    try {
      await call("PUT", addressOf(judged), verdict);
      done.push(judged);
      changed();
    } catch (error) {
      if (error.code !== "conflict") {
        complain(error.advice);
        show(judged);
        return;
      }
      complain(t("lane.taken", error.fields));
      skipped.push(judged);
    }
    await load();
  }

  function skip() {
    if (!item) return;
    skipped.push(item);
    item = null;
    go(load);
  }

  function takeBack() {
    go(removeLast);
  }

  async function removeLast() {
    const last = done.pop();
    if (!last) return;
    try {
      await call("DELETE", addressOf(last));
      show(last);
      changed();
    } catch (error) {
      done.push(last);
      complain(error.advice);
    }
  }

  const common = [
    { keys: ["Space"], text: `${words}.skip`, symbols: " ", run: skip },
    { keys: ["U", "⌫"], text: `${words}.undo`, code: "KeyU", run: takeBack },
    { code: "Backspace", run: takeBack },
  ];
  async function start(keys) {
    await startFrame({ decide: [...keys, ...common] });
    go(load);
    changed();
  }
  return { judge, start, show, item: () => item };
}
