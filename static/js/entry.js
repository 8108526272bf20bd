// The panel in which one entry is written or changed.

import { problems } from "./api.js";
import { loadDraft, saveDraft } from "./drafts.js";
import { Editor } from "./editor.js";
import { EntryFields } from "./entryfields.js";
import { notice } from "./notices.js";
import { find, findAll } from "./page.js";
import { fill, gettext, ngettext } from "./words.js";

const GONE = gettext("This preset is not in the queue any more: it was taken or deleted meanwhile. You can add what stands here as a new one.");
const UNSAVED = gettext("What you had not saved yet stands here.");

export class EntryForm {
  /** The entry that is being changed; "" for a new one. */
  id = "";

  /** `onOpen()` before the panel is shown, `onDone(id)` after an entry was written. */
  constructor(queue, { onOpen, onDone }) {
    Object.assign(this, { queue, onOpen, onDone });
    this.form = find("#entry");
    this.editor = new Editor(this.form, { onChange: (draft) => saveDraft(this.#name, draft), own: new EntryFields(this.form) });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  get #name() {
    return this.id ? `entry.${this.id}` : `queue.${this.queue.caller}`;
  }

  new() {
    this.#open("");
    this.editor.fill(loadDraft(this.#name));
    this.editor.focus();
  }

  async edit(id, place) {
    const entry = await this.queue.entry(id);
    if (!entry) return notice(GONE, { level: "warn" });
    this.#open(id, place);
    this.uses = entry.uses;
    const draft = loadDraft(this.#name);
    this.editor.fill(draft ?? entry);
    if (draft) this.#note(UNSAVED);
    return this.editor.focus();
  }

  #open(id, place = 0) {
    this.onOpen();
    this.id = id;
    this.form.hidden = false;
    const title = find("#entry-title");
    title.textContent = id ? fill(gettext("Preset %(n)s"), { n: place.toLocaleString() }) : title.dataset.new;
    findAll("[data-when]", this.form).forEach((part) => (part.hidden = part.dataset.when !== (id ? "edit" : "new")));
    this.#note("");
    this.editor.problems([]);
  }

  #note(text) {
    find("#entry-note").textContent = text;
    find("#entry-note").hidden = !text;
  }

  async #send() {
    const { id } = this;
    const body = await this.editor.payload(id ? this.#cleared() : {}); // what is not named stays
    if (!body) return;
    const result = await (id ? this.queue.change(id, body) : this.queue.add(body));
    if (result.code === 404 && id) this.#asNew();
    else if (result.code !== 200) this.editor.problems(result.data.errors ? result.data : problems(result));
    else this.#written(id, result.data);
  }

  /** How often it answers is named only if it was changed: calls count it down meanwhile. */
  #cleared() {
    const { uses = 1 } = this.editor.fields.read();
    return { ...this.editor.cleared(), ...(uses === this.uses ? { uses: undefined } : {}) };
  }

  #asNew() {
    const draft = this.editor.draft();
    saveDraft(this.#name, null);
    this.#open("");
    this.editor.fill(draft);
    this.#note(GONE);
  }

  #written(id, { queue_length: n }) {
    saveDraft(this.#name, null);
    if (id) notice(gettext("Saved."), { name: "written" });
    else {
      notice(fill(ngettext("Added; the queue has %(n)s preset.", "Added; the queue has %(n)s presets.", n), { n: n.toLocaleString() }), { name: "written" });
      this.editor.fill(null);
      this.#note("");
      this.editor.focus();
    }
    this.onDone(id);
  }
}
