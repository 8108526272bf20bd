// The order of the entries: one is moved by the keyboard, by its dialog or by dragging, and said aloud.

import { problems } from "./api.js";
import { announce } from "./announce.js";
import { startDrag } from "./drag.js";
import { notice } from "./notices.js";
import { find, on } from "./page.js";
import { fetchPart, put } from "./swap.js";
import { fill, gettext } from "./words.js";

const words = (row) => find(".entry-words", row).textContent.trim();

export class Order {
  #last = Promise.resolve(); // one move after the other, or the server would see another order

  constructor(queue, blocks) {
    this.queue = queue;
    this.blocks = blocks;
    this.dialog = find("#place-dialog");
    this.dialog.addEventListener("close", () => this.#onDialog());
    on(this.dialog, "click", "[data-to]", (_, { dataset }) => this.dialog.close(dataset.to));
    const isDragged = startDrag(blocks, { drop: (row, before) => this.#place(row, before) });
    on(blocks.root, "click", "[data-grip]", (event, grip) => isDragged(event) || this.ask(grip.closest("[data-id]")));
  }

  /** One place up (-1) or down (1). */
  shift(row, step) {
    return this.blocks.holdDuring(async () => {
      const neighbour = await this.blocks.beside(row, step);
      if (!neighbour) return;
      const before = step < 0 ? neighbour : await this.blocks.beside(neighbour, 1);
      await this.#place(row, before, neighbour);
    });
  }

  /** To the place of that number, whether it is shown now or not. */
  async toPlace(row, place) {
    const { count } = this.blocks;
    const wanted = Math.min(Math.max(1, place), count);
    const from = this.blocks.placeOf(row);
    if (wanted === from) return;
    const before = wanted === count ? null : await this.#idAt(wanted > from ? wanted + 1 : wanted);
    if (!(await this.#send(row, before))) return;
    this.#say(words(row), wanted);
    notice(fill(gettext("Moved to place %(place)s of %(count)s."), { place: wanted.toLocaleString(), count: count.toLocaleString() }), { name: "moved" });
    await this.blocks.refresh();
  }

  /** Asks where to. */
  ask(row) {
    this.row = row;
    find("#place-title").textContent = fill(gettext("Move preset %(n)s"), { n: this.blocks.placeOf(row).toLocaleString() });
    const number = find("#place-number");
    number.value = "";
    number.max = this.blocks.count;
    this.dialog.returnValue = "";
    this.dialog.showModal();
    number.focus();
  }

  #onDialog() {
    const steps = { up: -1, down: 1 };
    const places = { top: 1, end: this.blocks.count, place: Number(find("#place-number").value) };
    const { returnValue: wanted } = this.dialog;
    // The list may have been fetched anew meanwhile: the same entry is another row then, or gone.
    const row = find(`[data-id="${CSS.escape(this.row.dataset.id)}"]`, this.blocks.root);
    if (!row) return;
    if (steps[wanted]) this.shift(row, steps[wanted]);
    else if (places[wanted]) this.toPlace(row, places[wanted]);
  }

  /** Puts a row before another one (null: at the end), here at once and then on the server. */
  async #place(row, before, neighbour = null) {
    const focused = row.contains(document.activeElement) ? document.activeElement : find("[data-open]", row);
    if (before) before.before(row);
    else (neighbour ?? this.blocks.list.lastElementChild.lastElementChild).after(row);
    this.blocks.renumber();
    focused.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    this.#say(words(row), this.blocks.placeOf(row));
    await this.#send(row, before?.dataset.id ?? null);
  }

  #send(row, before) {
    const job = this.#last.then(() => this.blocks.holdDuring(() => this.#move(row, before)));
    this.#last = job;
    return job;
  }

  async #move(row, before) {
    const result = await this.queue.move(row.dataset.id, before);
    if (result.code === 200) return true;
    notice(problems(result).join(" "), { level: "warn" });
    for (const block of this.blocks.list.children) if (block.children.length) put(block, ""); // as the server has it
    return false;
  }

  async #idAt(place) {
    const parsed = new DOMParser().parseFromString(await fetchPart(this.blocks.href(place)), "text/html");
    return find("[data-id]", parsed)?.dataset.id ?? null;
  }

  #say(text, place) {
    announce(fill(gettext("%(text)s: place %(place)s of %(count)s"), { text, place: place.toLocaleString(), count: this.blocks.count.toLocaleString() }));
  }
}
