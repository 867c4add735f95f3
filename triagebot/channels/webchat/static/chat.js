// The fans' page: say something once, and wait for what comes back by long polling.
(() => {
  "use strict";

  const API = "/api/v1/chat";
  const WAIT = 25;
  const LONGEST_PAUSE = 15000;

  const byId = (id) => document.getElementById(id);
  const page = JSON.parse(byId("page").textContent);
  const words = JSON.parse(byId("words").textContent);
  const input = byId("text");
  const t = (key, values = {}) =>
    words[key].replace(/\{(\w+)\}/g, (found, name) => (name in values ? values[name] : found));

  const lines = new Map(); // By the server's id: what is on the page already.
  let unsettled = []; // Sent, and not yet answered by the server.
  let cursor = "";
  const log = window.createLog(t, page.language === "zh" ? "zh-CN" : "en-GB", say);

  const freshId = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
      byte.toString(16).padStart(2, "0"),
    ).join("");

  async function call(path, options) {
    const response = await fetch(API + path, { credentials: "same-origin", ...options });
    const body = await response.json();
    if (response.ok) return body;
    throw Object.assign(new Error(), { code: body.error && body.error.code });
  }

  function say(text, option) {
    const message = { text, id: freshId() };
    if (option) message.option = option;
    const item = { from: "fan", text, options: [], at: new Date().toISOString() };
    deliver({ message, node: log.show(item), known: false });
  }

  // The id stays the same at every try, so the server takes the message once.
  async function deliver(sent) {
    unsettled.push(sent);
    log.setTyping(true);
    const headers = { "Content-Type": "application/json" };
    try {
      const body = JSON.stringify(sent.message);
      const heard = await call("", { method: "POST", headers, body });
      settle(sent);
      lines.set(heard.message_id, sent.node);
      const at = new Date().toISOString();
      showNew({ ...heard.reply, id: `r${heard.message_id}`, from: "bot", at });
    } catch (error) {
      settle(sent);
      const why = t(error.code === "too_many" ? "too_many" : "failed");
      log.showFailure(sent.node, why, () => deliver(sent));
    }
  }

  function settle(sent) {
    unsettled = unsettled.filter((each) => each !== sent);
    log.setTyping(unsettled.length > 0);
  }

  function showNew(item) {
    if (lines.has(item.id)) return;
    // Our own words may come back by the poll before the answer to the send does.
    const isSame = (each) => !each.known && each.message.text === item.text;
    const own = item.from === "fan" ? unsettled.find(isSame) : null;
    if (own) own.known = true;
    lines.set(item.id, own ? own.node : log.show(item));
  }

  function showQueue(waiting) {
    byId("queue").hidden = !waiting;
    if (waiting) byId("queue").textContent = t("queue", waiting);
  }

  // One tap after a person has ended the talk; it is asked again only after another.
  function showRating(asks) {
    const box = byId("rating");
    if (box.hidden !== asks) return;
    box.hidden = !asks;
    byId("rating-ask").textContent = t("rate");
    box.querySelectorAll("button").forEach((each) => {
      each.hidden = false;
    });
  }

  async function rate(score) {
    const headers = { "Content-Type": "application/json" };
    try {
      await fetch(`${API}/rating`, { method: "POST", headers, body: JSON.stringify({ score }) });
    } catch {
      return;
    }
    byId("rating-ask").textContent = t("rate.thanks");
    byId("rating").querySelectorAll("button").forEach((each) => {
      each.hidden = true;
    });
  }

  function showLine(isUp) {
    const up = page.closed ? t("closed", { hours: page.closed }) : t("ready");
    byId("status").textContent = isUp ? up : t("offline");
    byId("status").className = isUp ? "" : "bad";
  }

  async function listen() {
    let failures = 0;
    for (;;) {
      const wait = cursor === "" ? 0 : WAIT;
      try {
        const asks = Boolean(document.querySelector("#rating:not([hidden]) button:not([hidden])"));
        const news = await call(`/messages?after=${encodeURIComponent(cursor)}&wait=${wait}&asks=${asks}`);
        news.items.forEach(showNew);
        cursor = news.cursor || "0.0";
        showQueue(news.waiting);
        showRating(news.rate);
        showLine(true);
        failures = 0;
      } catch {
        // One lost request is no news; two are.
        if (failures > 0) showLine(false);
        failures += 1;
      }
      const pause = failures ? Math.min(LONGEST_PAUSE, 500 * 2 ** failures) : 250;
      await new Promise((done) => setTimeout(done, pause));
    }
  }

  function start() {
    const brand = page.brand || t("title");
    document.title = `${brand} · ${t("title")}`;
    byId("name").textContent = brand;
    byId("face").textContent = Array.from(brand)[0];
    byId("person").textContent = t("person");
    byId("rating").querySelectorAll("button").forEach((each) => {
      each.setAttribute("aria-label", t(`rate.${each.value}`));
      each.title = t(`rate.${each.value}`);
      each.addEventListener("click", () => rate(each.value));
    });
    byId("newest").textContent = t("newest");
    byId("log").setAttribute("aria-label", t("log"));
    byId("send").setAttribute("aria-label", t("send"));
    input.placeholder = t("placeholder");
    input.setAttribute("aria-label", t("placeholder"));
    showLine(true);
    allowSend();
    log.greet(t("hello", { brand }), page.quick || []);
    listen();
  }

  function allowSend() {
    byId("send").disabled = !input.value.trim();
  }

  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    input.value = "";
    allowSend();
    say(text);
  });
  // The Enter that picks a word of the input method must not send.
  input.addEventListener("keydown", (event) => {
    const isComposing = event.isComposing || event.keyCode === 229;
    if (event.key === "Enter" && isComposing) event.preventDefault();
  });
  input.addEventListener("input", allowSend);
  // What is sent stays in the language of the bot, whatever the button is called.
  byId("person").addEventListener("click", () => say(t("person.says")));

  start();
})();
