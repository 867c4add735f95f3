// Sign in and go on to the place that was left.
import { attribute, byId, setText } from "../core/dom.js";
import { post } from "../core/api.js";
import { t } from "../core/i18n.js";
import { base } from "../core/page.js";

const form = byId("login");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, password, code } = form.elements;
  busy(true);
  try {
    const typed = { name: name.value.trim(), password: password.value, code: code.value };
    await post("/session", typed);
    location.assign(`${base}/desk${sessionStorage.getItem("triagebot.return") ?? ""}`);
  } catch (error) {
    busy(false);
    if (error.fields?.code) askForCode(error.fields.code);
    else {
      explain(error);
      password.select();
    }
  }
});

// Until here the button slept: the page alone cannot sign anybody in.
busy(false);

function busy(isBusy) {
  form.elements.submit.disabled = isBusy;
  setText(form.elements.submit, t(isBusy ? "login.busy" : "login.submit"));
}

/** The second step: the password was right, and this person has a second factor. */
function askForCode(why) {
  const { code } = form.elements;
  const isWrong = why === "wrong";
  byId("code-field").hidden = false;
  setText(byId("problem"), isWrong ? t("login.code.wrong") : "");
  attribute(code, "aria-invalid", isWrong ? "true" : null);
  for (const field of [form.elements.name, form.elements.password]) {
    attribute(field, "aria-invalid", null);
  }
  code.focus();
  code.select();
}

function explain(error) {
  const isWrong = error.status === 401;
  const seconds = Number(error.fields?.retry_after);
  const wait = seconds ? t("login.wait", { minutes: Math.ceil(seconds / 60) }) : error.advice;
  setText(byId("problem"), isWrong ? t("login.wrong") : wait);
  for (const field of [form.elements.name, form.elements.password]) {
    attribute(field, "aria-invalid", isWrong ? "true" : null);
  }
}
