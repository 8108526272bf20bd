// Long texts: fetched when they are looked at, cut at first, shown whole when asked for.

import { indent } from "./json.js";
import { find, findAll, make, on } from "./page.js";
import { fetchPart } from "./swap.js";
import { showText } from "./visible.js";
import { fill, gettext } from "./words.js";

const SHOWN = 100_000; // characters of a body that are laid out at once

/** A long text in `place`: its beginning, and below it the button for all of it. */
export function showLong(place, whole) {
  showText(place, whole.slice(0, SHOWN));
  if (whole.length <= SHOWN) return;
  const label = fill(gettext("Show all %(n)s characters"), { n: whole.length.toLocaleString() });
  const more = make("button", { type: "button", className: "link" }, label);
  more.addEventListener("click", () => {
    showText(place, whole);
    more.remove();
  });
  place.after(more);
}

/** Fills the texts inside `root` that have not been fetched yet. */
export async function fetchTexts(root) {
  for (const place of findAll("[data-text]", root)) {
    const { text: url } = place.dataset;
    if (url === undefined || place.closest("details:not([open])")) continue; // opened alone meanwhile, or not yet
    delete place.dataset.text;
    place.textContent = gettext("loading…");
    try {
      showLong(place, indent(await fetchPart(url)));
    } catch {
      place.dataset.text = url;
      place.textContent = gettext("This text cannot be had now: it is gone, or the server is away.");
    }
  }
}

/** Listens for tabs and details that open, and for "show all". */
export function startTexts(root) {
  root.addEventListener("shown", (event) => fetchTexts(event.target));
  root.addEventListener("toggle", (event) => event.target.open && fetchTexts(event.target), { capture: true });
  on(root, "click", "[data-whole]", async (_, button) => {
    const text = await fetchPart(button.dataset.whole).catch(() => null);
    if (text === null) return;
    const piece = button.closest(".piece");
    showText(find(".piece-body", piece), piece.matches(".piece-code") ? indent(text) : text);
    button.remove();
  });
}
