// The filter line: completes what is typed, and shows what is wrong with it at its place.

import { ask } from "./api.js";
import { coalesce, find, make } from "./page.js";
import { Suggestions } from "./suggestions.js";
import { showText } from "./visible.js";
import { gettext } from "./words.js";

const WORD = /^(?:[^\s"]|"(?:[^"\\]|\\.)*(?:"|$))+/;
const PAUSE_MS = 60;
const HINTS = {
  "caller:": gettext("who called"),
  "endpoint:": gettext("what was called"),
  "model:": gettext("the model that was asked for"),
  "status:": gettext("429, 4xx, >=400"),
  "state:": gettext("delivered, waiting, gone, …"),
  "source:": gettext("who or what answered"),
  "stream:": gettext("true or false"),
  "tool:": gettext("a tool that was offered or called"),
  "latency:": gettext(">2s, <=500ms"),
  "since:": gettext("15m, 2h, 3d, or a time"),
  "until:": gettext("15m, 2h, 3d, or a time"),
  "text:": gettext("words in the call or the reply"),
};

export class FilterLine {
  #turn = 0; // counts what makes an answer about completions come too late
  #isSubmitted = false; // a completion that was on its way is not wanted any more

  /** `onSubmit(line)` is called when the person wants to see what fits. */
  constructor({ onSubmit }) {
    this.form = find("#filter-form");
    this.field = find("#filter");
    this.box = find("#filter-problem");
    this.mirror = find("#filter-mirror");
    this.clearer = find("#filter-clear");
    this.onSubmit = onSubmit;
    this.suggestions = new Suggestions(this.field, find("#filter-options"), {
      hints: HINTS,
      onTake: (text) => this.#take(text),
    });
    this.form.addEventListener("submit", (event) => this.#submit(event));
    this.clearer.addEventListener("click", () => this.#clear());
    const later = coalesce(() => this.#isSubmitted || this.#suggest(), PAUSE_MS);
    const suggest = () => {
      this.#isSubmitted = false;
      later();
    };
    this.field.addEventListener("input", () => {
      this.problem(null);
      this.suggestions.age();
      suggest();
    });
    // Whoever comes back to a mistake reads what is wrong before what else could be written.
    for (const kind of ["focus", "click"]) this.field.addEventListener(kind, () => this.box.hidden && suggest());
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" && !this.suggestions.isOpen) suggest();
    });
    this.field.addEventListener("scroll", () => (this.mirror.scrollLeft = this.field.scrollLeft));
    const { position } = this.box.dataset;
    if (!this.box.hidden) this.problem({ detail: this.box.textContent, position: position ? Number(position) : null });
  }

  get line() {
    return this.field.value;
  }

  write(line) {
    this.field.value = line;
    this.problem(null);
  }

  /** What is wrong, {detail, position}, or null. */
  problem(error) {
    this.box.hidden = !error;
    showText(this.box, error?.detail ?? "");
    this.clearer.hidden = !this.line;
    if (error) this.field.ariaInvalid = "true";
    else this.field.removeAttribute("aria-invalid");
    this.mirror.replaceChildren(...(typeof error?.position === "number" ? this.#marked(error.position) : []));
    this.mirror.scrollLeft = this.field.scrollLeft;
  }

  /** Selects the word at that place: what is typed next replaces it. */
  select(position) {
    this.field.focus();
    if (typeof position === "number") this.field.setSelectionRange(position, position + this.#wordAt(position).length);
  }

  #wordAt(position) {
    return WORD.exec(this.line.slice(position))?.[0] ?? "";
  }

  #marked(position) {
    const word = this.#wordAt(position);
    return [this.line.slice(0, position), make("mark", {}, word), this.line.slice(position + word.length)];
  }

  async #suggest() {
    const { value, selectionStart: at } = this.field;
    const turn = ++this.#turn;
    const { code, data } = await ask("GET", `/api/exchanges/complete?${new URLSearchParams({ q: value, at })}`);
    if (turn !== this.#turn || this.line !== value) return;
    if (code !== 200 || document.activeElement !== this.field) {
      this.suggestions.close();
      return;
    }
    const { from, to, suggestions, error } = data;
    this.place = { from, to };
    const typed = value.slice(from, to);
    this.suggestions.show(suggestions.join() === typed ? [] : suggestions, { hasBegun: to > from });
    // What is being written is not wrong yet.
    const isThere = error && at >= error.position && at <= error.position + this.#wordAt(error.position).length;
    if (error && !isThere) this.problem(error);
  }

  #take(text) {
    const { from, to } = this.place;
    const isName = text.endsWith(":");
    const after = this.line.slice(to).trimStart();
    const before = `${this.line.slice(0, from)}${text}${isName ? "" : " "}`;
    this.field.value = before + (isName && after ? ` ${after}` : after);
    this.field.setSelectionRange(before.length, before.length);
    this.problem(null);
    if (isName) this.#suggest();
  }

  #submit(event) {
    event.preventDefault();
    this.#turn += 1;
    this.#isSubmitted = true;
    this.suggestions.close();
    this.write(this.line.trim());
    this.onSubmit(this.line);
  }

  #clear() {
    this.write("");
    this.field.focus();
    this.onSubmit("");
  }
}
