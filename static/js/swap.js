// Fetches a part of the page from the server and puts it in place of what was there.

import { localise, tick } from "./clock.js";
import { find } from "./page.js";

const shown = new WeakMap();

/** The part at `url`; throws when the server does not give it, with its status as `cause`. */
export async function fetchPart(url) {
  const response = await fetch(url);
  const html = await response.text();
  if (!response.ok) throw new Error(url, { cause: response.status });
  return html;
}

/** Puts a part into `element`; the focus stays on the row that had it. */
export function put(element, html) {
  if (shown.get(element) === html) return;
  shown.set(element, html);
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  // Parsed apart, scripts do not run; the server has escaped what calls hold.
  const parsed = new DOMParser().parseFromString(html, "text/html");
  element.replaceChildren(...parsed.body.childNodes);
  localise(element);
  tick(element);
  const href = focused?.getAttribute("href");
  if (href) find(`a[href="${CSS.escape(href)}"]`, element)?.focus({ preventScroll: true });
}

/** Fetches the part at `data-src` again; whether it came. */
export async function refresh(element) {
  try {
    put(element, await fetchPart(element.dataset.src));
    return true;
  } catch {
    return false; // the connection line says that the server is away; the next event fetches again
  }
}
