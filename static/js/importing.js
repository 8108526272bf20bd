// A file with many entries: tried on the server, then imported, with its progress.

import { upload } from "./upload.js";
import { fill, gettext } from "./words.js";

const placeOf = (index) => fill(gettext("preset %(n)s:"), { n: (index + 1).toLocaleString() });

export class Importing {
  isEmpty = false;

  constructor(queue, file, { onProgress }) {
    Object.assign(this, { queue, file, onProgress });
  }

  /** {code, data} of the server, its errors with their places in the file; nothing is written. */
  async preview() {
    const result = await this.#post("?dry_run=true");
    if (result.code !== 200) return result;
    const wrong = result.data.errors.map(({ index, error }) => ({ place: placeOf(index), error }));
    const doubtful = (result.data.warnings ?? []).map(({ index, field, error }) => ({ place: placeOf(index), error: `${field} ${error}` }));
    return { ...result, wrong, doubtful };
  }

  commit() {
    return this.#post("");
  }

  async #post(query) {
    try {
      return await upload(`${this.queue.path}/import${query}`, this.file, { onProgress: this.onProgress });
    } finally {
      this.onProgress(null);
    }
  }
}
