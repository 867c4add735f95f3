// A chat button for other sites, loaded by a script element whose src is /chat/widget.js of this server.
// ES2019, one file. `data-label` and `data-color` on the script element change how it looks.
(() => {
  "use strict";

  const script = document.currentScript;
  if (!script || window.triagebotWidget) return;
  const home = new URL(script.src).origin;
  const label = script.dataset.label || (navigator.language.startsWith("zh") ? "\u5728\u7ebf\u5ba2\u670d" : "Chat");
  const color = script.dataset.color || "#0b6e5c";

  // Set one by one: a strict page forbids style attributes, not the style object.
  const styled = (tag, style) => {
    const node = document.createElement(tag);
    Object.assign(node.style, style);
    return node;
  };

  // The site's own rules end at this element, however hostile: what is in it lives in a shadow.
  const host = document.createElement("div");
  host.style.setProperty("all", "initial", "important");
  host.style.setProperty("display", "block", "important");
  const shadow = host.attachShadow({ mode: "open" });

  const button = styled("button", {
    position: "fixed", right: "20px", bottom: "20px", zIndex: "2147483000", border: "0", borderRadius: "99px",
    padding: "12px 20px", background: color, color: "#fff", font: "600 15px system-ui, sans-serif",
    boxShadow: "0 6px 24px rgba(0,0,0,.25)", cursor: "pointer",
  });
  button.type = "button";
  button.textContent = label;
  button.setAttribute("aria-expanded", "false");

  const narrow = window.matchMedia("(max-width: 480px)");
  let frame = null;

  const place = () => {
    if (!frame) return;
    Object.assign(frame.style, narrow.matches
      ? { inset: "0", width: "100%", height: "calc(100% - 72px)", borderRadius: "0" }
      : { inset: "auto 20px 76px auto", width: "380px", height: "min(620px, calc(100vh - 110px))", borderRadius: "14px" });
  };

  const toggle = (open) => {
    if (open && !frame) {
      frame = styled("iframe", { position: "fixed", zIndex: "2147483000", border: "0", background: "#fff", boxShadow: "0 12px 48px rgba(0,0,0,.3)" });
      frame.src = `${home}/chat`;
      frame.title = label;
      shadow.append(frame);
    }
    if (frame) frame.style.display = open ? "block" : "none";
    button.textContent = open ? "\u00d7" : label;
    button.setAttribute("aria-label", label);
    button.setAttribute("aria-expanded", String(open));
    place();
    if (open) frame.focus();
  };

  button.addEventListener("click", () => toggle(button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && button.getAttribute("aria-expanded") === "true") toggle(false);
  });
  narrow.addListener(place);
  window.triagebotWidget = { open: () => toggle(true), close: () => toggle(false) };
  shadow.append(button);
  document.body.append(host);
})();
