// Live regions: parts of a page that are fetched again whenever an event says that they have changed.

import { coalesce, findAll } from "./page.js";
import { refresh } from "./swap.js";

const jobs = new WeakMap();

/** Fetches a region again, one fetch at a time; then the region hears "fresh". An older page (`data-still`) stays. */
export function refreshRegion(element) {
  if ("still" in element.dataset) return undefined;
  if (!jobs.has(element)) jobs.set(element, coalesce(() => element.isConnected && refresh(element)));
  return jobs.get(element)();
}

function concerns({ live, of }, kind, { id, ip }) {
  return live.split(" ").includes(kind) && (of === undefined || of === id || of === ip);
}

export function hear(kind, data) {
  for (const element of findAll("[data-live]")) {
    if (concerns(element.dataset, kind, data)) refreshRegion(element);
  }
}

export function refreshRegions() {
  findAll("[data-live]").forEach(refreshRegion);
}
