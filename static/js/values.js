// JSON values in a pasted text: an array, JSON lines, or one after another; each spelled as it was, with its line.

import { fill, gettext } from "./words.js";

const BETWEEN = /[\s,[\]]/; // the values of an array stand as if it were not there
const RESTART = /\n(?=[^\s}\],])/; // where the next value begins when one never ends: a line that begins with one
const BATCH = /^(\s*\{\s*"responses"\s*:\s*)(\[.*\])\s*\}\s*$/s; // a whole request body, as for curl
const SHOWN_MAX = 60; // characters of what is no object

/** Where the value that begins at `start` ends; -1 when it does not. */
function endOf(text, start) {
  let depth = 0;
  let isText = false;
  for (let at = start; at < text.length; at += 1) {
    const sign = text[at];
    if (isText) {
      if (sign === "\n") return -1;
      if (sign === "\\") at += 1;
      else if (sign === '"') isText = false;
    } else if (sign === '"') isText = true;
    else if (sign === "{" || sign === "[") depth += 1;
    else if (sign === "}" || sign === "]") depth -= 1;
    if (depth < 0) return at;
    if (!isText && !depth && (/["}\]]/.test(sign) || BETWEEN.test(text[at + 1] ?? " "))) return at + 1;
  }
  return -1;
}

const shortened = (text) => (text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text);

function problemOf(text) {
  try {
    const value = JSON.parse(text);
    const isObject = value !== null && typeof value === "object" && !Array.isArray(value);
    return isObject ? "" : fill(gettext("%(value)s is not an object: {…}"), { value: shortened(text) });
  } catch (error) {
    return `${gettext("This is not JSON:")} ${error.message}`;
  }
}

/** [{text, number, line, problem}]: the number and the line count from 1; `problem` is "" for an object. */
export function readValues(pasted) {
  const text = pasted.replace(BATCH, (_, before, values) => before.replace(/\S/g, " ") + values);
  const found = [];
  let at = 0;
  let line = 1;
  let counted = 0;
  while (at < text.length) {
    if (BETWEEN.test(text[at])) {
      at += 1;
      continue;
    }
    let end = endOf(text, at);
    if (end <= at) {
      const next = text.slice(at).search(RESTART);
      end = next < 0 ? text.length : at + next;
    }
    line += text.slice(counted, at).split("\n").length - 1;
    counted = at;
    const value = text.slice(at, end).trim();
    found.push({ text: value, number: found.length + 1, line, problem: problemOf(value) });
    at = end;
  }
  return found;
}

/** The body of a batch with those values, as they are spelled. */
export const batchOf = (values) => `{"responses": [${values.map(({ text }) => text).join(",")}]}`;
