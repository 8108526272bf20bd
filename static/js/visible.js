// Texts of others: characters that hide, reorder or do things are named where they stand.

import { make } from "./page.js";

// The same list as in apps/desk/templatetags/visible.py.
const ODD =
  /([\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\r(?!\n))/u;

const name = (character) => `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

/** The text with each odd character as its number: where nothing can be marked, as in an option. */
export const visibleText = (text) => text.split(ODD).map((part, at) => (at % 2 ? name(part) : part)).join("");

/** A new element that shows the text. */
export function makeShown(kind, properties, text) {
  const element = make(kind, properties);
  showText(element, text);
  return element;
}

/** What shows the text: strings, and each odd character as its number, marked. */
export function visible(text) {
  const parts = text.split(ODD); // text and odd character in turns
  return parts.map((part, at) => (at % 2 ? make("span", { className: "odd" }, name(part)) : part));
}

/** Makes `element` show the text so. */
export function showText(element, text) {
  if (ODD.test(text)) element.replaceChildren(...visible(text));
  else element.textContent = text;
}
