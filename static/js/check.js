// The server's own reading of a draft that is being written: what is wrong, its size, its tokens.

import { ask } from "./api.js";
import { jsonPlaces, placeOf } from "./jsonplaces.js";
import { fill, gettext } from "./words.js";

const MAX_CHARACTERS = 1_000_000; // a longer text is read when it is sent
const NOTHING = { errors: [], warnings: [], completion_tokens: null };
const BODY = /^response\.?/;

/** {errors, warnings, completion_tokens}; the same question is asked once. */
export class Check {
  #key = "";
  #answer = null;

  of(text, fields, call) {
    if (text.length > MAX_CHARACTERS) return Promise.resolve(NOTHING);
    const key = JSON.stringify({ ...fields, text: text || "{}", call });
    if (key !== this.#key) {
      this.#key = key;
      this.#answer = this.#ask(key);
    }
    return this.#answer;
  }

  async #ask(body) {
    const { code, data } = await ask("POST", "/api/desk/check", { body });
    if (code === 200) return data;
    this.#key = ""; // not an answer: the next one asks again
    return NOTHING;
  }
}

/** CodeMirror's diagnostics of what was found in a body's text. */
export function diagnostics(text, { errors, warnings }) {
  const places = jsonPlaces(text);
  if (places.broken >= 0) {
    const from = Math.max(0, Math.min(places.broken, text.length - 1));
    const [first] = errors.filter(({ field }) => field === "response");
    return [{ from, to: Math.min(from + 1, text.length), severity: "error", message: first?.error ?? gettext("This is not JSON yet.") }];
  }
  const spot = ({ field, error }, severity) => {
    const path = field.replace(BODY, "");
    const [from, to] = placeOf(places, path);
    return { from, to, severity, message: path ? `${path}: ${error}` : error };
  };
  const inBody = ({ field }) => BODY.test(field);
  return [...errors.filter(inBody).map((one) => spot(one, "error")), ...warnings.filter(inBody).map((one) => spot(one, "warning"))];
}

/** "1.2 kB", of a text in UTF-8. */
export function sizeOf(text) {
  const bytes = new TextEncoder().encode(text).length;
  return bytes < 1000 ? fill(gettext("%(n)s bytes"), { n: bytes }) : fill(gettext("%(n)s kB"), { n: (bytes / 1000).toFixed(1) });
}
