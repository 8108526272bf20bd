// The editor of an answer: text or JSON, and a status. Made for the reply and for a queue's entry.

import { indent, objectProblem } from "./json.js";
import { showProblem } from "./notices.js";
import { find, findAll, on } from "./page.js";
import { gettext } from "./words.js";

const EMPTY = { kind: "text", text: "", json: "", status: "200" };
const WORDS = {
  json: gettext("This is not JSON yet:"),
  object: gettext("The body has to be a JSON object: {…}"),
};

const isRetried = (status) => [408, 409, 429].includes(status) || status >= 500;

function statusNote(status) {
  if (isRetried(status)) return gettext("An error. SDKs try such a call again by themselves, usually twice.");
  if (status >= 400) return gettext("An error. A text becomes its message, in OpenAI's shape.");
  return "";
}

export class Editor {
  /** `onChange()` is called after each change that a person makes. */
  constructor(form, { onChange }) {
    this.form = form;
    this.box = find("[data-problem]", form);
    const changed = () => {
      this.#show();
      this.problem([]);
      onChange();
    };
    form.addEventListener("input", changed);
    on(form, "change", "[name=kind]", () => this.#carryOver());
    on(form, "click", "[data-status]", (_, button) => {
      form.elements.status.value = button.dataset.status;
      changed();
    });
    find("[data-indent]", form).addEventListener("click", () => {
      form.elements.json.value = indent(form.elements.json.value);
      changed();
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      form.requestSubmit();
    });
    this.write(null);
  }

  /** What stands there: {kind, text, json, status}; null when nothing was written. */
  read() {
    const { kind, text, json, status } = this.form.elements;
    const draft = { kind: kind.value, text: text.value, json: json.value, status: status.value };
    return draft.text || draft.json || draft.status !== EMPTY.status ? draft : null;
  }

  write(draft) {
    const { kind, text, json, status } = this.form.elements;
    const given = { ...EMPTY, ...draft };
    [kind.value, text.value, json.value, status.value] = [given.kind, given.text, given.json, given.status];
    this.problem([]);
    this.#show();
  }

  focus() {
    this.form.elements[this.form.elements.kind.value].focus();
  }

  problem(lines) {
    showProblem(this.box, lines);
  }

  /** The REST body as JSON text, JSON spelled as it was written; null, and a word, when it cannot be. */
  payload() {
    const { kind, text, json } = this.form.elements;
    const status = Number(this.form.elements.status.value);
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      return this.#refuse(gettext("The status has to be a whole number from 200 to 599."));
    }
    if (kind.value === "json") {
      const wrong = objectProblem(json.value, { words: WORDS });
      return wrong ? this.#refuse(wrong) : `{"response": ${json.value}, "status_code": ${status}}`;
    }
    if (!text.value && status < 400) return this.#refuse(gettext("Write an answer first."));
    const response = text.value ? { content: text.value } : {};
    return JSON.stringify({ response, status_code: status });
  }

  #refuse(line) {
    this.problem([line]);
    return null;
  }

  /** Text and JSON are two views of one draft as long as the JSON is only a content. */
  #carryOver() {
    const { kind, text, json } = this.form.elements;
    if (kind.value === "json" && !json.value && text.value) {
      json.value = JSON.stringify({ content: text.value }, null, 2);
    } else if (kind.value === "text" && !objectProblem(json.value, { words: WORDS })) {
      const value = JSON.parse(json.value);
      if (Object.keys(value).join() === "content" && typeof value.content === "string") {
        [text.value, json.value] = [value.content, ""];
      }
    }
  }

  #show() {
    const { kind, json, status } = this.form.elements;
    findAll("[data-for]", this.form).forEach((part) => {
      part.hidden = part.dataset.for !== kind.value;
    });
    findAll("[data-status]", this.form).forEach((button) => {
      button.ariaPressed = String(button.dataset.status === status.value);
    });
    find("[data-status-note]", this.form).textContent = statusNote(Number(status.value));
    find("[data-json-note]", this.form).textContent = json.value ? objectProblem(json.value, { words: WORDS }) : "";
  }
}
