// The keyboard: one letter moves, opens, leaves; nothing happens while a text is being written.

import { find, findAll } from "./page.js";

const PAGES = { d: "/", q: "/queues", j: "/journal" };

let leading = false; // g was pressed, a page's letter is to follow

const isTyping = (element) => element.matches("input:not([type=radio]), textarea, select, [contenteditable]");

function move(step) {
  const rows = findAll(".pane-list .row");
  const at = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
  const current = at >= 0 ? at : rows.findIndex((row) => row.ariaCurrent === "true");
  const next = current < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, current + step));
  rows[next]?.focus();
}

function leave() {
  document.activeElement.blur();
  (find('.pane-list .row[aria-current="true"]') ?? find(".pane-list .row"))?.focus();
}

/** `more` are a page's own keys: {key: act}. */
export function listen(more = {}) {
  const acts = { j: () => move(1), k: () => move(-1), "?": () => find("#keys-dialog").showModal(), ...more };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || find("dialog[open]")) return;
    if (event.key === "Escape" && isTyping(event.target)) return leave();
    if (isTyping(event.target)) return;
    const page = leading && PAGES[event.key];
    leading = event.key === "g";
    if (page) {
      location.assign(page);
    } else if (acts[event.key]) {
      event.preventDefault();
      acts[event.key]();
    }
  });
  find("#show-keys").addEventListener("click", acts["?"]);
}
