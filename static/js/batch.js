// Many entries pasted as text: read while they are written, tried on the server, then added.

import { ask } from "./api.js";
import { fill, gettext } from "./words.js";
import { batchOf, readValues } from "./values.js";

const lineOf = (line) => fill(gettext("line %(n)s:"), { n: line.toLocaleString() });

export class Batch {
  constructor(queue, text) {
    this.queue = queue;
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
    const refused = result.data.errors.map(({ index, error }) => ({ line: this.usable[index].line, error }));
    const broken = this.broken.map(({ line, problem }) => ({ line, error: problem }));
    const wrong = [...refused, ...broken].sort((one, other) => one.line - other.line);
    const doubtful = (result.data.warnings ?? []).map(({ index, field, error }) => ({ place: lineOf(this.usable[index].line), error: `${field} ${error}` }));
    return { ...result, wrong: wrong.map(({ line, error }) => ({ place: lineOf(line), error })), doubtful };
  }

  commit() {
    return this.#post("");
  }

  #post(query) {
    return ask("POST", `${this.queue.path}/batch${query}`, { body: batchOf(this.usable) });
  }
}
