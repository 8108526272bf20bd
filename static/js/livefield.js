// The field of an answer that is typed live: what has left is locked and dimmed, what has not lies on top in full colour.

import { make } from "./page.js";

export class LiveField {
  #locked = "";
  #before = ""; // the text that was last right

  /** `onText(text)` hears what a person writes; `onRefused()` that they tried to change what has left. */
  constructor(field, ahead, { onText, onRefused }) {
    Object.assign(this, { field, ahead, onText, onRefused });
    this.gone = make("span", { className: "live-gone" });
    this.rest = make("span", {});
    ahead.replaceChildren(this.gone, this.rest);
    field.addEventListener("beforeinput", (event) => this.#guard(event));
    field.addEventListener("input", (event) => this.#written(event));
    field.addEventListener("compositionend", () => this.#take());
    field.addEventListener("scroll", () => (ahead.scrollTop = field.scrollTop));
  }

  write(text) {
    this.field.value = text;
    this.#before = text;
    this.#paint();
  }

  /** This beginning has left. */
  lock(text) {
    this.#locked = text;
    if (!this.field.value.startsWith(text)) this.write(text);
    this.#paint();
  }

  focus() {
    this.field.focus();
    this.field.setSelectionRange(this.field.value.length, this.field.value.length);
  }

  /** What would change what has left goes to the end, or nowhere. */
  #guard(event) {
    const { field } = this;
    const { selectionStart: start, selectionEnd: end } = field;
    const deletes = event.inputType.startsWith("delete");
    const isInside = start < this.#locked.length || (deletes && start === end && start === this.#locked.length && event.inputType.includes("Backward"));
    if (!isInside) return;
    this.onRefused();
    if (!deletes && event.inputType.startsWith("insert")) field.setSelectionRange(field.value.length, field.value.length);
    else if (event.cancelable) event.preventDefault();
  }

  #written(event) {
    if (!this.field.value.startsWith(this.#locked)) {
      this.write(this.#before.startsWith(this.#locked) ? this.#before : this.#locked);
      this.onRefused();
    }
    this.#paint();
    if (!event.isComposing) this.#take(); // a character that is still being chosen does not leave
  }

  #take() {
    this.#before = this.field.value;
    this.onText(this.field.value);
  }

  #paint() {
    this.gone.textContent = this.#locked;
    this.rest.textContent = this.field.value.slice(this.#locked.length);
    this.ahead.scrollTop = this.field.scrollTop;
  }
}
