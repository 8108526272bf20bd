// The line above the callers: what is written there filters them, or names a new one.

import { find, findAll } from "./page.js";
import { refreshRegion } from "./regions.js";

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
    find(".row", list)?.focus();
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const rows = findAll(".row", list);
    (rows[rows.indexOf(document.activeElement) + step] ?? field).focus();
  });
}
