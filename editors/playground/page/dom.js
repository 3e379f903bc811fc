// Elements in one expression. Texts are always set as texts, never read as HTML.

/** An element with these properties and children; children that are `false`, `null` or `undefined` are left out. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('aria-')) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.flat(Infinity).filter((child) => child !== false && child != null));
  return element;
}

/** A text with what stands in backticks as code. */
export const withCode = (text) => text.split('`').map((part, at) => (at % 2 ? make('code', {}, part) : part));

/** The element of the page that has this id. */
export const at = (id) => document.getElementById(id);
