// The fields of a template as REST takes them, and what is wrong with them, each thing at its field.

import { showProblems } from "./fieldproblems.js";
import { find, findAll } from "./page.js";
import { visibleText } from "./visible.js";
import { gettext } from "./words.js";

const ABOUT = ["name", "category", "description"];
const NUMBERS = ["status_code", "delay_ms"];
const MORE = { headers: null, pace: null, x_should_retry: null };
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const MEANWHILE = "new"; // what is tried may have no name yet, or none that can be kept

const number = (text) => (/^\d{1,9}$/.test(text.trim()) ? Number(text) : text);

/** {value} of a JSON text, or {error}. */
export function readJson(text) {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { error: `${gettext("This is not JSON:")} ${error.message}` };
  }
}

/** The texts of the fields, by name. */
export const textsOf = (form) => Object.fromEntries(findAll("input[name], textarea[name]", form).map(({ name, value }) => [name, value]));

/** What texts of fields say, as REST takes it, null where that is nothing, and what is no JSON: {fields, errors}. */
export function written(texts) {
  const fields = {};
  const errors = [];
  for (const [name, text] of Object.entries(texts)) {
    if (ABOUT.includes(name)) fields[name] = text.trim();
    else if (NUMBERS.includes(name)) fields[name] = text.trim() ? number(text) : null;
    else {
      const { value, error } = readJson(text || (name === "response" ? "" : "{}"));
      if (error) errors.push({ field: name, error });
      else Object.assign(fields, name === "more" ? { ...MORE, ...value } : { [name]: value });
    }
  }
  return { fields, errors };
}

/** The same texts without what says nothing: how JSON is laid out. */
export function meant(texts) {
  const spelled = (name, text) => (ABOUT.includes(name) ? text.trim() : JSON.stringify(readJson(text).value) ?? text.trim());
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, spelled(name, text)]));
}

/** What of the fields is tried: how it is called and sorted changes nothing of what it says. */
export function tried(fields) {
  const rest = Object.entries(fields).filter(([name]) => !ABOUT.includes(name));
  return { ...Object.fromEntries(rest), name: NAME.test(fields.name ?? "") ? fields.name : MEANWHILE };
}

/** An example of variables, of those that the template has. */
export function exampleOf(variables) {
  if (variables === null || typeof variables !== "object") return "";
  const given = Object.entries(variables).map(([name, about]) => [name, about?.default ?? "…"]);
  return JSON.stringify(Object.fromEntries(given));
}

export class FieldProblems {
  #refused = []; // when it was to be saved: trying it does not look at these

  constructor(root, form) {
    Object.assign(this, { root, form });
  }

  #valueOf({ field }) {
    return this.form.elements[field]?.value;
  }

  /** [{field, error}] or texts; what was refused at the last saving stays as long as nothing else stands there. */
  show(errors) {
    const still = this.#refused.filter((one) => this.#valueOf(one) === one.value);
    const said = [...still, ...errors].map((one) => (one.error ? { ...one, error: visibleText(one.error) } : visibleText(one)));
    showProblems(this.root, said);
  }

  refuse(errors) {
    this.#refused = errors.filter(({ field }) => ABOUT.includes(field)).map((one) => ({ ...one, value: this.#valueOf(one) }));
    this.show(errors.filter(({ field }) => !ABOUT.includes(field)));
    find("[aria-invalid]", this.form)?.focus();
    find(".field-problem, [data-problem]:not([hidden])", this.root)?.scrollIntoView({ block: "nearest" });
  }
}
