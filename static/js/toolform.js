// The tool calls of an answer: which of the call's tools, with which arguments.

import { find, findAll, make } from "./page.js";
import { isObject, tryJson, writeJson } from "./rawjson.js";
import { firstValue } from "./schema.js";
import { SchemaForm } from "./schemaform.js";
import { makeShown, visibleText } from "./visible.js";
import { fill, gettext } from "./words.js";

const NO_SCHEMA = { type: "object" };
let count = 0;

/** {name, schema, isCustom} of each tool that a call offers. */
export function offered(tools) {
  const named = (tools ?? []).filter(isObject).map((tool) => ({ ...(tool.function ?? tool.custom ?? tool), isCustom: tool.type === "custom" }));
  return named.filter(({ name }) => typeof name === "string").map(({ name, parameters, isCustom, description }) => ({
    name, isCustom, description, schema: isObject(parameters) ? parameters : NO_SCHEMA,
  }));
}

/** Where a call's name and arguments stand: in a short form in itself. */
const inner = (call) => [call.function, call.custom].find(isObject) ?? call;
const inputName = (call) => (isObject(call.custom) ? "input" : "arguments");

function argumentsOf(call) {
  const given = inner(call)[inputName(call)];
  const value = typeof given === "string" ? tryJson(given) : given;
  return isObject(value) ? value : undefined;
}

/** The name and the arguments of a call; undefined when they are no object. */
export const toolOf = (call) => ({ name: inner(call).name, value: argumentsOf(call) });

export class ToolForm {
  /** `onChange(calls)` hears what a person changes. */
  constructor(place, { onChange }) {
    Object.assign(this, { place, onChange, tools: [], calls: [] });
  }

  show(calls, tools) {
    this.tools = tools;
    this.calls = Array.isArray(calls) ? calls.map((call) => (isObject(call) ? call : { name: String(call) })) : [];
    this.#draw();
  }

  /** A first call, of the first tool. */
  begin() {
    if (!this.calls.length) this.#add();
  }

  #add() {
    const [first] = this.tools;
    this.calls.push(first ? this.#made(first) : { name: "", arguments: {} });
    this.#draw();
    this.onChange(this.calls);
    this.place.querySelector(".tool:last-of-type select, .tool:last-of-type input")?.focus();
  }

  #made({ name, schema, isCustom }) {
    return isCustom ? { type: "custom", custom: { name, input: "" } } : { name, arguments: firstValue(schema, schema) };
  }

  #draw() {
    const add = make("button", { type: "button", className: "tag" }, this.calls.length ? gettext("+ another call") : gettext("+ a call"));
    add.addEventListener("click", () => this.#add());
    this.place.replaceChildren(...this.calls.map((call, index) => this.#card(call, index)), add);
  }

  #card(call, index) {
    const body = make("div", { className: "tool-body" });
    const drop = make("button", { type: "button", className: "icon-button", ariaLabel: fill(gettext("Take out call %(n)s"), { n: index + 1 }) }, "×");
    drop.addEventListener("click", () => {
      this.calls.splice(index, 1);
      this.#draw();
      const drops = findAll(".tool-head > .icon-button", this.place);
      (drops[index] ?? drops.at(-1) ?? find(":scope > .tag", this.place)).focus();
      this.onChange(this.calls);
    });
    const head = make("div", { className: "tool-head" }, this.#chooser(call, index), drop);
    const card = make("fieldset", { className: "tool" }, make("legend", { className: "visually-hidden" }, fill(gettext("Call %(n)s"), { n: index + 1 })), head, body);
    this.#arguments(call, body);
    return card;
  }

  /** Which tool: one of the call's own, or a name when it offers none. */
  #chooser(call, index) {
    const { name = "" } = inner(call);
    const label = fill(gettext("Tool of call %(n)s"), { n: index + 1 });
    if (!this.tools.length) {
      const field = make("input", { value: name, className: "code", placeholder: "get_weather", ariaLabel: label });
      field.addEventListener("input", () => this.#rename(call, field.value));
      return field;
    }
    const names = this.tools.map((tool) => tool.name);
    const known = names.includes(name) ? [] : [make("option", { value: name, selected: true }, fill(gettext("%(name)s (not offered by the call)"), { name: visibleText(name) || "?" }))];
    const select = make("select", { className: "form-select code", ariaLabel: label }, ...known, ...names.map((one) => make("option", { value: one, selected: one === name }, visibleText(one))));
    select.addEventListener("change", () => {
      const tool = this.tools.find((one) => one.name === select.value);
      if (tool) this.calls[index] = { ...(call.id ? { id: call.id } : {}), ...this.#made(tool) };
      this.#draw();
      findAll(".tool-head select", this.place)[index].focus();
      this.onChange(this.calls);
    });
    return select;
  }

  #rename(call, name) {
    inner(call).name = name;
    this.onChange(this.calls);
  }

  /** The arguments as a form by their schema, or as JSON: when there is no schema, or when a person wants that. */
  #arguments(call, body, { asJson = false } = {}) {
    const tool = this.tools.find(({ name }) => name === inner(call).name);
    const value = argumentsOf(call);
    const hasForm = tool && !tool.isCustom && value !== undefined && Object.keys(tool.schema.properties ?? {}).length > 0;
    const place = make("div", {});
    const parts = [place];
    if (tool?.description) parts.unshift(makeShown("p", { className: "field-note" }, tool.description));
    if (hasForm && !asJson) this.#form(call, place, tool.schema, value);
    else place.append(this.#text(call));
    if (hasForm) {
      const other = make("button", { type: "button", className: "link" }, asJson ? gettext("as a form") : gettext("as JSON"));
      other.addEventListener("click", () => {
        this.#arguments(call, body, { asJson: !asJson });
        find(":scope > .link", body).focus();
      });
      parts.push(other);
    }
    body.replaceChildren(...parts);
  }

  #form(call, place, schema, value) {
    const wasText = typeof inner(call).arguments === "string";
    new SchemaForm(place, { schema, value, onChange: (changed) => this.#write(call, wasText ? writeJson(changed, 0) : changed) });
  }

  /** A text that is no JSON object goes out as the text that it is: some callers must bear that, too. */
  #text(call) {
    const given = inner(call)[inputName(call)];
    const wasText = typeof given === "string";
    const id = `arguments-${++count}`;
    const label = make("label", { className: "label", htmlFor: id }, isObject(call.custom) ? gettext("Input") : gettext("Arguments (JSON)"));
    const field = make("textarea", { id, rows: 4, className: "code", spellcheck: false, value: wasText ? given : writeJson(given ?? {}) });
    field.addEventListener("input", () => {
      const value = tryJson(field.value);
      this.#write(call, wasText || !isObject(value) ? field.value : value);
    });
    return make("div", {}, label, field);
  }

  #write(call, value) {
    inner(call)[inputName(call)] = value;
    this.onChange(this.calls);
  }
}
