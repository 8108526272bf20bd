// Deleting an entry or all of them, and having them back for as long as nothing else was deleted.

import { problems } from "./api.js";
import { notice, sure } from "./notices.js";
import { find } from "./page.js";
import { fill, gettext, ngettext } from "./words.js";

const KEPT_MAX_BYTES = 10_000_000; // of a cleared queue, in this page's memory

export class Deleting {
  #back = null; // () → what the server says: brings back what was deleted last
  #isAsking = false;
  #leaving = new Set(); // what was deleted: pressed again, its row stands there still

  constructor(queue, blocks, { onDone }) {
    Object.assign(this, { queue, blocks, onDone });
    this.line = find("#undo");
    find("button", this.line).addEventListener("click", () => this.undo());
  }

  async delete(row) {
    const { id } = row.dataset;
    if (this.#leaving.has(id)) return;
    this.#leaving.add(id);
    const text = find(".entry-words", row).textContent.trim() || gettext("a preset");
    // The row's neighbour first: by the time the entry has come, the list may have been fetched anew.
    const [next, entry] = await Promise.all([this.blocks.beside(row, 1), this.queue.entry(id)]);
    const before = next?.dataset.id ?? null;
    const result = await this.queue.remove(id);
    if (result.code === 200) this.#keep(entry && (() => this.queue.copy(entry, before)), fill(gettext("Deleted: %(text)s"), { text }));
    else {
      this.#leaving.delete(id);
      this.#tell(result);
    }
    this.onDone();
  }

  async clear() {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const isWanted = await this.#ask().finally(() => (this.#isAsking = false));
    if (!isWanted) return;
    const kept = await this.queue.export(KEPT_MAX_BYTES); // as it is now: the question may have stood for long
    const result = await this.queue.clear();
    if (result.code !== 200) this.#tell(result);
    else if (kept) this.#keep(() => this.queue.import(kept), gettext("Cleared."));
    else {
      this.#keep(null);
      notice(gettext("Cleared."), { name: "told" });
    }
    this.onDone();
  }

  async undo() {
    const back = this.#back;
    const text = this.#text.textContent;
    if (!back) return;
    if (this.line.contains(document.activeElement)) find("#new").focus();
    this.#keep(null);
    const result = await back();
    if (result.code !== 200) {
      notice(problems(result).join(" "), { level: "bad", stay: true });
      if (!this.#back) this.#keep(back, text); // it can be tried again
    }
    this.onDone();
  }

  async #ask() {
    const n = this.blocks.count;
    const count = fill(ngettext("Its %(n)s preset is deleted.", "All its %(n)s presets are deleted.", n), { n: n.toLocaleString() });
    const isKept = await this.queue.export(KEPT_MAX_BYTES);
    const undo = isKept ? gettext("Undo brings them back, as long as this page is open.") : gettext("They are too many to be brought back: this cannot be undone. Export them first if they may be needed again.");
    return sure({
      title: fill(gettext("Clear the queue of %(caller)s?"), { caller: this.queue.caller }),
      text: `${count} ${undo}`,
      yes: gettext("Clear it"),
    });
  }

  #tell(result) {
    notice(problems(result).join(" "), { level: "warn", name: "told" });
  }

  get #text() {
    return find("[data-text]", this.line);
  }

  #keep(back, text = "") {
    this.#back = back;
    this.line.hidden = !back;
    this.#text.textContent = text;
  }
}
