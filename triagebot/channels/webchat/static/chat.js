// The fans' page. ES2019 and no modules, so that it runs in WeChat's browser on old phones.
(function () {
  "use strict";

  var API = "/api/v1/chat";
  var WAIT = 25;
  var LONGEST_PAUSE = 15000;
  var GAP = 300000;

  var byId = document.getElementById.bind(document);
  var log = byId("log");
  var input = byId("text");
  var isEnglish = /^en/i.test(new URLSearchParams(location.search).get("language") || navigator.language);
  var words = JSON.parse(byId("words").textContent)[isEnglish ? "en" : "zh"];
  var clock = new Intl.DateTimeFormat(isEnglish ? "en-GB" : "zh-CN", {
    month: "short", day: "numeric", hour: "2-digit", minute: "2-digit",
  });

  var lines = new Map(); // by id: what is on the page already
  var unsettled = []; // sent, and not yet answered by the server
  var cursor = "";
  var last = null;
  var typing = null;

  function t(key, values) {
    return words[key].replace(/\{(\w+)\}/g, function (found, name) {
      return values && name in values ? values[name] : found;
    });
  }

  function el(tag, className, text) {
    var node = document.createElement(tag);
    if (className) node.className = className;
    if (text) node.textContent = text;
    return node;
  }

  function button(text, press) {
    var node = el("button", "", text);
    node.type = "button";
    node.addEventListener("click", press);
    return node;
  }

  function freshId() {
    var bytes = Array.from(crypto.getRandomValues(new Uint8Array(12)));
    return bytes.map(function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
  }

  // ---- the log

  function isAtEnd() {
    return log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  }

  function toEnd() {
    log.scrollTop = log.scrollHeight;
    byId("newest").hidden = true;
  }

  function append(node, isOwn) {
    var follow = isOwn || isAtEnd();
    log.insertBefore(node, typing);
    if (follow) toEnd();
    else byId("newest").hidden = false;
  }

  function showTime(at) {
    if (last && at - last.at < GAP) return;
    append(el("p", "time", clock.format(at)));
  }

  function createLine(item) {
    var node = el("div", "line " + item.from);
    if (item.from !== "fan") node.append(el("span", "by", t(item.from)));
    node.append(el("div", "bubble", item.text));
    if (item.options.length) node.append(menu(item.options));
    return node;
  }

  function show(item) {
    var at = new Date(item.at);
    if (!item.text && !item.options.length) return null;
    showTime(at);
    var node = createLine(item);
    if (last && last.from === item.from && at - last.at < GAP) node.classList.add("again");
    append(node, item.from === "fan");
    last = { from: item.from, at: at };
    return node;
  }

  function showNew(item) {
    if (lines.has(item.id)) return;
    // Our own words may come back by the poll before the answer to the send does.
    var own = item.from === "fan" && unsettled.find(function (each) { return each.text === item.text && !each.known; });
    if (own) {
      own.known = item.id;
      lines.set(item.id, own.node);
    } else lines.set(item.id, show(item));
  }

  function menu(options) {
    var box = el("div", "choices");
    options.forEach(function (option) {
      box.append(button(option.title, function (event) {
        Array.from(box.children).forEach(function (each) { each.disabled = true; });
        event.currentTarget.classList.add("chosen");
        say(option.title, option.id);
      }));
    });
    return box;
  }

  function setTyping(isTyping) {
    if (typing) typing.remove();
    typing = null;
    if (!isTyping) return;
    var node = el("div", "line bot");
    var dots = el("div", "bubble dots");
    dots.setAttribute("role", "img");
    dots.setAttribute("aria-label", t("typing"));
    dots.append(el("i"), el("i"), el("i"));
    node.append(dots);
    append(node, true);
    typing = node;
  }

  // ---- saying and hearing

  function call(path, options) {
    return fetch(API + path, Object.assign({ credentials: "same-origin" }, options)).then(function (response) {
      return response.json().then(function (body) {
        if (response.ok) return body;
        throw Object.assign(new Error(response.status), { code: body.error && body.error.code });
      });
    });
  }

  function say(text, option) {
    var message = { text: text, id: freshId() };
    if (option) message.option = option;
    var sent = { text: text, message: message, known: null };
    sent.node = show({ from: "fan", text: text, options: [], at: new Date().toISOString() });
    deliver(sent);
  }

  // The id stays the same at every try, so the server takes the message once.
  function deliver(sent) {
    unsettled.push(sent);
    setTyping(true);
    call("", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(sent.message),
    }).then(function (heard) {
      settle(sent);
      lines.set(heard.message_id, sent.node);
      showNew({ id: "r" + heard.message_id, from: "bot", text: heard.reply.text, options: heard.reply.options, at: new Date().toISOString() });
    }).catch(function (error) {
      settle(sent);
      showFailure(sent, error);
    });
  }

  function settle(sent) {
    unsettled = unsettled.filter(function (each) { return each !== sent; });
    setTyping(unsettled.length > 0);
  }

  function showFailure(sent, error) {
    var note = el("div", "failed", (error.code === "too_many" ? t("too_many") : t("failed")) + " ");
    note.append(button(t("retry"), function () {
      note.remove();
      deliver(sent);
    }));
    sent.node.append(note);
    toEnd();
  }

  function showQueue(waiting) {
    byId("queue").hidden = !waiting;
    if (waiting) byId("queue").textContent = t("queue", { place: waiting.place });
  }

  function showStatus(isUp) {
    byId("status").textContent = t(isUp ? "ready" : "offline");
    byId("status").className = isUp ? "" : "bad";
  }

  function listen(failures) {
    var wait = cursor === "" ? 0 : WAIT;
    call("/messages?after=" + encodeURIComponent(cursor) + "&wait=" + wait).then(function (news) {
      news.items.forEach(showNew);
      cursor = news.cursor || "0.0";
      showQueue(news.waiting);
      showStatus(true);
      setTimeout(listen, 250, 0);
    }).catch(function () {
      // One lost request is no news; two are.
      if (failures > 0) showStatus(false);
      setTimeout(listen, Math.min(LONGEST_PAUSE, 1000 * Math.pow(2, failures)), failures + 1);
    });
  }

  // ---- the page

  function greet() {
    var brand = byId("name").textContent || t("title");
    byId("name").textContent = brand;
    byId("face").textContent = Array.from(brand)[0];
    document.title = brand + " · " + t("title");
    document.documentElement.lang = isEnglish ? "en" : "zh-CN";
    showStatus(true);
    byId("person").textContent = t("person");
    byId("newest").textContent = t("newest");
    log.setAttribute("aria-label", t("log"));
    input.placeholder = t("placeholder");
    input.setAttribute("aria-label", t("placeholder"));
    byId("send").setAttribute("aria-label", t("send"));
    var hello = createLine({ from: "bot", text: t("hello", { brand: brand }), options: [] });
    var quick = el("div", "choices wrap");
    ["quick.1", "quick.2", "quick.3", "quick.4"].forEach(function (key) {
      quick.append(button(t(key), function () { say(t(key)); }));
    });
    log.append(hello, el("p", "hint", t("hint")), quick);
  }

  function canSend() {
    byId("send").disabled = !input.value.trim();
  }

  byId("form").addEventListener("submit", function (event) {
    event.preventDefault();
    var text = input.value.trim();
    if (!text) return;
    input.value = "";
    canSend();
    say(text);
  });
  // The Enter that picks a word of the input method must not send.
  input.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
  });
  input.addEventListener("input", canSend);
  // What is sent stays in the language that the bot understands, whatever the button is called.
  byId("person").addEventListener("click", function () { say(t("person.says")); });
  byId("newest").addEventListener("click", toEnd);
  log.addEventListener("scroll", function () { if (isAtEnd()) byId("newest").hidden = true; });

  greet();
  canSend();
  listen(0);
})();
