// Copies texts, also where the browser keeps its clipboard from the page because there is no https.

import { notice } from "./notices.js";
import { make } from "./page.js";
import { fetchPart } from "./swap.js";
import { fill, gettext } from "./words.js";

/** By a selected text, as browsers did it before they had a clipboard for pages. */
function copySelected(text) {
  const before = document.activeElement;
  const area = make("textarea", { value: text, className: "visually-hidden", readOnly: true });
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  before?.focus({ preventScroll: true });
  return done;
}

/** Whether the text lies in the clipboard now. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

/** Copies what lies at `url`; `name` is what a person calls it. */
export async function copyFrom(url, name) {
  try {
    const done = await copy(await fetchPart(url));
    const text = done ? gettext("Copied: %(name)s") : gettext("The browser does not let this page copy: %(name)s");
    notice(fill(text, { name }), { level: done ? "ok" : "warn", name: "copied" });
  } catch {
    notice(gettext("The server cannot be reached."), { level: "warn", name: "copied" });
  }
}
