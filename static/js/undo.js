// Deleting an entry, and having it back for as long as nothing else was deleted.

import { problems } from "./api.js";
import { notice } from "./notices.js";
import { find } from "./page.js";
import { fill, gettext } from "./words.js";

export class Deleting {
  #deleted = null; // {entry, before}: what was deleted last, and where it stood

  constructor(queue, blocks, { onDone }) {
    Object.assign(this, { queue, blocks, onDone });
    this.line = find("#undo");
    find("button", this.line).addEventListener("click", () => this.undo());
  }

  async delete(row) {
    const { id } = row.dataset;
    const text = find(".entry-words", row).textContent.trim();
    // The row's neighbour first: by the time the entry has come, the list may have been fetched anew.
    const [next, entry] = await Promise.all([this.blocks.beside(row, 1), this.queue.entry(id)]);
    const result = await this.queue.remove(id);
    if (result.code === 200) this.#keep({ entry, before: next?.dataset.id ?? null }, text);
    else notice(problems(result).join(" "), { level: "warn" });
    this.onDone();
  }

  async undo() {
    if (!this.#deleted) return;
    const { entry, before } = this.#deleted;
    this.#keep(null);
    const result = await this.queue.copy(entry, before);
    if (result.code !== 200) notice(problems(result).join(" "), { level: "bad", stay: true });
    this.onDone();
  }

  /** What is undone has to be about this queue as it is now: clearing it forgets. */
  forget() {
    this.#keep(null);
  }

  #keep(deleted, text = "") {
    this.#deleted = deleted;
    this.line.hidden = !deleted;
    find("[data-text]", this.line).textContent = deleted ? fill(gettext("Deleted: %(text)s"), { text: text || gettext("an entry") }) : "";
  }
}
