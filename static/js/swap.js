// Puts a part of the page, fetched from the server, in place of what was there; what the person was at stays.

import { localise, tick } from "./clock.js";
import { enliven } from "./enliven.js";
import { toLogin } from "./login.js";
import { find, findAll } from "./page.js";
import { unpressed } from "./pointer.js";
import { limit } from "./rights.js";

const shown = new WeakMap();
const turns = new WeakMap(); // part → {asked, put}

/** Asks later, once: whether no answer came meanwhile that was asked for after this one. */
export function inTurn(part) {
  const of = turns.get(part) ?? { asked: 0, put: 0 };
  turns.set(part, of);
  const turn = ++of.asked;
  return () => turn > of.put && Boolean((of.put = turn));
}

/** The part at `url`; throws when the server does not give it, with its status as `cause`. */
export async function fetchPart(url) {
  const response = await fetch(url);
  const html = await response.text();
  if (response.status === 401) toLogin();
  if (!response.ok) throw new Error(url, { cause: response.status });
  return html;
}

/** What every new part of a page needs, however it came: moments in local time, countdowns at their place. */
export function settle(element) {
  localise(element);
  tick(element);
  enliven(element, settle);
  limit(element);
}

/** How an element is known again in the next version of its part. */
function markOf(element) {
  const { id, dataset } = element;
  if (id) return `#${CSS.escape(id)}`;
  if (dataset.key) return `[data-key="${CSS.escape(dataset.key)}"]`;
  const href = element.getAttribute("href");
  return href ? `a[href="${CSS.escape(href)}"]` : "";
}

/** Notes what the server has written into the live parts of a new page: what is the same is not put there again. */
export function remember(root = document) {
  for (const element of findAll("[data-live]", root)) shown.set(element, element.innerHTML);
}

/** Puts a part into `element`; the focus and open details (with an id or a data-key) stay as they were. */
export function put(element, html) {
  // Parsed apart, scripts do not run; the server has escaped what calls hold.
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const fresh = parsed.body.innerHTML;
  if (shown.get(element) === fresh) return;
  shown.set(element, fresh);
  const focused = element.contains(document.activeElement) ? markOf(document.activeElement) : "";
  const open = findAll("details[open]", element).map(markOf).filter(Boolean);
  element.replaceChildren(...parsed.body.childNodes);
  for (const mark of open) find(mark, element)?.setAttribute("open", "");
  settle(element);
  if (focused) find(focused, element)?.focus({ preventScroll: true });
}

/** Fetches the part at `data-src` again, and tells the element with "fresh"; whether it came, and was still `isWanted()`. */
export async function refresh(element, isWanted = () => true) {
  const isLatest = inTurn(element);
  try {
    const html = await fetchPart(element.dataset.src);
    await unpressed(element);
    if (!isWanted() || !isLatest()) return false;
    put(element, html);
  } catch {
    return false; // the connection line says that the server is away; the next event fetches again
  }
  element.dispatchEvent(new Event("fresh", { bubbles: true }));
  return true;
}
