// The editor of an answer: a form and its JSON, two views of one draft. See docs/dashboard.md.

import { problems } from "./api.js";
import { AnswerForm } from "./answerform.js";
import { Check, sizeOf } from "./check.js";
import { CodeView } from "./codeview.js";
import { isContent, payloadOf } from "./content.js";
import { DraftBody } from "./draftbody.js";
import { DraftFields } from "./draftfields.js";
import { pressed } from "./editorkeys.js";
import { showProblems } from "./fieldproblems.js";
import { find, findAll, on } from "./page.js";
import { writeJson } from "./rawjson.js";
import { shortfalls } from "./shortfalls.js";
import { fill, gettext, ngettext } from "./words.js";

const CHECK_MS = 300;

export class Editor {
  #check = new Check();
  #timer = 0;
  #told = 0; // counts what was said of the draft: a check that was asked for before comes too late

  /** `onChange(draft)` hears every change that a person makes; Ctrl+Enter calls `send`, by default the form is submitted; `own`: see DraftFields. */
  constructor(root, { onChange = () => {}, own = null, send = () => root.requestSubmit() } = {}) {
    Object.assign(this, { root, onChange, send, call: null, body: new DraftBody() });
    const changed = () => this.#changed();
    this.fields = new DraftFields(root, { onChange: changed, own });
    this.answer = new AnswerForm(root, this, { onChange: changed });
    this.code = new CodeView(find("[data-code]", root), {
      onChange: (text) => this.#written(text),
      check: () => this.#checked(),
    });
    root.addEventListener("input", ({ target }) => {
      if (target.name && target.name !== "view" && !target.closest("[data-own], [data-code]")) this.answer.take(target);
      else if (!target.closest("[data-headers]")) return;
      changed();
    });
    on(root, "change", "[name=view]", (_, { value }) => {
      this.#turn(value);
      if (this.draft()) this.onChange(this.draft());
    });
    on(root, "click", "[data-to-json]", () => Object.assign(this, { view: "json" }));
    on(root, "click", "[data-indent]", () => this.code.indent());
    root.addEventListener("keydown", (event) => pressed(this, event));
    find("[data-templates]", root).addEventListener("show.bs.dropdown", async ({ currentTarget: menu }) => (await import("./templatemenu.js")).offerTemplates(menu, this));
    this.about(null);
    this.fill(null);
  }

  /** What the call asked for; null for none. */
  about(call) {
    this.call = call;
    this.answer.about(call);
    this.#read({ view: this.view, ...this.draft() });
  }

  /** Shows a draft: REST's fields, the body in `response` or as its text in `body`; null empties the editor. */
  fill(draft) {
    this.#read(draft ?? {});
    this.problems([]);
    find("[data-tokens]", this.root).textContent = "";
    if (draft) this.#checkSoon();
  }

  /** The same, as if a person had written it. */
  take(draft) {
    this.fill(draft);
    this.#changed();
    this.focus();
  }

  /** What stands there, as `fill` takes it; null when nothing was written. */
  draft() {
    const fields = this.fields.read();
    const { text, kind, spare } = this.body;
    const hasSpare = Object.values(spare).some(Boolean);
    if (!text && !hasSpare && !Object.keys(fields).length) return null;
    return { ...fields, body: text, kind, spare, view: this.view };
  }

  /** The request's body: `response` spelled as written, the other fields, `more`. Null, and a word, when it cannot be sent. */
  payload(more = {}) {
    return this.isReady() ? payloadOf(this.body.text, { ...this.fields.read(), ...more }) : null;
  }

  /** Whether what stands there can be sent; if not, a word says why. */
  isReady() {
    this.answer.settle();
    const { status } = this.fields;
    if (this.body.root === undefined) return this.#refuse(gettext("This is not JSON yet: mend it before it is sent."));
    const isEnough = this.answer.short.isOn || this.fields.fault.isEnough || status >= 400 || status === 204;
    return this.body.isEmpty && !isEnough ? this.#refuse(gettext("Write a reply first.")) : true;
  }

  /** What is doubtful in what can be sent, as lines of text. */
  async findings() {
    const own = isContent(this.body.root) ? [] : shortfalls(this.body, { offers: this.answer.offers, schema: this.answer.structure.schema });
    const { warnings } = await this.#checked();
    return [...own, ...warnings.map(({ field, error }) => `${field.replace(/^response\.?/, "")}: ${error}`)];
  }

  /** Puts what is wrong beside its field: the server's answer, its errors, or lines of text. */
  problems(found) {
    const list = Array.isArray(found) ? found : found.errors?.length ? found.errors : problems({ data: found });
    if (list.length) this.#told += 1;
    showProblems(this.root, list, { isAnswer: true });
  }

  lock(yes) {
    find("[data-fields]", this.root).disabled = yes;
    find("[data-code]", this.root).inert = yes;
  }

  get view() {
    return this.root.elements.view.value;
  }

  set view(view) {
    this.root.elements.view.value = view;
    this.#turn(view);
    this.focus();
    if (this.draft()) this.onChange(this.draft());
  }

  /** Makes the draft OpenAI's own error of that status. */
  error(status) {
    this.view = "form";
    this.answer.become("error");
    this.answer.error.choose(status);
  }

  focus() {
    (this.view === "json" ? this.code : this.answer).focus();
  }

  #read(draft) {
    const { response, kind, spare, view = this.answer.short.isOn ? "json" : "form" } = draft;
    this.fields.write(draft);
    const text = draft.body ?? (response === undefined ? "" : writeJson(response));
    const { hasSchema, first } = this.answer;
    this.body.write(text, { kind, spare, status: this.fields.status, hasSchema, first });
    this.root.elements.view.value = view;
    this.#turn(view);
  }

  #turn(view) {
    for (const part of findAll("[data-view]", this.root)) part.hidden = part.dataset.view !== view;
    if (view === "json") this.code.show(this.body.text);
    this.answer.show();
    this.#size();
  }

  #written(text) {
    const { kind, spare } = this.draft() ?? {};
    this.body.write(text, { kind, spare, status: this.fields.status, hasSchema: this.answer.hasSchema });
    this.#changed();
  }

  #changed() {
    this.#size();
    this.answer.showContent();
    this.problems([]);
    this.#checkSoon();
    this.onChange(this.draft());
  }

  #size() {
    this.fields.showMore();
    find("[data-size]", this.root).textContent = this.body.text ? sizeOf(this.body.text) : "";
  }

  #checked() {
    return this.#check.of(this.body.text, this.fields.read(), this.call?.id);
  }

  #checkSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout((told) => this.#look(told), CHECK_MS, ++this.#told);
  }

  /** What the server would say of it, beside the fields; what is about the JSON's text stands in the text. */
  async #look(turn) {
    const { text } = this.body;
    const { errors, warnings, completion_tokens: n } = await this.#checked();
    if (text !== this.body.text) return;
    find("[data-tokens]", this.root).textContent = n === null || !text ? "" : fill(ngettext("%(n)s token", "%(n)s tokens", n), { n });
    const doubts = text ? warnings : []; // what is not written yet is not doubtful
    if (turn === this.#told) showProblems(this.root, [...errors, ...doubts.map((one) => ({ ...one, level: "warn" }))]);
  }

  #refuse(line) {
    this.problems([line]);
    return false;
  }
}
