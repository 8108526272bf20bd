// The fields of a draft beside its body: status, timing, headers, retries, and what only a queue's entry has.

import { find } from "./page.js";
import { HeaderRows } from "./headerrows.js";
import { fill, gettext, ngettext } from "./words.js";

const DEFAULTS = {
  status_code: "200",
  delay_ms: "",
  first_token_ms: "",
  token_ms: "",
  x_should_retry: "",
  endpoint: "text",
  uses: "1",
  on_undelivered: "drop",
  label: "",
  verbatim: false,
  render: false,
};
const PACE = ["first_token_ms", "token_ms"];
const WHOLE = ["status_code", "delay_ms", ...PACE, "uses"];
const RETRY = { true: true, false: false };

/** A number where one is spelled; anything else goes to the server as it is, which says what is wrong. */
const number = (text) => (/^\d{1,15}$/.test(text.trim()) ? Number(text) : text);
const shown = (value) => (value === undefined || value === null || value === 0 ? "" : String(value));

export class DraftFields {
  constructor(form, { onChange }) {
    this.form = form;
    this.headers = new HeaderRows(find("[data-headers]", form), { onChange });
    this.names = Object.keys(DEFAULTS).filter((name) => form.elements[name]);
    find("[name=endless]", form)?.addEventListener("change", () => this.#showUses());
  }

  get status() {
    return Number(this.form.elements.status_code.value);
  }

  set status(status) {
    this.form.elements.status_code.value = String(status);
  }

  /** Fills the fields from a draft's, as REST spells them. */
  write(draft) {
    const { pace, headers, uses } = draft;
    const given = { ...DEFAULTS, ...draft, first_token_ms: pace?.first_token_ms, token_ms: pace?.token_ms };
    for (const name of this.names) {
      const field = this.form.elements[name];
      if (field.type === "checkbox") field.checked = Boolean(given[name]);
      else field.value = name === "endpoint" || name === "on_undelivered" ? given[name] : shown(given[name]);
    }
    if (this.form.elements.endless) {
      this.form.elements.endless.checked = uses === null;
      if (!this.form.elements.uses.value) this.form.elements.uses.value = "1";
      this.#showUses();
    }
    this.headers.write(Array.isArray(headers) ? headers : Object.entries(headers ?? {}));
  }

  /** The fields that are not what they are without a word, as REST takes them. */
  read() {
    const found = {};
    for (const name of this.names) {
      const value = this.#value(name);
      if (value === "" || String(value) === String(DEFAULTS[name])) continue;
      if (PACE.includes(name)) found.pace = { ...found.pace, [name]: value };
      else found[name] = value;
    }
    const headers = this.headers.read();
    if (headers.length) found.headers = headers;
    if (this.form.elements.endless?.checked) found.uses = null;
    return found;
  }

  #value(name) {
    const field = this.form.elements[name];
    if (field.type === "checkbox") return field.checked;
    if (name === "x_should_retry") return RETRY[field.value] ?? "";
    return WHOLE.includes(name) ? number(field.value) : field.value;
  }

  /** What the closed part holds, in a word. */
  showMore() {
    const n = this.headers.read().length;
    const retry = { true: gettext("retry: yes"), false: gettext("retry: no") }[this.form.elements.x_should_retry.value];
    const count = n ? fill(ngettext("%(n)s header", "%(n)s headers", n), { n }) : "";
    find("[data-more-note]", this.form).textContent = [count, retry].filter(Boolean).join(" · ");
  }

  #showUses() {
    const { uses, endless } = this.form.elements;
    uses.disabled = endless.checked;
  }
}
