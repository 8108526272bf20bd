// The hold switch of the header: what happens to calls that no preset accepts.

import { ask, problems } from "./api.js";
import { bootstrap } from "./menus.js";
import { notice } from "./notices.js";
import { find, findAll, inOrder, on } from "./page.js";
import { gettext } from "./words.js";

const SAID = {
  manual: gettext("Hold is on: calls without a preset wait for a person."),
  auto: gettext("Hold is off: calls without a preset are answered automatically."),
  once: gettext("The next call without a preset waits; then hold is off."),
  refuse: gettext("Calls without a preset are refused."),
};

let shown = 0; // counts what was shown: what an event says meanwhile is newer than an answer

/** Shows a mode wherever the page speaks of it. */
export function showMode(mode) {
  shown += 1;
  find("#hold").dataset.mode = mode;
  for (const item of findAll("[data-hold]")) item.ariaChecked = String(item.dataset.hold === mode);
  for (const text of findAll("[data-mode-text]")) text.hidden = text.dataset.modeText !== mode;
}

export const switchTo = inOrder(async (mode) => {
  const before = shown;
  const result = await ask("PUT", "/api/fallback", { body: JSON.stringify({ text: mode }) });
  if (result.code !== 200) return notice(problems(result).join(" "), { level: "bad" });
  if (shown === before) showMode(mode);
  return notice(SAID[mode]);
});

export async function openHold() {
  const { Dropdown } = await bootstrap();
  const menu = Dropdown.getOrCreateInstance(find("#hold"));
  menu.show();
  find('[data-hold][aria-checked="true"]').focus();
}

export function startHold() {
  on(document, "click", "[data-hold]", (_, item) => switchTo(item.dataset.hold));
}
