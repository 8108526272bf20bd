// Dragging an entry by its grip, with a mouse, a pen or a finger; the list scrolls at its edges.

import { on } from "./page.js";

const SLACK = 4; // pixels that a press may wander and still be a press
const EDGE = 56; // pixels from the edge, where the list begins to scroll
const SPEED = 14;

/** What scrolls: the pane, or on a phone the page. */
function scroller(root) {
  const pane = root.closest(".pane");
  return pane.scrollHeight > pane.clientHeight + 1 && getComputedStyle(pane).overflowY !== "visible" ? pane : document.scrollingElement;
}

function edges(pane) {
  if (pane === document.scrollingElement) return { top: 0, bottom: innerHeight };
  return pane.getBoundingClientRect();
}

class Drag {
  constructor(blocks, row, event, drop) {
    Object.assign(this, { blocks, row, drop, startY: event.clientY, x: event.clientX, y: event.clientY });
    this.pane = scroller(blocks.root);
    this.done = new Promise((resolve) => (this.finish = resolve));
    const { signal } = (this.listeners = new AbortController());
    document.addEventListener("pointermove", (next) => this.#onMove(next), { signal });
    document.addEventListener("pointerup", () => this.#end(true), { signal });
    document.addEventListener("pointercancel", () => this.#end(false), { signal });
    document.addEventListener("keydown", (next) => this.#onKey(next), { signal, capture: true });
  }

  #onKey(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.#end(false);
  }

  #onMove(event) {
    [this.x, this.y] = [event.clientX, event.clientY];
    if (!this.begun && Math.abs(this.y - this.startY) < SLACK) return;
    if (!this.begun) this.#begin();
    this.#aim();
  }

  #begin() {
    this.begun = true;
    this.row.classList.add("entry-dragged");
    this.blocks.holdDuring(() => this.done);
    const step = () => {
      if (this.listeners.signal.aborted) return;
      const { top, bottom } = edges(this.pane);
      const pull = this.y < top + EDGE ? -1 : Number(this.y > bottom - EDGE);
      if (pull) this.pane.scrollBy(0, pull * SPEED);
      if (pull) this.#aim();
      requestAnimationFrame(step);
    };
    step();
  }

  /** Marks the edge of a row where it would go. */
  #aim() {
    const over = document.elementFromPoint(this.x, this.y)?.closest(".entry");
    if (!over || !this.blocks.root.contains(over)) return;
    const { top, height } = over.getBoundingClientRect();
    this.#unmark();
    this.over = over;
    over.dataset.drop = this.y < top + height / 2 ? "before" : "after";
  }

  #unmark() {
    if (this.over) delete this.over.dataset.drop;
  }

  async #end(isMeant) {
    this.listeners.abort();
    const { row, over } = this;
    const side = over?.dataset.drop;
    this.#unmark();
    row.classList.remove("entry-dragged");
    if (isMeant && over && over !== row) {
      const before = side === "before" ? over : await this.blocks.beside(over, 1);
      if (before !== row) await this.drop(row, before, over);
    }
    this.finish();
  }
}

/** Makes the grips drag; the function that comes back says whether a click was the end of a drag. */
export function startDrag(blocks, { drop }) {
  let last = null;
  on(blocks.root, "pointerdown", "[data-grip]", (event, grip) => {
    if (event.button === 0 && !grip.disabled) last = new Drag(blocks, grip.closest("[data-id]"), event, drop);
  });
  return (click) => click.detail > 0 && Boolean(last?.begun); // a click by the keyboard has no detail
}
