// The line above the callers: what is written there filters them, or names a new one.

import { find, findAll } from "./page.js";
import { refreshRegion } from "./regions.js";

// Of the folded group only its head can be reached.
const rowsOf = (list) => findAll(".row, summary", list).filter((row) => row.checkVisibility());

export function startFinding() {
  const field = find("#filter");
  const list = find("#callers");
  field.addEventListener("input", () => {
    const address = new URL(list.dataset.src, location);
    address.searchParams.set("find", field.value);
    list.dataset.src = address.pathname + address.search;
    refreshRegion(list);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    rowsOf(list)[0]?.focus();
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const rows = rowsOf(list);
    (rows[rows.indexOf(document.activeElement) + step] ?? field).focus();
  });
}
