// A form from a JSON schema: one field for each value, nested, read back as the value that stands there.

import { findAll, make } from "./page.js";
import { arrayField, objectField } from "./schemanodes.js";
import { asNumber, isNumber, isObject, numberText, plain, tryJson, writeJson } from "./rawjson.js";
import { firstValue, resolve, typeOf, variants } from "./schema.js";
import { checkSchema, hint, variantOf } from "./schemacheck.js";
import { makeShown, visibleText } from "./visible.js";
import { gettext } from "./words.js";

let count = 0;

/** A control below a name: {element, read()}. */
function labelled(control, { label, note = "" }) {
  const id = `schema-${++count}`;
  Object.assign(control, { id });
  if (!label) control.ariaLabel = gettext("item");
  const name = makeShown("label", { htmlFor: id, className: "arg-name" }, label ?? "");
  const line = make("div", { className: label ? "arg" : "arg arg-item" }, ...(label ? [name] : []), control);
  if (note) line.append(makeShown("small", {}, note));
  return line;
}

function textField(value, context) {
  const isLong = value.includes("\n") || value.length > 60;
  const control = make(isLong ? "textarea" : "input", { value, rows: 3, className: "code" });
  return { element: labelled(control, context), read: () => control.value };
}

/** A number as it is spelled; what is no number is kept as the text that it is, and said. */
function numberField(value, context) {
  const control = make("input", { value: isNumber(value) ? numberText(value) : "", inputMode: "decimal", className: "code" });
  return { element: labelled(control, context), read: () => asNumber(control.value.trim()) ?? control.value };
}

function choiceField(value, choices, context) {
  const texts = choices.map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
  const at = choices.findIndex((one) => JSON.stringify(one) === JSON.stringify(value));
  const control = make("select", { className: "form-select code" }, ...texts.map((text, index) => make("option", { value: index, selected: index === at }, visibleText(text))));
  if (at < 0) control.prepend(make("option", { value: -1, selected: true }, visibleText(writeJson(value, 0))));
  return { element: labelled(control, context), read: () => (control.value === "-1" ? value : choices[control.value]) };
}

/** What no form fits is JSON; what is not JSON yet is kept as a text. */
function jsonField(value, context) {
  const control = make("textarea", { value: value === undefined ? "" : writeJson(value), rows: 3, className: "code", spellcheck: false });
  return { element: labelled(control, { ...context, note: context.note || "JSON" }), read: () => tryJson(control.value) ?? control.value };
}

function variantField(value, ways, context) {
  let at = variantOf(plain(value), ways, context.root);
  const names = ways.map((way, index) => way.title ?? (way.const === undefined ? typeOf(way) : String(way.const)) ?? `#${index + 1}`);
  const control = make("select", { className: "form-select code" }, ...names.map((name, index) => make("option", { value: index, selected: index === at }, visibleText(name))));
  const held = ways.map(() => undefined);
  let inner = field(ways[at], value, { ...context, label: "" });
  const head = labelled(control, context);
  const element = make("div", { className: "arg-variant" }, head, inner.element);
  control.addEventListener("change", () => {
    held[at] = inner.read();
    at = Number(control.value);
    inner = field(ways[at], held[at] ?? firstValue(ways[at], context.root), { ...context, label: "" });
    element.replaceChildren(head, inner.element);
    context.changed();
  });
  return { element, read: () => inner.read() };
}

/** The field of a value: {element, read()}. `context`: {root, path, label, changed}. */
export function field(given, value, context) {
  const schema = resolve(given, context.root);
  const made = { ...context, note: schema.description ?? hint(schema) };
  const ways = variants(schema, context.root);
  const found = ways.length ? variantField(value, ways, made) : plainField(schema, value, made);
  found.element.dataset.path = context.path;
  return found;
}

function plainField(schema, value, context) {
  const type = typeOf(schema);
  if (schema.enum) return choiceField(value, schema.enum, context);
  if (schema.const !== undefined) return choiceField(value, [schema.const], context);
  if (type === "boolean" && typeof value === "boolean") return choiceField(value, [true, false], context);
  if (type === "string" && typeof value === "string") return textField(value, context);
  if ((type === "number" || type === "integer") && (isNumber(value) || value === "")) return numberField(value, context);
  if (type === "null" && value === null) return { element: make("div", { className: "arg-null" }), read: () => null };
  if (type === "object" && isObject(value) && (schema.properties || !schema.additionalProperties)) return objectField(schema, value, context, field);
  if (type === "array" && Array.isArray(value)) return arrayField(schema, value, context, field);
  return jsonField(value, context);
}

export class SchemaForm {
  /** Fills `place` with the form; `onChange(value)` hears what a person changes. */
  constructor(place, { schema, value, onChange }) {
    Object.assign(this, { place, schema });
    const changed = () => {
      this.check();
      onChange(this.read());
    };
    this.field = field(schema, value, { root: schema, path: "", label: "", changed });
    place.replaceChildren(this.field.element);
    place.oninput = changed;
    this.check();
  }

  read() {
    return this.field.read();
  }

  /** Writes what the schema objects to below each field. */
  check() {
    findAll(".arg-problem", this.place).forEach((old) => old.remove());
    const found = checkSchema(plain(this.read()), this.schema);
    for (const { path, error } of found) {
      const near = findAll("[data-path]", this.place).filter(({ dataset }) => path === dataset.path || path.startsWith(dataset.path));
      const text = near.at(-1)?.dataset.path === path ? error : `${path} ${error}`;
      (near.at(-1) ?? this.place).append(makeShown("p", { className: "arg-problem" }, text));
    }
    return found;
  }
}
