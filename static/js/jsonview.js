// JSON to read: in CodeMirror where it is not huge, else as a quick plain text.

import { indent } from "./json.js";
import { find, findAll, make } from "./page.js";
import { fetchPart } from "./swap.js";
import { showLong } from "./texts.js";
import { gettext } from "./words.js";

const VIEW_MAX = 500_000; // characters
const LINE_MAX = 72; // so much JSON is read as one line

async function show(place, text, label) {
  // Without the page's nonce CodeMirror would have no styles.
  if (text.length <= VIEW_MAX && find("meta[name=csp-nonce]")) return (await import("./code.js")).codeView(place, { text, label });
  const pre = make("pre", { tabIndex: 0 });
  place.append(pre);
  return showLong(pre, text);
}

/** Indents the longer JSON of tool calls and results; where odd characters are marked, it stays as it is. */
export function tidy(root) {
  for (const body of findAll(".piece-code .piece-body:not(:has(.odd))", root)) {
    if (body.textContent.length > LINE_MAX) body.textContent = indent(body.textContent);
  }
}

/** Fills the places inside `root` that have not been fetched yet. */
export async function fetchJson(root) {
  for (const place of findAll("[data-json]", root)) {
    const { json: url, label } = place.dataset;
    if (url === undefined) continue; // fetched by another look meanwhile
    delete place.dataset.json;
    try {
      const text = indent(await fetchPart(url));
      place.replaceChildren();
      await show(place, text, label);
    } catch {
      place.dataset.json = url;
      place.textContent = gettext("This text cannot be had now: it is gone, or the server is away.");
    }
  }
}
