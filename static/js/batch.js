// Many entries pasted as text: read while they are written, tried on the server, then added.

import { ask } from "./api.js";
import { fill, gettext } from "./words.js";
import { batchOf, readValues } from "./values.js";

const ONE_LINE = gettext("preset %(n)s:");
const MANY_LINES = gettext("preset %(n)s, line %(line)s:");

export class Batch {
  constructor(queue, text) {
    this.queue = queue;
    this.place = text.trim().includes("\n") ? MANY_LINES : ONE_LINE;
    const values = readValues(text);
    this.broken = values.filter(({ problem }) => problem);
    this.usable = values.filter(({ problem }) => !problem);
  }

  get isEmpty() {
    return !this.broken.length && !this.usable.length;
  }

  /** {code, data} of the server, its errors with the places of the text; nothing is written. */
  async preview() {
    const result = await this.#post("?dry_run=true");
    if (result.code !== 200) return result;
    const refused = result.data.errors.map(({ index, error }) => ({ value: this.usable[index], error }));
    const broken = this.broken.map((value) => ({ value, error: value.problem }));
    const wrong = [...refused, ...broken].sort((one, other) => one.value.number - other.value.number);
    const doubtful = (result.data.warnings ?? []).map(({ index, field, error }) => ({ value: this.usable[index], error: `${field} ${error}` }));
    return { ...result, wrong: this.#placed(wrong), doubtful: this.#placed(doubtful) };
  }

  commit() {
    return this.#post("");
  }

  #placed(found) {
    const placeOf = ({ number, line }) => fill(this.place, { n: number.toLocaleString(), line: line.toLocaleString() });
    return found.map(({ value, error }) => ({ place: placeOf(value), error }));
  }

  #post(query) {
    return ask("POST", `${this.queue.path}/batch${query}`, { body: batchOf(this.usable) });
  }
}
