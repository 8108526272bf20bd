// The frame around every page: one call starts the header, the keyboard, the alerts and what keeps the page true.

import { startAlerts } from "./alerts.js";
import { startClock } from "./clock.js";
import { startParts } from "./enliven.js";
import { startHold } from "./hold.js";
import { FRAME_KEYS } from "./keymap.js";
import { listKeys, startKeys } from "./keys.js";
import { showKeys } from "./keysheet.js";
import { live } from "./live.js";
import { startLook } from "./look.js";
import { startMenus } from "./menus.js";
import { find, on } from "./page.js";
import { showPerson } from "./person.js";
import { remember, settle } from "./swap.js";
import { gettext } from "./words.js";

/** On a phone the links to the pages are too many: at the start, and when it is turned. */
function keepCurrentInSight(pages) {
  const current = find("[aria-current]", pages);
  if (current) new ResizeObserver(() => current.scrollIntoView({ block: "nearest", inline: "nearest" })).observe(pages);
}

/**
 * `keys`: the page's own, see keys.js. `parts`: Alpine components by name, { name: () => ({…}) }.
 * `onEvent(kind, data)` hears what changed, `refetch()` makes true again what no `data-live` region does.
 */
export function startFrame({ keys = [], parts = {}, onEvent = () => {}, refetch = () => {} } = {}) {
  remember();
  listKeys(gettext("On this page"), keys);
  listKeys(gettext("Everywhere"), FRAME_KEYS);
  startKeys();
  find("#show-keys").addEventListener("click", showKeys);
  startLook();
  startHold();
  on(document, "click", "[data-back-to-normal]", async () => (await import("./trouble.js")).backToNormal());
  showPerson();
  startClock();
  startAlerts();
  startMenus();
  keepCurrentInSight(find(".pages"));
  settle(document.body);
  startParts(parts);
  live({ onEvent, refetch });
}
