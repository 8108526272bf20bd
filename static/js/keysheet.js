// The sheet of shortcuts, written from the keys that are declared.

import { keyLists } from "./keys.js";
import { find, make } from "./page.js";
import { gettext } from "./words.js";

const NAMES = { Escape: "Esc", Control: "Ctrl", $mod: "Ctrl", Delete: "Del", ArrowUp: "↑", ArrowDown: "↓", " ": gettext("Space") };

function printed(key) {
  const strokes = key.split(" ").flatMap((stroke) => stroke.split(/\b\+/));
  return strokes.map((stroke) => make("kbd", {}, NAMES[stroke] ?? stroke));
}

/** A list of keys as it stands in the sheet. */
export function keySection([title, keys]) {
  const lines = keys.map(({ key, label }) =>
    make("div", {}, make("dt", {}, ...printed(key)), make("dd", {}, label)),
  );
  return make("section", {}, make("h3", {}, title), make("dl", {}, ...lines));
}

export function showKeys() {
  const dialog = find("#keys-dialog");
  find("[data-keys]", dialog).replaceChildren(...keyLists().map(keySection));
  dialog.showModal();
}
