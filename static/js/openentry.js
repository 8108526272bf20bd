// A preset as it was opened, and what was changed of it since: in the editor, and by others.

import { changes, clashes } from "./changes.js";
import { asShown, clearedOf, isContent, payloadOf } from "./content.js";

/** As others have changed it: calls that count down how often it answers are no change of anybody's. */
const byOthers = (was, now) => (now.uses !== null && now.uses < was.uses ? { ...now, uses: was.uses } : now);

export class OpenEntry {
  #was; // what the editor read of it

  /** Shows the entry, as the server gave it to edit. */
  constructor(editor, entry) {
    this.editor = editor;
    this.#show(entry);
  }

  /** The fields that were changed in the editor; the body's text is `body`. */
  get mine() {
    return changes(this.#was, this.#values());
  }

  get isChanged() {
    return Object.keys(this.mine).length > 0;
  }

  /** The request's body of just these changes; null, and a word, when it cannot be sent. */
  payload() {
    if (!this.editor.isReady()) return null;
    const { body, ...fields } = this.mine;
    return payloadOf(body, body === undefined ? fields : { ...clearedOf(this.editor.body.root), ...fields });
  }

  /** What of `mine` others have changed, too, as the entry is now: the fields' names. */
  clashes(entry, mine = this.mine) {
    const names = clashes(asShown(this.entry), mine, asShown(byOthers(this.entry, entry)));
    return names.map((name) => (name === "body" ? "response" : name));
  }

  /** Goes on from what the entry is now, with what was changed here. */
  become(entry) {
    const { mine } = this;
    const { given, ...others } = changes(this.entry, entry); // how often it was given is not shown
    if (!Object.keys(others).length) return;
    const { view, kind, spare } = this.editor.draft() ?? {};
    this.#show(entry);
    if (Object.keys(mine).length) this.editor.fill({ ...asShown(entry), view, ...("body" in mine && { kind, spare }), ...mine });
  }

  /** `mine` was saved, and that is what the entry is now. */
  saved(entry, mine) {
    this.entry = entry ?? this.entry;
    this.#was = { ...this.#was, ...mine };
  }

  #show(entry) {
    this.entry = entry;
    this.editor.fill(asShown(entry));
    this.#was = this.#values();
  }

  /** Every field as REST takes it, also what needs no word. */
  #values() {
    const { fields, body } = this.editor;
    return { ...fields.values(isContent(body.root) ? { status_code: null } : {}), body: body.text };
  }
}
