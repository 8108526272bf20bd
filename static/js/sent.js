// The replies that this browser has sent last, to begin the next one from.

import { keep, kept } from "./kept.js";
import { find, make, on } from "./page.js";
import { gettext } from "./words.js";

const NAME = "sent";
const KEPT = 8;
const CHARACTERS_MAX = 20_000; // a larger one is not kept
const WORDS_SHOWN = 60;

function read() {
  try {
    return JSON.parse(kept(NAME) || "[]");
  } catch {
    return [];
  }
}

const words = ({ body }) => body.replace(/\s+/g, " ").slice(0, WORDS_SHOWN) || "{}";

export function keepSent({ spare, ...draft }) {
  const text = JSON.stringify(draft);
  if (text.length > CHARACTERS_MAX) return;
  const others = read().filter((other) => JSON.stringify(other) !== text);
  keep(NAME, JSON.stringify([draft, ...others].slice(0, KEPT)));
}

/** `onChosen(draft)` hears which of them is wanted. */
export function startSent(onChosen) {
  const list = find("#sent-list");
  find("#sent").addEventListener("show.bs.dropdown", () => {
    const rows = read().map((draft, index) => {
      const row = make("button", { type: "button", className: "dropdown-item", role: "menuitem" }, make("code", {}, String(draft.status_code ?? 200)), make("span", {}, words(draft)));
      row.dataset.index = index;
      return row;
    });
    list.replaceChildren(...(rows.length ? rows : [make("p", { className: "menu-title" }, gettext("Nothing was sent from this browser yet."))]));
  });
  on(list, "click", "[data-index]", (_, row) => onChosen(read()[Number(row.dataset.index)]));
}
