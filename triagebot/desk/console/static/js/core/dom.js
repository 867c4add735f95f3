// Build elements. Text goes in as text nodes only: nothing that a fan wrote is ever read as HTML.
const SPRITE = document.querySelector("use").getAttribute("href").split("#")[0];
const SVG = "http://www.w3.org/2000/svg";

/** Return a new element; `on` holds listeners, `data` the dataset, `css` custom properties. */
export function el(tag, { on = {}, data = {}, css = {}, ...attributes } = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) attribute(node, name, value);
  for (const [name, listener] of Object.entries(on)) node.addEventListener(name, listener);
  for (const [name, value] of Object.entries(css)) node.style.setProperty(name, value);
  Object.assign(node.dataset, data);
  node.append(...present(children));
  return node;
}

/** Set, or with null, undefined or false remove, one attribute. */
export function attribute(node, name, value) {
  if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/** Return a drawing of the sprite; words beside it, or the button's label, say what it means. */
export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${SPRITE}#${name}`);
  drawing.append(use);
  return drawing;
}

/** Change the text only when it differs, so that selections and screen readers are left alone. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Replace all children. */
export function fill(node, ...children) {
  node.replaceChildren(...present(children));
}

/** Return the one element of the shell that has this id. */
export function byId(id) {
  return document.getElementById(id);
}

/** Whether keys typed here make text. */
export function isWriting(node) {
  return node instanceof Element && node.matches("input, textarea, select, [contenteditable]");
}

/** Add text to a field as if it had been typed there. */
export function typeInto(field, text) {
  field.value += text;
  field.dispatchEvent(new Event("input"));
}

function present(children) {
  return children.flat().filter((child) => child || child === "" || child === 0);
}
