// What was said, as bubbles, menus and times. ES2019, no modules: old phones read this.
(() => {
  "use strict";

  const GAP = 300000; // After five minutes of silence the time is said again.
  const NEAR = 120;

  const log = document.getElementById("log");
  const newest = document.getElementById("newest");

  const el = (tag, className, ...children) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    node.append(...children);
    return node;
  };

  const button = (text, press) => {
    const node = el("button", "", text);
    node.type = "button";
    node.addEventListener("click", press);
    return node;
  };

  /** Return the log; `say(text, option)` is called when a line of a menu is tapped. */
  window.createLog = (t, locale, say) => {
    const clock = new Intl.DateTimeFormat(locale, {
      month: "short",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
    });
    let last = null;
    let dots = null;
    let wasAtEnd = true;

    const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;

    const toEnd = () => {
      wasAtEnd = true;
      log.scrollTop = log.scrollHeight;
      newest.hidden = true;
    };

    const append = (node, isOwn) => {
      const follows = isOwn || isAtEnd();
      log.insertBefore(node, dots);
      if (follows) toEnd();
      else newest.hidden = false;
    };

    const tap = (option) => (event) => {
      event.currentTarget.classList.add("chosen");
      say(option.title, option.id);
    };

    const createLine = (item) => {
      const node = el("div", `line ${item.from}`);
      if (item.from !== "fan") node.append(el("span", "by", t(item.from)));
      if (item.text) node.append(el("div", "bubble", item.text));
      const lines = item.options.map((option) => button(option.title, tap(option)));
      if (lines.length) node.append(el("div", "choices menu", ...lines));
      return node;
    };

    // Once the fan has gone on, an older menu is history.
    const closeMenus = () => {
      log.querySelectorAll(".menu button").forEach((each) => {
        each.disabled = true;
      });
    };

    /** Add one item and return its element; null where there is nothing to show. */
    const show = (item) => {
      if (!item.text && !item.options.length) return null;
      const at = new Date(item.at);
      const isSoon = last && at - last.at < GAP;
      if (item.from === "fan") closeMenus();
      if (!isSoon) append(el("p", "time", clock.format(at)));
      const node = createLine(item);
      if (isSoon && last.from === item.from) node.classList.add("again");
      append(node, item.from === "fan");
      last = { from: item.from, at };
      return node;
    };

    /** Show or hide three dots at the end. */
    const setTyping = (isTyping) => {
      if (dots) dots.remove();
      dots = null;
      if (!isTyping) return;
      const bubble = el("div", "bubble dots", el("i"), el("i"), el("i"));
      bubble.setAttribute("role", "img");
      bubble.setAttribute("aria-label", t("typing"));
      const node = el("div", "line bot", bubble);
      append(node, true);
      dots = node;
    };

    /** Say hello and offer questions; this is no part of the talk that the server keeps. */
    const greet = (hello, questions) => {
      log.append(createLine({ from: "bot", text: hello, options: [] }));
      if (!questions.length) return;
      const each = questions.map((question) => button(question, () => say(question)));
      log.append(el("p", "hint", t("hint")), el("div", "choices wrap", ...each));
    };

    /** Mark a line as not sent; `again` is called by its button. */
    const showFailure = (node, words, again) => {
      const note = el("div", "failed", `${words} `);
      note.append(
        button(t("retry"), () => {
          note.remove();
          again();
        }),
      );
      node.append(note);
      toEnd();
    };

    log.addEventListener("scroll", () => {
      wasAtEnd = isAtEnd();
      if (wasAtEnd) newest.hidden = true;
    });
    newest.addEventListener("click", toEnd);
    // The keyboard and the queue's line make the log shorter; the newest words stay in sight.
    if (window.ResizeObserver) new ResizeObserver(() => wasAtEnd && toEnd()).observe(log);

    return { show, setTyping, greet, showFailure };
  };
})();
