// The JSON view of a draft: CodeMirror, loaded when it is first shown, with the server's reading as lint.

import { staying } from "./focus.js";
import { indent } from "./json.js";
import { gettext } from "./words.js";

export class CodeView {
  #loading = null;

  /** `onChange(text)` hears what a person writes; `check()` promises the server's reading. */
  constructor(place, { onChange, check }) {
    Object.assign(this, { place, onChange, check, text: "" });
  }

  async show(text) {
    this.text = text;
    const editor = await this.#load();
    if (editor.read() !== this.text) editor.write(this.text);
  }

  /** Indented, every spelling as it was. */
  indent() {
    const text = indent(this.text);
    if (text === this.text) return;
    this.show(text);
    this.onChange(text);
  }

  async focus() {
    const isHere = staying();
    const editor = await this.#load();
    if (isHere()) editor.focus(); // it may take a while to come
  }

  #load() {
    this.#loading ??= this.#make();
    return this.#loading;
  }

  async #make() {
    const [{ codeEditor }, { diagnostics }] = await Promise.all([import("./code.js"), import("./diagnostics.js")]);
    return codeEditor(this.place, {
      text: this.text,
      label: gettext("The body, as JSON"),
      lint: async (text) => (text.trim() ? diagnostics(text, await this.check()) : []),
      onChange: (text) => {
        this.text = text;
        this.onChange(text);
      },
    });
  }
}
