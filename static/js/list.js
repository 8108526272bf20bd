// The list of calls: its two tabs, moving through it by keys, more rows, and where it slides in from the side.

import { bootstrap } from "./menus.js";
import { find, findAll, on } from "./page.js";
import { personName } from "./person.js";
import { refresh } from "./swap.js";

const pane = find("#calls");
const waiting = find("#waiting");
const recent = find("#recent");

const slides = matchMedia("(min-width: 768px) and (max-width: 1199px)");
const rows = () => findAll(".row", pane).filter((row) => row.checkVisibility());
const current = (all) => all.findIndex((row) => row.ariaCurrent === "true");

function focusRow() {
  const all = rows();
  all[Math.max(0, current(all))]?.focus();
}

/** Focuses the row so many steps on; a list that is out of sight comes first. */
export function moveInList(step) {
  if (slides.matches && !pane.classList.contains("show")) {
    bootstrap().then(({ Offcanvas }) => Offcanvas.getOrCreateInstance(pane).show());
    return;
  }
  const all = rows();
  const focused = all.indexOf(document.activeElement);
  const at = focused >= 0 ? focused : current(all);
  all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))]?.focus();
}

/** One's own name is "you". */
function nameOwn() {
  for (const who of findAll("[data-own]", waiting)) {
    if (who.dataset.name === personName()) who.textContent = who.dataset.own;
  }
}

/** The recent calls stand below the waiting ones, the newest of them; and all of them in their own tab. */
function placeRecent(panel) {
  (find("[data-recent-slot]", panel) ?? panel).append(recent);
}

function showMore(button) {
  const [path] = waiting.dataset.src.split("?");
  waiting.dataset.src = `${path}?shown=${button.dataset.more}`;
  return refresh(waiting);
}

/** `onFresh()` is called when rows have come anew. */
export function startList({ onFresh }) {
  pane.addEventListener("fresh", () => {
    nameOwn();
    onFresh();
  });
  pane.addEventListener("shown", (event) => placeRecent(event.target));
  pane.addEventListener("shown.bs.offcanvas", focusRow);
  on(pane, "click", "a[data-call]", () => {
    if (pane.classList.contains("show")) bootstrap().then(({ Offcanvas }) => Offcanvas.getInstance(pane).hide());
  });
  on(waiting, "click", "[data-more]", (_, button) => showMore(button));
  nameOwn();
}
