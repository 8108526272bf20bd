// A list of suggestions below a text field: a combobox by the book, worked by arrows, Tab, Enter, Escape, or the mouse.

import { find, findAll, make, on } from "./page.js";
import { visible } from "./visible.js";

export class Suggestions {
  #isOld = false; // the text has changed since they were made
  #wanted = null; // what was chosen before the new ones came: its text, "" for the first of them

  /** `onTake(text)` hears what was chosen, `onDismiss()` that none is wanted; `hints` says in words what one means. */
  constructor(field, list, { onTake, onDismiss, hints = {} }) {
    Object.assign(this, { field, list, onTake, onDismiss, hints });
    field.addEventListener("keydown", (event) => this.#key(event));
    field.addEventListener("blur", () => this.close());
    // The field keeps the focus, or the list would be gone before it hears the click.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    on(list, "click", '[role="option"]', (_, option) => this.#take(option));
  }

  get isOpen() {
    return !this.list.hidden;
  }

  /** The text has changed: what is shown may not be taken any more, the next ones are on their way. */
  age() {
    this.#isOld = true;
    this.#activate(null);
  }

  /** `hasBegun`: something is typed that these complete, so that Tab takes the first of them. */
  show(texts, { hasBegun = false } = {}) {
    const at = this.#wanted ? texts.indexOf(this.#wanted) : this.#wanted === "" && hasBegun ? 0 : -1;
    this.#isOld = false;
    this.#wanted = null;
    this.hasBegun = hasBegun;
    this.list.replaceChildren(...texts.map((text, place) => this.#option(text, place)));
    this.list.hidden = !texts.length;
    this.field.ariaExpanded = String(this.isOpen);
    this.#activate(null);
    if (at >= 0 && at < texts.length) this.#take(this.list.children[at]);
  }

  close() {
    this.show([]);
  }

  /** Those that are on their way come too late. */
  #dismiss() {
    this.close();
    this.onDismiss();
  }

  #option(text, place) {
    const hint = this.hints[text.replace(/^-/, "")];
    const parts = [make("span", {}, ...visible(text)), ...(hint ? [make("small", {}, hint)] : [])];
    const option = make("li", { id: `${this.list.id}-${place}`, role: "option", ariaSelected: "false" }, ...parts);
    option.dataset.text = text;
    return option;
  }

  #activate(option) {
    for (const one of findAll('[role="option"]', this.list)) one.ariaSelected = String(one === option);
    if (option) this.field.setAttribute("aria-activedescendant", option.id);
    else this.field.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  #move(step) {
    const options = findAll('[role="option"]', this.list);
    const at = options.findIndex((one) => one.ariaSelected === "true");
    const next = at < 0 && step < 0 ? options.length - 1 : at + step;
    this.#activate(options[next] ?? null); // past the end: back in the field
  }

  /** Where an old one would go nobody knows: it waits for its like among the new ones. */
  #take(option) {
    if (this.#isOld) {
      this.#wanted = option.dataset.text;
      return;
    }
    this.close();
    this.onTake(option.dataset.text);
  }

  get #isTyping() {
    return /\S$/.test(this.field.value.slice(0, this.field.selectionStart));
  }

  #tab(option) {
    if (this.#isOld) return this.#isTyping && (() => (this.#wanted = ""));
    return option && (() => this.#take(option));
  }

  #key(event) {
    if (!(this.isOpen || this.#isOld) || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const active = find('[aria-selected="true"]', this.list);
    const first = this.hasBegun && !this.#isOld ? find('[role="option"]', this.list) : null;
    const acts = {
      ArrowDown: () => this.#move(1),
      ArrowUp: () => this.#move(-1),
      Escape: () => this.#dismiss(),
      Enter: active && (() => this.#take(active)),
      Tab: !event.shiftKey && this.#tab(active ?? first),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}
