// The fields of a draft beside its body: status, timing, headers, retries, its fault.

import { isContent } from "./content.js";
import { FaultField } from "./faultfield.js";
import { find } from "./page.js";
import { HeaderRows } from "./headerrows.js";
import { tryJson } from "./rawjson.js";
import { fill, gettext, ngettext } from "./words.js";

const DEFAULTS = {
  status_code: "200",
  delay_ms: "",
  first_token_ms: "",
  token_ms: "",
  x_should_retry: "",
  render: false,
};
// The same as REST spells them.
const USUAL = {
  status_code: 200,
  headers: {},
  delay_ms: 0,
  pace: { first_token_ms: 0, token_ms: 0 },
  x_should_retry: null,
  render: false,
  fault: null,
};
const PACE = ["first_token_ms", "token_ms"];
const isPlain = (pace) => !pace || PACE.every((name) => typeof (pace[name] ?? 0) === "number") && !("total_ms" in pace);
const WHOLE = ["status_code", "delay_ms", ...PACE];
const RETRY = { true: true, false: false };

/** A number where one is spelled; anything else goes to the server as it is, which says what is wrong. */
export const number = (text) => (/^\d{1,15}$/.test(text.trim()) ? Number(text) : text);
const shown = (value) => (value === undefined || value === null || value === 0 ? "" : String(value));

export class DraftFields {
  /** `own`: what only this editor has beside them, with write(draft), read() and what is `usual` as REST spells it. */
  constructor(form, { onChange, own = null }) {
    Object.assign(this, { form, own, usual: DEFAULTS, fault: new FaultField(find("[data-fault]", form)) });
    this.headers = new HeaderRows(find("[data-headers]", form), { onChange });
    this.names = Object.keys(DEFAULTS).filter((name) => form.elements[name]);
  }

  get status() {
    return Number(this.form.elements.status_code.value);
  }

  set status(status) {
    this.form.elements.status_code.value = String(status);
  }

  /** Fills the fields from a draft's, as REST spells them. */
  write(draft) {
    const { pace, headers } = draft;
    this.spread = typeof pace === "string" || !isPlain(pace) ? pace : null; // stays until numbers are written over it
    const waits = this.spread ? {} : { first_token_ms: pace?.first_token_ms, token_ms: pace?.token_ms };
    // A template and the replies of a sequence have their own status: 200 is a word of the author's there.
    this.usual = draft.body && isContent(tryJson(draft.body)) ? { ...DEFAULTS, status_code: "" } : DEFAULTS;
    const given = { ...this.usual, ...draft, first_token_ms: "", token_ms: "", ...waits };
    this.#showSpread();
    for (const name of this.names) {
      const field = this.form.elements[name];
      if (field.type === "checkbox") field.checked = Boolean(given[name]);
      else field.value = shown(given[name]);
    }
    this.fault.write(draft.fault);
    this.own?.write(draft);
    this.headers.write(Array.isArray(headers) ? headers : Object.entries(headers ?? {}));
  }

  /** The fields that are not what they are without a word, as REST takes them. */
  read() {
    const found = {};
    for (const name of this.names) {
      const value = this.#value(name);
      if (value === "" || value === null || String(value) === String(this.usual[name])) continue;
      if (PACE.includes(name)) found.pace = { ...found.pace, [name]: value };
      else found[name] = value;
    }
    if (this.spread && !found.pace) found.pace = this.spread;
    const headers = this.headers.read();
    if (headers.length) found.headers = headers;
    const fault = this.fault.read();
    if (fault) found.fault = fault;
    return { ...found, ...this.own?.read() };
  }

  /** The same, and in so many words those that are; `usual`: what is so beside what is sent. */
  values(usual = {}) {
    return { ...USUAL, ...this.own?.usual, ...usual, ...this.read() };
  }

  /** What a pace of other than numbers is, where the numbers would stand. */
  #showSpread() {
    const told = typeof this.spread === "string" ? this.spread : this.spread ? gettext("spread") : "0";
    for (const name of PACE) if (this.form.elements[name]) this.form.elements[name].placeholder = told;
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
}
