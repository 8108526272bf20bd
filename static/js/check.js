// The server's own reading of a draft that is being written: what is wrong, its size, its tokens.

import { ask } from "./api.js";
import { fill, gettext } from "./words.js";

const MAX_CHARACTERS = 1_000_000; // a longer text is read when it is sent
const NOTHING = { errors: [], warnings: [], completion_tokens: null };

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

/** "1.2 kB", of a text in UTF-8. */
export function sizeOf(text) {
  const bytes = new TextEncoder().encode(text).length;
  return bytes < 1000 ? fill(gettext("%(n)s bytes"), { n: bytes }) : fill(gettext("%(n)s kB"), { n: (bytes / 1000).toFixed(1) });
}
