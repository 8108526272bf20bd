// The keyboard: keys are declared in lists, and do nothing while a text is being written or a dialog is open.

import { createKeybindingsHandler } from "../vendor/tinykeys/tinykeys.js";
import { find } from "./page.js";

const FIELDS = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]:not([contenteditable=false])";

const lists = []; // [title, keys], in the order of the sheet
const SEQUENCE_MS = 1000; // as tinykeys counts

let handle = () => {};
let sequences = new Set();
let last = { key: "", at: 0 };

/** Whether a key belongs to what is being written: a letter in a field does, Ctrl+Enter and Escape do not. */
function isWriting(event) {
  if (event.isComposing) return true; // an input method is choosing a character
  if (event.ctrlKey || event.metaKey || event.key === "Escape") return false;
  return event.composedPath()[0].matches?.(FIELDS) ?? false;
}

/** Signs such as ? and + need Shift on some keyboards and not on others. */
function spellings(key) {
  const isSign = key.length === 1 && key.toLowerCase() === key.toUpperCase();
  return isSign ? [key, `Shift+${key}`] : [key];
}

/** Whether a key is the second of two: g d goes to the desk, and does not do what d alone does. */
function isSecond({ key, timeStamp }) {
  return sequences.has(`${last.key} ${key}`) && timeStamp - last.at < SEQUENCE_MS;
}

function bindings() {
  const bound = {};
  const acting = lists.flatMap(([, keys]) => keys).filter(({ act }) => act); // others the browser, or a field, does
  for (const { key, act } of acting) {
    for (const spelling of spellings(key)) {
      bound[spelling] ??= (event) => (!key.includes(" ") && isSecond(event)) || act(event) === false || event.preventDefault();
    }
  }
  sequences = new Set(acting.map(({ key }) => key).filter((key) => key.includes(" ")));
  return bound;
}

/**
 * Adds keys: [{ key: "g d", label: gettext("…"), act }]. `key` is spelled as for tinykeys ("Control+j", "$mod+Enter");
 * an `act` that returns false leaves the key to the browser; without `act` the key is listed only.
 * Of two keys of one name the one listed first counts; a list of the same title is replaced.
 */
export function listKeys(title, keys) {
  const at = lists.findIndex(([known]) => known === title);
  if (at >= 0) lists.splice(at, 1);
  if (keys.length) lists.splice(at >= 0 ? at : lists.length, 0, [title, keys]);
  handle = createKeybindingsHandler(bindings());
}

export const keyLists = () => lists;

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || isWriting(event) || find("dialog[open]")) return;
    handle(event);
    last = { key: event.key, at: event.timeStamp };
  });
}
