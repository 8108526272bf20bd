// An answer in the structure that the call's response_format asks for: a form by its schema, or JSON.

import { asStructure } from "./bodyparts.js";
import { find, make } from "./page.js";
import { isObject, tryJson, writeJson } from "./rawjson.js";
import { firstValue } from "./schema.js";
import { SchemaForm } from "./schemaform.js";
import { showText } from "./visible.js";
import { fill, gettext } from "./words.js";

export class StructureForm {
  /** `onChange(content)` hears what a person changes. */
  constructor(root, { onChange }) {
    Object.assign(this, { root, onChange, schema: null, content: undefined, asJson: false });
    this.place = find("[data-structure]", root);
    this.other = find("[data-schema-json]", root);
    this.other.addEventListener("click", () => {
      this.asJson = !this.asJson;
      this.#draw();
    });
  }

  /** Takes a call's response_format; whether it asks for a structure. */
  about(format) {
    const wanted = isObject(format) && format.type === "json_schema" ? format.json_schema : null;
    this.schema = isObject(wanted?.schema) ? wanted.schema : null; // a wish for some JSON has none
    const name = wanted?.name ?? "JSON";
    showText(find("[data-schema-name]", this.root), fill(gettext("What %(name)s asks for"), { name }));
    return this.schema !== null;
  }

  /** A first value when there is none yet. */
  begin() {
    if (asStructure(this.content) === undefined) this.#changed(firstValue(this.schema, this.schema));
    this.#draw();
  }

  show(content) {
    this.content = content;
    this.#draw();
  }

  /** Content that was a text stays one: its author wrote a whole completion. */
  #changed(value) {
    this.content = typeof this.content === "string" && this.content ? writeJson(value, 0) : value;
    this.onChange(this.content);
  }

  #draw() {
    const value = asStructure(this.content === undefined ? firstValue(this.schema, this.schema) : this.content);
    const canForm = value !== undefined;
    this.other.hidden = !canForm;
    this.other.ariaPressed = String(this.asJson);
    this.other.textContent = this.asJson ? gettext("as a form") : gettext("as JSON");
    if (canForm && !this.asJson) new SchemaForm(this.place, { schema: this.schema, value, onChange: (changed) => this.#changed(changed) });
    else this.#text(value);
  }

  /** What is no JSON goes out as the text that it is. */
  #text(value) {
    const given = value === undefined ? String(this.content ?? "") : writeJson(value);
    const field = make("textarea", { rows: 10, className: "code", spellcheck: false, value: given, ariaLabel: gettext("The structure, as JSON") });
    this.place.oninput = () => {
      const read = tryJson(field.value);
      this.content = isObject(read) || Array.isArray(read) ? read : field.value;
      this.onChange(this.content);
    };
    this.place.replaceChildren(field);
  }
}
