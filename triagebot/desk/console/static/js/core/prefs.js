// What a person likes: theme, density, sending key, single keys. It stays in this browser.
const KEY = "triagebot.prefs";
const DEFAULTS = {
  theme: "system",
  density: "comfortable",
  send: "ctrl-enter",
  keys: true,
  context: true,
  started: false,
  remap: {},
};

export const prefs = { ...DEFAULTS, ...read() };

/** Remember one choice and show it at once. */
export function choose(name, value) {
  prefs[name] = value;
  try {
    localStorage.setItem(KEY, JSON.stringify(prefs));
  } catch {
    // A full or closed storage: the choice holds until the page is left.
  }
  const root = document.documentElement;
  root.dataset.chosenTheme = prefs.theme;
  root.dataset.density = prefs.density;
  root.dispatchEvent(new Event("theme"));
}

/** Light to dark and back, from whatever shows now. */
export function toggleTheme() {
  choose("theme", document.documentElement.dataset.theme === "dark" ? "light" : "dark");
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}
