// The fields of a draft beside its body: status, timing, headers, retries, and what only a queue's entry has.

import { find } from "./page.js";
import { HeaderRows } from "./headerrows.js";
import { MatchField, readMatch, writtenMatch } from "./matchfield.js";
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
  match: "",
  label: "",
  verbatim: false,
};
// The same as REST spells them: what a change has to say, or the entry would keep what it had.
const CLEARED = {
  status_code: 200,
  headers: {},
  delay_ms: 0,
  pace: { first_token_ms: 0, token_ms: 0 },
  x_should_retry: null,
  endpoint: "text",
  uses: 1,
  on_undelivered: "drop",
  match: null,
  label: "",
  verbatim: false,
  render: false,
};
const PACE = ["first_token_ms", "token_ms"];
const isPlain = (pace) => !pace || PACE.every((name) => typeof (pace[name] ?? 0) === "number") && !("total_ms" in pace);
const WHOLE = ["status_code", "delay_ms", ...PACE, "uses"];
const RETRY = { true: true, false: false };

/** A number where one is spelled; anything else goes to the server as it is, which says what is wrong. */
const number = (text) => (/^\d{1,15}$/.test(text.trim()) ? Number(text) : text);
const shown = (value) => (value === undefined || value === null || value === 0 ? "" : String(value));

export class DraftFields {
  constructor(form, { onChange }) {
    this.form = form;
    this.headers = new HeaderRows(find("[data-headers]", form), { onChange });
    if (find("[data-match]", form)) this.match = new MatchField(find("[data-match]", form));
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
    this.spread = typeof pace === "string" || !isPlain(pace) ? pace : null; // stays until numbers are written over it
    const waits = this.spread ? {} : { first_token_ms: pace?.first_token_ms, token_ms: pace?.token_ms };
    const given = { ...DEFAULTS, ...draft, first_token_ms: "", token_ms: "", ...waits };
    this.#showSpread();
    for (const name of this.names) {
      const field = this.form.elements[name];
      if (field.type === "checkbox") field.checked = Boolean(given[name]);
      else if (name === "match") field.value = writtenMatch(given.match);
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
      if (value === "" || value === null || String(value) === String(DEFAULTS[name])) continue;
      if (PACE.includes(name)) found.pace = { ...found.pace, [name]: value };
      else found[name] = value;
    }
    if (this.spread && !found.pace) found.pace = this.spread;
    const headers = this.headers.read();
    if (headers.length) found.headers = headers;
    if (this.form.elements.endless?.checked) found.uses = null;
    return found;
  }

  /** What `read` leaves out, in so many words. */
  cleared() {
    const said = this.read();
    return Object.fromEntries(Object.entries(CLEARED).filter(([name]) => !(name in said)));
  }

  /** What a pace of other than numbers is, where the numbers would stand. */
  #showSpread() {
    const told = typeof this.spread === "string" ? this.spread : this.spread ? gettext("spread") : "0";
    for (const name of PACE) if (this.form.elements[name]) this.form.elements[name].placeholder = told;
  }

  #value(name) {
    const field = this.form.elements[name];
    if (field.type === "checkbox") return field.checked;
    if (name === "match") return readMatch(field.value);
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
