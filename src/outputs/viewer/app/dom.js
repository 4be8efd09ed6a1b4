// Elements without markup: text is text, whatever it holds.

const SVG = "http://www.w3.org/2000/svg";

/** Makes an element: attributes, `on…` listeners, children that are elements or text. */
export function h(name, given = {}, ...children) {
  return fill(document.createElement(name), given, children);
}

/** The same for SVG. */
export function s(name, given = {}, ...children) {
  return fill(document.createElementNS(SVG, name), given, children);
}

function fill(element, given, children) {
  for (const [key, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked" || key === "selected" || key === "disabled") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat(4)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child.nodeType ? child : String(child));
  }
  return element;
}

/** Puts children in place of what an element held, and the focus back where it was. */
export function put(element, ...children) {
  const focused = document.activeElement?.id;
  const held = focused && element.contains(document.activeElement);
  const caret = held && document.activeElement.selectionStart;
  element.replaceChildren(...children.flat(4).filter((c) => c !== null && c !== undefined && c !== false));
  if (!held) return;
  const again = document.getElementById(focused);
  again?.focus({ preventScroll: true });
  try {
    if (typeof caret === "number") again.setSelectionRange(caret, caret);
  } catch {
    // A control without a caret.
  }
}

/** A labelled control. */
export function field(label, control, hint) {
  return h("div", { class: "field" }, h("label", { for: control.id }, label), control, hint && h("small", {}, hint));
}

/** A list to choose one of. */
export function choice(id, options, chosen, onpick, given = {}) {
  const select = h(
    "select",
    { id, onchange: (e) => onpick(e.target.value), ...given },
    options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)),
  );
  return select;
}

/** Offers a file. */
export function save(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
