// A person's own choices. All but the language stay in this browser.
import { call } from "../core/api.js";
import { el } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { base, language } from "../core/page.js";
import { choose, prefs } from "../core/prefs.js";
import { state } from "../core/store.js";
import { openDialog } from "./dialog.js";
import { complain } from "./toast.js";

const LANGUAGES = [["zh", "language.zh"], ["en", "language.en"]];
const CHOICES = {
  theme: [["system", "theme.system"], ["light", "theme.light"], ["dark", "theme.dark"]],
  density: [["comfortable", "density.comfortable"], ["compact", "density.compact"]],
  send: [["ctrl-enter", "send.ctrl-enter"], ["enter", "send.enter"]],
  keys: [[true, "on"], [false, "off"]],
};

export function openSettings() {
  const own = Object.entries(CHOICES).map(([name, values]) =>
    setting(name, values, prefs[name], (value) => choose(name, value)),
  );
  const who = t("settings.who", { name: state.me.name, role: t(`role.${state.me.role}`) });
  openDialog(
    { label: t("settings.title"), wide: "36rem" },
    el("p", { class: "quiet" }, who),
    setting("language", LANGUAGES, language, speak),
    ...own,
    el("div", { class: "row-forms" },
      el("a", { class: "button", href: `${base}/desk/account` }, t("settings.account")),
      el("button", { type: "button", class: "button", on: { click: signOut } }, t("sign_out"))),
  );
}

function setting(name, values, current, take) {
  const buttons = values.map(([value, key]) => {
    const pressed = String(value === current);
    const button = el("button", { type: "button", "aria-pressed": pressed }, t(key));
    button.addEventListener("click", () => {
      buttons.forEach((each) => each.setAttribute("aria-pressed", String(each === button)));
      take(value);
    });
    return button;
  });
  const title = t(`settings.${name}`);
  return el(
    "div",
    { class: "setting" },
    el("span", {}, title, el("small", {}, t(`settings.${name}.note`))),
    el("div", { class: "segments", role: "group", "aria-label": title }, ...buttons),
  );
}

async function speak(chosen) {
  try {
    await call("PUT", "/session/language", { language: chosen });
    location.reload();
  } catch (error) {
    complain(error.advice);
  }
}

async function signOut() {
  try {
    await call("DELETE", "/session");
    location.assign(`${base}/login`);
  } catch (error) {
    complain(error.advice);
  }
}
