// What a screen reader says when it has time.

import { find } from "./page.js";

export function announce(text) {
  const place = find("#announce");
  if (place.textContent !== text) place.textContent = text;
}
