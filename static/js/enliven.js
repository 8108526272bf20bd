// htmx and Alpine, each loaded when something on the page first asks for it by its attributes.

const ASKS = "[hx-get], [hx-post], [hx-delete]";

let htmxLoading = null;
const early = new Set(); // what was clicked before htmx was there

const loaded = () => (document.readyState === "complete" ? Promise.resolve() : new Promise((done) => addEventListener("load", done, { once: true })));

/** Only once the page is complete: htmx reads its settings (no eval, no styles) at once then, and else not at all. */
async function loadHtmx(settle) {
  await loaded();
  const { default: htmx } = await import("../vendor/htmx/htmx.js");
  htmx.onLoad(settle);
  return htmx;
}

/** Makes what is new on the page work; `settle(element)` hears what htmx itself fetches later. A click that comes
 *  before htmx is there is not lost: it is done again once it can be heard. */
export async function enliven(element, settle) {
  if (!element.querySelector(ASKS)) return;
  htmxLoading ??= loadHtmx(settle);
  const note = ({ target }) => early.add(target.closest(ASKS));
  element.addEventListener("click", note);
  const htmx = await htmxLoading;
  element.removeEventListener("click", note);
  htmx.process(element);
  for (const button of early) {
    if (button && element.contains(button) && early.delete(button)) button.click();
  }
}

/** Alpine components by name, { name: () => ({…}) }. */
export async function startParts(parts) {
  if (!Object.keys(parts).length) return;
  const { default: Alpine } = await import("../vendor/alpine/alpine.js");
  for (const [name, part] of Object.entries(parts)) Alpine.data(name, part);
  Alpine.start();
}
