// The filter line: completes what is typed, and shows what is wrong with it at its place.

import { ask } from "./api.js";
import { coalesce, find, findAll, make } from "./page.js";
import { unpressed } from "./pointer.js";
import { Suggestions } from "./suggestions.js";
import { visible } from "./visible.js";
import { gettext } from "./words.js";

const WORD = /^(?:[^\s"]|"(?:[^"\\]|\\.)*(?:"|$))+/;
const PAUSE_MS = 60;
const HINTS = {
  "caller:": gettext("who called"),
  "endpoint:": gettext("what was called"),
  "model:": gettext("the model that was asked for"),
  "status:": gettext("429, 4xx, >=400"),
  "state:": gettext("delivered, waiting, gone (hung up), …"),
  "source:": gettext("who or what answered"),
  "stream:": gettext("true or false"),
  "tool:": gettext("a tool that was offered or called"),
  "latency:": gettext(">2s, <=500ms"),
  "since:": gettext("15m, 2h, 3d, or a time"),
  "until:": gettext("15m, 2h, 3d, or a time"),
  "text:": gettext("words in the call or the reply"),
  // What the list says of these, where it says it in other words.
  "state:taken": gettext("on its way"),
  "state:answered": gettext("on its way"),
  "state:undelivered": gettext("not received"),
  "state:timed_out": gettext("timed out"),
  "state:gone": gettext("hung up"),
  "state:orphaned": gettext("server ended"),
  "source:auto": gettext("automatic"),
  "source:invalid": gettext("wrong call"),
  "source:timeout": gettext("time-out"),
};

/** What a part of the page says is wrong with the line; none when nothing is. */
export function problemsIn(part) {
  return findAll("[data-position]", part).map(({ dataset, textContent: detail }) => ({ detail, position: Number(dataset.position) }));
}

export class FilterLine {
  #turn = 0; // counts what makes an answer about completions come too late
  #isUnwanted = false; // whoever has submitted the line, or closed the list, wants no completion that is still to come

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
      onDismiss: () => this.#forget(),
    });
    this.form.addEventListener("submit", (event) => this.#submit(event));
    this.clearer.addEventListener("click", () => this.#clear());
    const later = coalesce(() => this.#isUnwanted || this.#suggest(), PAUSE_MS);
    const suggest = () => {
      this.#isUnwanted = false;
      later();
    };
    this.field.addEventListener("input", () => {
      this.problems([]);
      this.suggestions.age();
      suggest();
    });
    // Whoever comes back to a mistake reads what is wrong before what else could be written.
    for (const kind of ["focus", "click"]) this.field.addEventListener(kind, () => this.box.hidden && suggest());
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" && !this.suggestions.isOpen) suggest();
    });
    this.field.addEventListener("scroll", () => (this.mirror.scrollLeft = this.field.scrollLeft));
    if (!this.box.hidden) this.problems(problemsIn(this.box));
  }

  get line() {
    return this.field.value;
  }

  write(line) {
    this.field.value = line;
    this.problems([]);
  }

  /** What is wrong: [{detail, position}], each with its place in the line. */
  problems(wrong) {
    this.box.hidden = !wrong.length;
    this.box.replaceChildren(...wrong.map(({ detail }) => make("p", {}, ...visible(detail))));
    this.clearer.hidden = !this.line;
    if (wrong.length) this.field.ariaInvalid = "true";
    else this.field.removeAttribute("aria-invalid");
    this.mirror.replaceChildren(...this.#marked(wrong.map(({ position }) => position)));
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

  /** The line, what stands at these positions marked. */
  #marked(positions) {
    const parts = [];
    let end = 0;
    for (const position of positions.filter(Number.isInteger).sort((one, other) => one - other)) {
      const word = this.#wordAt(position);
      parts.push(this.line.slice(end, position), make("mark", {}, word));
      end = position + word.length;
    }
    return parts;
  }

  async #suggest() {
    const { value, selectionStart: at } = this.field;
    const turn = ++this.#turn;
    const { code, data } = await ask("GET", `/api/exchanges/complete?${new URLSearchParams({ q: value, at })}`);
    await unpressed(this.suggestions.list);
    if (turn !== this.#turn || this.line !== value) return;
    if (code !== 200 || document.activeElement !== this.field) {
      this.suggestions.close();
      return;
    }
    const { from, to, suggestions, errors } = data;
    this.place = { from, to };
    const typed = value.slice(from, to);
    this.suggestions.show(suggestions.join() === typed ? [] : suggestions, { hasBegun: to > from });
    // What is being written is not wrong yet.
    const isThere = ({ position }) => at >= position && at <= position + this.#wordAt(position).length;
    const wrong = errors.filter((error) => !isThere(error));
    if (wrong.length) this.problems(wrong);
  }

  #take(text) {
    const { from, to } = this.place;
    const isName = text.endsWith(":");
    const after = this.line.slice(to).trimStart();
    const before = `${this.line.slice(0, from)}${text}${isName ? "" : " "}`;
    this.field.value = before + (isName && after ? ` ${after}` : after);
    this.field.setSelectionRange(before.length, before.length);
    this.problems([]);
    if (isName) this.#suggest();
  }

  /** No completion that was asked for, or is about to be, is wanted any more. */
  #forget() {
    this.#turn += 1;
    this.#isUnwanted = true;
  }

  #submit(event) {
    event.preventDefault();
    this.#forget();
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
