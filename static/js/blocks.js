// A long list in blocks: those near the eye are fetched, the others are only as high as they would be.

import { find, findAll, make } from "./page.js";
import { unpressed } from "./pointer.js";
import { fetchPart, inTurn, put } from "./swap.js";

const NEAR = "800px 0px";

export class Blocks {
  #near = new Set();
  #holds = 0;
  #shuffles = 0; // what was moved here makes what the server has new, even if it is what was shown before
  #filling = null;

  /** `root` holds [data-blocks] with the first block; `href(start)` is where a block is; `onFresh` hears of new rows. */
  constructor(root, { href, onFresh = () => {} }) {
    this.root = root;
    this.list = find("[data-blocks]", root);
    this.size = Number(root.dataset.block);
    this.href = href;
    this.onFresh = onFresh;
    this.observer = new IntersectionObserver((seen) => this.#onSeen(seen), { rootMargin: NEAR, scrollMargin: NEAR });
    this.setCount(Number(root.dataset.count));
  }

  setCount(count) {
    this.count = count;
    this.root.hidden = !count;
    const blocks = findAll("ol", this.list);
    const wanted = Math.ceil(count / this.size);
    for (const spare of blocks.slice(Math.max(1, wanted))) this.#drop(spare);
    for (let index = blocks.length; index < wanted; index += 1) this.#append(1 + index * this.size);
    findAll("ol", this.list).forEach((block, index) => {
      block.style.setProperty("--rows", Math.min(this.size, count - index * this.size));
      this.observer.observe(block);
    });
  }

  /** While held, the rows stay as they are: somebody is moving one. */
  async holdDuring(work) {
    this.#holds += 1;
    try {
      return await work();
    } finally {
      this.#holds -= 1;
      if (!this.#holds) this.refresh();
    }
  }

  /** Fetches what is near again; the focus stays with its entry, or its place. */
  async refresh() {
    if (this.#holds) return;
    const row = this.root.contains(document.activeElement) ? document.activeElement.closest("[data-id]") : null;
    const [key, place] = [document.activeElement.dataset?.key, row && this.placeOf(row)];
    const near = findAll("ol", this.list).filter((block) => this.#near.has(block) || block.children.length);
    for (const block of near) await this.#fetch(block);
    if (this.#holds) return;
    if (row && document.activeElement === document.body) this.#refocus(key, place); // nobody took it elsewhere
  }

  /** The neighbour of a row, `step` 1 or -1, fetched when it has to be; null at the ends. */
  async beside(row, step) {
    const sibling = step > 0 ? row.nextElementSibling : row.previousElementSibling;
    if (sibling) return sibling;
    const block = step > 0 ? row.parentElement.nextElementSibling : row.parentElement.previousElementSibling;
    if (!block) return null;
    if (!block.children.length) await this.#fetch(block);
    return step > 0 ? block.firstElementChild : block.lastElementChild;
  }

  placeOf(row) {
    return Number(row.parentElement.dataset.start) + [...row.parentElement.children].indexOf(row);
  }

  /** After a row has moved: every block as long as it should be, every row numbered by where it stands now. */
  renumber() {
    this.#shuffles += 1;
    for (const block of this.list.children) {
      const next = block.nextElementSibling;
      if (!block.children.length || !next?.children.length) continue;
      while (block.children.length > this.size) next.prepend(block.lastElementChild);
      while (block.children.length < this.size && next.children.length) block.append(next.firstElementChild);
    }
    for (const row of findAll("[data-id]", this.list)) {
      const place = this.placeOf(row);
      row.setAttribute("aria-posinset", place);
      find(".entry-place", row).textContent = place.toLocaleString();
    }
  }

  #append(start) {
    const block = make("ol", { className: "block", start });
    block.dataset.start = start;
    this.list.append(block);
  }

  #drop(block) {
    this.observer.unobserve(block);
    this.#near.delete(block);
    if (block === this.list.firstElementChild) put(block, "");
    else block.remove();
  }

  #onSeen(seen) {
    for (const { target, isIntersecting } of seen) {
      if (isIntersecting) this.#near.add(target);
      else this.#near.delete(target);
      const isBusy = this.#holds || target.contains(document.activeElement);
      if (!isIntersecting && !isBusy && target.children.length) put(target, "");
    }
    this.#filling ??= this.#fill().finally(() => (this.#filling = null));
  }

  /** One at a time, and only those that are near when their turn comes: scrolling fast fetches little. */
  async #fill() {
    for (;;) {
      const next = [...this.#near].find((block) => !block.children.length && block.isConnected);
      if (!next || !(await this.#fetch(next)) || !next.children.length) return;
    }
  }

  async #fetch(block) {
    const isLatest = inTurn(block);
    const html = await fetchPart(this.href(block.dataset.start)).catch(() => null);
    await unpressed(block);
    if (html === null || (this.#holds && block.children.length)) return false;
    if (!isLatest()) return true;
    put(block, `${html.trim()}<!-- ${this.#shuffles} -->`);
    findAll("[data-id]", block).forEach((row) => row.setAttribute("aria-setsize", this.count));
    this.onFresh(block);
    return true;
  }

  #refocus(key, place) {
    const start = 1 + Math.floor((Math.min(place, this.count) - 1) / this.size) * this.size;
    const block = find(`ol[data-start="${start}"]`, this.list);
    const row = block?.children[Math.min(place, this.count) - start] ?? block?.lastElementChild;
    (find(`[data-key="${CSS.escape(key ?? "")}"]`, this.list) ?? (row && find("[data-open]", row)))?.focus();
  }
}
