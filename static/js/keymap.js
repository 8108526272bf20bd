// The keys that work on every page.

import { openHold } from "./hold.js";
import { showKeys } from "./keysheet.js";
import { toggleMute } from "./mute.js";
import { find, findAll } from "./page.js";
import { gettext } from "./words.js";

const go = (path) => () => location.assign(path);

function move(step) {
  const rows = findAll(".pane-list .row");
  const at = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
  const current = at >= 0 ? at : rows.findIndex((row) => row.ariaCurrent === "true");
  const next = current < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, current + step));
  rows[next]?.focus();
}

function leave() {
  if (!document.activeElement.matches("input, textarea, select, [contenteditable]")) return;
  document.activeElement.blur();
  (find('.pane-list .row[aria-current="true"]') ?? find(".pane-list .row"))?.focus();
}

/** The page's own filter where it has one, else the search of the header. */
function search() {
  const field = find("#filter") ?? find("#search");
  field?.focus();
  field?.select();
}

export const FRAME_KEYS = [
  { key: "j", label: gettext("next row"), act: () => move(1) },
  { key: "k", label: gettext("previous row"), act: () => move(-1) },
  { key: "Enter", label: gettext("open the row") },
  { key: "Escape", label: gettext("leave the field; back to the list"), act: leave },
  { key: "/", label: gettext("search, or filter"), act: search },
  { key: "g d", label: gettext("go to the desk"), act: go("/") },
  { key: "g q", label: gettext("go to the queues"), act: go("/queues") },
  { key: "g j", label: gettext("go to the journal"), act: go("/journal") },
  { key: "g p", label: gettext("go to the templates"), act: go("/templates") },
  { key: "g t", label: gettext("go to the stats"), act: go("/stats") },
  { key: "g s", label: gettext("go to the settings"), act: go("/settings") },
  { key: "g o", label: gettext("go to the docs"), act: go("/docs") },
  { key: "h", label: gettext("hold: what happens to calls without a preset"), act: openHold },
  { key: "m", label: gettext("mute the alerts, or let them sound again"), act: toggleMute },
  { key: "?", label: gettext("this list"), act: showKeys },
];
