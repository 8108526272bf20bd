// What is written in a template and not saved yet, and what it was tried with: kept in this tab, and put there again.

import { loadDraft, saveDraft } from "./drafts.js";
import { notice } from "./notices.js";
import { find } from "./page.js";
import { gettext } from "./words.js";

const triedOf = (name) => `tried:${name}`;

export class TemplateDraft {
  /** `renewing` knows what the server has; `onForm()` after something was put into the fields. */
  constructor(root, renewing, { onForm }) {
    Object.assign(this, { renewing, onForm, note: find("#template-unsaved") });
    this.name = root.dataset.name || location.search; // a new one has the name of its page: "?new", "?copy=…"
    this.key = `template:${this.name}`;
    this.tried = [find("#try-call"), find("#try-vars")];
    if (this.note) find("button", this.note).addEventListener("click", () => this.discard());
    find(".template-try").addEventListener("input", () => this.keepTried(this.name));
    this.#restore();
  }

  #restore() {
    const [call, vars] = loadDraft(triedOf(this.name)) ?? ["", ""];
    const isThere = [...this.tried[0].options].some(({ value }) => value === call); // it may be an old one by now
    this.tried[0].value = isThere ? call : "";
    this.tried[1].value = vars;
    const draft = this.note && loadDraft(this.key);
    if (draft?.opened) this.#resume(draft);
  }

  #resume(draft) {
    this.renewing.resume(draft);
    this.keep();
    this.onForm();
  }

  /** Keeps what stands there, unless the server has just that. */
  keep() {
    if (!this.note) return; // a ready one
    const { written, opened, version, isChanged } = this.renewing;
    saveDraft(this.key, isChanged ? { written, opened, version } : null);
    this.note.hidden = !isChanged;
  }

  /** What it is tried with, for the template of that name. */
  keepTried(name) {
    const tried = this.tried.map(({ value }) => value);
    saveDraft(triedOf(name), tried.some(Boolean) ? tried : null);
  }

  /** It was added as a template of that name: there it goes on. */
  added(name) {
    this.keepTried(name);
    this.forget();
  }

  forget() {
    saveDraft(this.key, null);
    saveDraft(triedOf(this.name), null);
  }

  discard() {
    const { written, opened, version } = this.renewing;
    this.#resume({ written: opened, opened, version });
    const undo = () => this.#resume({ written, opened, version });
    notice(gettext("What was not saved is discarded."), { undo, stay: true, name: "discarded" });
    find("#t-response").focus();
  }
}
