// htmx and Alpine, each loaded when something on the page first asks for it by its attributes.

const ASKS = "[hx-get], [hx-post], [hx-delete]";

let htmxLoading = null;

const loaded = () => (document.readyState === "complete" ? Promise.resolve() : new Promise((done) => addEventListener("load", done, { once: true })));

/** Only once the page is complete: htmx reads its settings (no eval, no styles) at once then, and else not at all. */
async function loadHtmx(settle) {
  await loaded();
  const { default: htmx } = await import("../vendor/htmx/htmx.js");
  htmx.onLoad(settle);
  return htmx;
}

/** Makes what is new on the page work; `settle(element)` hears what htmx itself fetches later. */
export async function enliven(element, settle) {
  if (!element.querySelector(ASKS)) return;
  htmxLoading ??= loadHtmx(settle);
  (await htmxLoading).process(element);
}

/** Alpine components by name, { name: () => ({…}) }. */
export async function startParts(parts) {
  if (!Object.keys(parts).length) return;
  const { default: Alpine } = await import("../vendor/alpine/alpine.js");
  for (const [name, part] of Object.entries(parts)) Alpine.data(name, part);
  Alpine.start();
}
