// Live regions: parts of a page that are fetched again whenever an event says that they have changed.

import { coalesce, findAll } from "./page.js";
import { refresh } from "./swap.js";

const jobs = new WeakMap();
const holds = new WeakMap(); // region → how often somebody has begun to use it

const isStill = ({ dataset }) => "still" in dataset;

/** A region in which somebody is at a control is not fetched from under their hands; what is on its way comes too late. */
export function holdRegion(element) {
  element.dataset.still = "";
  holds.set(element, (holds.get(element) ?? 0) + 1);
}

export function releaseRegion(element) {
  delete element.dataset.still;
  return refreshRegion(element);
}

async function fetchAgain(element) {
  const before = holds.get(element);
  if (element.isConnected && !isStill(element)) await refresh(element, () => !isStill(element) && holds.get(element) === before);
}

/** Fetches a region again, one fetch at a time; then the region hears "fresh". An older page (`data-still`) stays. */
export function refreshRegion(element) {
  if (isStill(element)) return undefined;
  if (!jobs.has(element)) jobs.set(element, coalesce(() => fetchAgain(element)));
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
