// Dialogs: the browser keeps the focus inside and gives it back after.
import { el, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { isComposing } from "../core/keys.js";

/** Open a dialog around `content`; returns a function that closes it. */
export function openDialog({ label, wide, headless }, ...content) {
  const dialog = el("dialog", { "aria-label": label, css: wide ? { "--wide": wide } : {} });
  // The focus stays in a closed dialog until it is gone, and the next keys would be lost in it.
  const close = () => {
    dialog.close();
    dialog.remove();
  };
  if (headless) dialog.append(...content);
  else dialog.append(head(label, close), body(content));
  dialog.addEventListener("close", () => dialog.remove());
  // The browser would do it a moment later, and only close it.
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || isComposing(event)) return;
    event.preventDefault();
    event.stopPropagation();
    close();
  });
  dialog.addEventListener("mousedown", (event) => {
    if (event.target === dialog) close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return close;
}

// It takes the first focus, so that reading begins at the top and arrows scroll.
function body(content) {
  return el("div", { class: "dialog-body", tabindex: -1, autofocus: "" }, ...content);
}

function head(label, close) {
  return el(
    "div",
    { class: "dialog-head" },
    el("h2", {}, label),
    el(
      "button",
      { type: "button", class: "icon-button", "aria-label": t("close"), on: { click: close } },
      icon("close"),
    ),
  );
}
