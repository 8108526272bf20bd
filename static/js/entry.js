// The panel in which one entry is written or changed.

import { problems } from "./api.js";
import { asShown, sequenceFrom } from "./content.js";
import { loadDraft, saveDraft } from "./drafts.js";
import { Editor } from "./editor.js";
import { EntryFields } from "./entryfields.js";
import { notice } from "./notices.js";
import { find, findAll, on, single } from "./page.js";
import { fill, gettext, ngettext } from "./words.js";

const GONE = gettext("This preset is not in the queue any more: it was taken or deleted meanwhile. You can add what stands here as a new one.");
const UNSAVED = gettext("What you had not saved yet stands here.");

export class EntryForm {
  /** The entry that is being changed; "" for a new one. */
  id = "";
  #turn = 0; // counts what was opened: an entry that was asked for before comes too late

  /** `onOpen()` before the panel is shown, `onDone(id)` after an entry was written. */
  constructor(queue, { onOpen, onDone }) {
    Object.assign(this, { queue, onOpen, onDone });
    this.form = find("#entry");
    this.editor = new Editor(this.form, { onChange: (draft) => saveDraft(this.#name, draft), own: new EntryFields(this.form) });
    on(this.form, "click", "[data-begin] button", () => this.editor.take(sequenceFrom(this.editor.draft() ?? {})));
    const send = single(() => this.#send());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      send();
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
    const turn = ++this.#turn;
    const entry = await this.queue.entry(id);
    if (turn !== this.#turn) return undefined;
    if (!entry) return notice(GONE, { level: "warn" });
    this.#open(id, place);
    this.uses = entry.uses;
    const draft = loadDraft(this.#name);
    this.editor.fill(draft ?? asShown(entry));
    if (draft) this.#note(UNSAVED);
    return this.editor.focus();
  }

  #open(id, place = 0) {
    this.#turn += 1;
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
    const name = this.#name;
    const turn = this.#turn;
    const body = await this.editor.payload(id ? this.#cleared() : {}); // what is not named stays
    if (!body) return;
    const sent = JSON.stringify(this.editor.draft());
    const result = await (id ? this.queue.change(id, body) : this.queue.add(body));
    const isOpen = turn === this.#turn;
    if (result.code === 200) {
      const isSame = isOpen && sent === JSON.stringify(this.editor.draft());
      if (isSame || !isOpen) saveDraft(name, null); // what was written on meanwhile is a draft of its own
      this.#written(id, isSame, result.data);
    } else if (!isOpen) notice(problems(result).join(" "), { level: "warn" });
    else if (result.code === 404 && id) this.#asNew();
    else this.editor.problems(result.data.errors ? result.data : problems(result));
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

  /** `isSame`: the panel shows still what was sent. */
  #written(id, isSame, { queue_length: n }) {
    if (id) notice(gettext("Saved."), { name: "written" });
    else {
      notice(fill(ngettext("Added; the queue has %(n)s preset.", "Added; the queue has %(n)s presets.", n), { n: n.toLocaleString() }), { name: "written" });
      if (isSame) {
        this.editor.fill(null);
        this.#note("");
        this.editor.focus();
      }
    }
    this.onDone(isSame ? id : "");
  }
}
