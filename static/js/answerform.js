// The form of an answer: what kind it is, and the fields of that kind.

import { beyond } from "./bodyparts.js";
import { contentLine } from "./content.js";
import { ErrorForm } from "./errorform.js";
import { find, findAll, on } from "./page.js";
import { isObject, writeJson } from "./rawjson.js";
import { ShortForms } from "./shortforms.js";
import { StructureForm } from "./structureform.js";
import { offered, ToolForm } from "./toolform.js";
import { UsageForm } from "./usageform.js";
import { fill, gettext } from "./words.js";

const NAMES_SHOWN = 8;
const FIRST_FIELD = "textarea, input:not([type=radio]), select";
const TEXTS = { text: "content", refusal: "refusal" };

export class AnswerForm {
  /** `editor` has the draft's `body` and `fields`; `onChange()` hears what a person changes. */
  constructor(root, editor, { onChange }) {
    Object.assign(this, { root, editor, onChange, hasSchema: false, first: "text", offers: [], errorHeaders: [] });
    const set = (name) => (value) => {
      editor.body.set(name, value);
      onChange();
    };
    this.tools = new ToolForm(find("[data-tools]", root), { onChange: set("tool_calls") });
    this.structure = new StructureForm(root, { onChange: set("content") });
    this.usage = new UsageForm(root);
    this.short = new ShortForms(root, { onPick: (text) => this.#pick(text) });
    this.error = new ErrorForm(find("[data-error-form]", root), { onChange: set("error"), onPreset: (preset) => this.#preset(preset) });
    on(root, "change", "[name=kind]", (_, { value }) => this.become(value));
  }

  /** What the call offers and wants. */
  about(call) {
    this.short.about(call?.shortForms);
    this.offers = offered(call?.tools);
    this.error.model = call?.model;
    this.hasSchema = this.structure.about(call?.response_format);
    this.first = this.hasSchema ? "schema" : "text";
    if (call) this.root.toggleAttribute("data-paceless", call.stream === false); // its tokens have no pace
    find("[data-schema-kind]", this.root).hidden = !this.hasSchema;
  }

  /** Whether there are no words to write: all but an error of an endpoint that no text answers. */
  get isJsonOnly() {
    return this.short.isOn && this.editor.body.kind !== "error";
  }

  become(kind) {
    const { body, fields } = this.editor;
    if (body.kind === "error" && kind !== "error") this.#leaveError();
    body.become(kind);
    if (kind === "error") this.#enterError();
    else if (fields.status >= 400) fields.status = 200;
    this.show();
    if (kind === "tools") this.tools.begin();
    if (kind === "schema") this.structure.begin();
    this.onChange();
  }

  /** What a schema's form shows before anything is changed in it is the answer, too. */
  settle() {
    const { body } = this.editor;
    if (this.editor.view === "form" && body.isShown && body.kind === "schema" && body.get("content") === undefined) this.structure.begin();
  }

  /** Takes what was written into a field of the form. */
  take(field) {
    const { body, fields } = this.editor;
    if (field.name in TEXTS) body.set(TEXTS[field.name], field.value || undefined);
    if (field.name === "finish_reason") body.set("finish_reason", field.value || undefined);
    if (["usage", "prompt_tokens", "completion_tokens"].includes(field.name)) body.set("usage", this.usage.read(body.get("usage")));
    if (field.name === "status_code" && body.isShown) this.error.show(body.get("error"), fields.status);
  }

  /** Shows the draft. */
  show() {
    const { body, fields } = this.editor;
    find("[data-shown]", this.root).hidden = !body.isShown;
    find("[data-unshown]", this.root).hidden = body.isShown && !this.isJsonOnly;
    find("[data-why]", this.root).textContent = this.#why(body);
    this.short.show(this.isJsonOnly);
    this.showContent();
    if (this.editor.view !== "form") return;
    this.#showKind(body.isShown ? body.kind : "");
    if (!body.isShown) return;
    const { elements } = this.root;
    const content = body.get("content");
    elements.text.value = isObject(content) ? writeJson(content) : typeof content === "string" ? content : "";
    elements.refusal.value = body.get("refusal") ?? "";
    elements.finish_reason.value = body.get("finish_reason") ?? "";
    this.usage.show(body.get("usage"));
    if (body.kind === "tools") this.tools.show(body.get("tool_calls"), this.offers);
    if (body.kind === "schema") this.structure.show(content);
    if (body.kind === "error") this.error.show(body.get("error"), fields.status);
    this.#showBeyond(beyond(body.root));
  }

  /** Says above the JSON what it is, where that is no body; a sequence can be begun with what is one. */
  showContent() {
    const { root } = this.editor.body;
    const line = contentLine(root);
    const label = find("[data-json-says]", this.root);
    label.textContent = line || label.dataset.usual;
    for (const place of findAll("[data-begin]", this.root)) place.hidden = Boolean(line) || root === undefined;
  }

  focus() {
    const { body } = this.editor;
    if (this.isJsonOnly) return find("[data-to-json]", this.root).focus();
    const parts = findAll(`[data-kind~="${body.isShown ? body.kind : ""}"]`, find("[data-shown]", this.root));
    (parts.map((part) => find(FIRST_FIELD, part) ?? find("button", part)).find(Boolean) ?? find("[data-to-json]", this.root)).focus();
  }

  #why(body) {
    if (body.root === undefined) return gettext("The body is not JSON yet, so that a form cannot show it.");
    if (this.isJsonOnly) return gettext("What answers this endpoint is written as JSON.");
    return contentLine(body.root) || gettext("The body is no reply in words: a form cannot show it.");
  }

  #showKind(kind) {
    if (kind) this.root.elements.kind.value = kind;
    if (this.isJsonOnly) kind = "";
    for (const part of findAll("[data-kind]", this.root)) part.hidden = !part.dataset.kind.split(" ").includes(kind);
    this.usage.reveal(kind);
  }

  #pick(text) {
    this.editor.fill({ ...this.editor.draft(), body: text, view: "json" });
    this.onChange();
    this.editor.focus();
  }

  #showBeyond(names) {
    const shown = names.slice(0, NAMES_SHOWN).join(", ") + (names.length > NAMES_SHOWN ? " …" : "");
    find("[data-beyond]", this.root).textContent = names.length ? fill(gettext("Only in the JSON, and kept: %(names)s"), { names: shown }) : "";
  }

  /** An error's status and headers go with it, and come back with it. */
  #leaveError() {
    const { body, fields } = this.editor;
    const isOfError = ([name]) => this.errorHeaders.includes(name);
    const headers = fields.headers.read();
    body.spare.sending = { status: fields.status, headers: headers.filter(isOfError) };
    fields.headers.write(headers.filter((one) => !isOfError(one)));
  }

  #enterError() {
    const { body, fields } = this.editor;
    const { status = fields.status, headers = [] } = body.spare.sending ?? {};
    if (isObject(body.get("error"))) this.#preset({ status, headers, error: body.get("error") });
    else this.error.choose(status >= 400 ? status : 429);
  }

  #preset({ status, error, headers = [] }) {
    const { body, fields } = this.editor;
    const own = fields.headers.read().filter(([name]) => !this.errorHeaders.includes(name));
    this.errorHeaders = headers.map(([name]) => name);
    fields.status = status;
    fields.headers.write([...own, ...headers]);
    body.set("error", error);
    this.error.show(error, status);
    this.onChange();
  }
}
