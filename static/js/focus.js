// Where the focus goes when what had it has gone.

import { find } from "./page.js";

/** What is hidden or locked keeps the focus until the page is drawn the next time. */
function isLost(element) {
  return element === document.body || !element.checkVisibility() || element.matches(":disabled, [inert] *");
}

/** Later: whether the person is still where they are now, so that the focus may be taken elsewhere. */
export function staying() {
  const at = document.activeElement;
  return () => [at, document.body].includes(document.activeElement);
}

/** Focuses the first of the places that can be seen, unless what has the focus is there still. */
export function rescueFocus(...places) {
  if (!isLost(document.activeElement ?? document.body)) return;
  const place = places.map((one) => (typeof one === "string" ? find(one) : one)).find((one) => one?.checkVisibility());
  place?.focus({ preventScroll: true });
}
