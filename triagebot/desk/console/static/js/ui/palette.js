// Ctrl K: whatever can be done or opened here, by its name or the initials of its pinyin.
import { el } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { shortcuts } from "../core/keys.js";
import { base, screens } from "../core/page.js";
import { initialsOf } from "../core/pinyin.js";
import { prefs } from "../core/prefs.js";
import { choose } from "./chooser.js";

/** Open the palette; what was typed can be searched for too. */
export function openPalette() {
  const all = [...keys(), ...pages(), ...kept()];
  choose({
    label: t("palette.title"),
    placeholder: t("palette.placeholder"),
    find: async (query) => [...all.filter((each) => fits(each, query.toLowerCase())), ...(query ? [asked(query)] : [])],
    draw: ({ text, side }) => [el("span", {}, text), el("span", { class: "choice-side" }, side)],
    note: () => "",
    pick: ({ run }) => run(),
  });
}

function keys() {
  const bound = [...shortcuts().values()].flat();
  const doing = bound.filter(({ run, keys, text }) => run && keys && !["keys.palette", "keys.up"].includes(text));
  return doing.map(({ text, keys, run }) => ({ text: t(text), side: keys.join(" "), run }));
}

// Screens with a letter are among the keys.
function pages() {
  const lettered = new Set([...shortcuts().values()].flat().map(({ text }) => text));
  const others = [...screens, "account"].filter((name) => !lettered.has(`screen.${name}`));
  return others.map((name) => ({ text: t(`screen.${name}`), side: t("palette.screen"), run: () => go(`/${name}`) }));
}

const kept = () => (prefs.searches ?? []).map(asked);
const asked = (query) => ({ text: t("palette.search", { query }), side: t("screen.search"), run: () => go(`/search?q=${encodeURIComponent(query)}`) });
const go = (path) => location.assign(`${base}/desk${path}`);

function fits({ text }, query) {
  const bare = query.replace(/\s/g, "");
  return text.toLowerCase().includes(query) || (bare && initialsOf(text).includes(bare));
}
