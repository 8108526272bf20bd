// The panel in which one entry is written or changed.

import { problems } from "./api.js";
import { Clash } from "./clash.js";
import { sequenceFrom } from "./content.js";
import { loadDraft, saveDraft } from "./drafts.js";
import { Editor } from "./editor.js";
import { EntryFields } from "./entryfields.js";
import { notice } from "./notices.js";
import { OpenEntry } from "./openentry.js";
import { find, findAll, on, single } from "./page.js";
import { fill, gettext, ngettext } from "./words.js";

const GONE = gettext("This preset is not in the queue any more: it was taken or deleted meanwhile. You can add what stands here as a new one.");
// Parts that cannot be filled under the hands of whoever is in one of them.
const UNFILLED = "[data-headers], [data-tools], [data-error-form]";
const CLASH = gettext("Somebody else has changed the same of this preset: what you wrote is not saved. Open it again to choose.");
const UNSAVED = gettext("What you had not saved yet stands here.");

export class EntryForm {
  /** The entry that is being changed; "" for a new one. */
  id = "";
  #turn = 0; // counts what was opened: an entry that was asked for before comes too late

  /** `onOpen()` before the panel is shown, `onDone(id)` after an entry was written. */
  constructor(queue, { onOpen, onDone }) {
    Object.assign(this, { queue, onOpen, onDone });
    this.form = find("#entry");
    this.editor = new Editor(this.form, { onChange: () => this.#keep(), own: new EntryFields(this.form) });
    this.clash = new Clash(find("#entry-clash"));
    on(this.form, "click", "[data-begin] button", () => this.editor.take(sequenceFrom(this.editor.draft() ?? {})));
    this.send = single(() => this.#send());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
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
    const draft = loadDraft(this.#name);
    this.opened = new OpenEntry(this.editor, draft?.opened ?? entry);
    if (draft) {
      this.editor.fill(draft);
      this.#hear(entry);
      if (this.opened.isChanged) this.#note(UNSAVED);
    }
    return this.editor.focus();
  }

  /** Looks whether somebody else has changed what is open. */
  async refresh() {
    const { id } = this;
    const turn = this.#turn;
    const entry = id && (await this.queue.entry(id));
    const isOpen = turn === this.#turn && id === this.id && !this.isSending;
    if (entry && isOpen && !document.activeElement.closest(UNFILLED)) this.#hear(entry);
  }

  /** The number of its row. */
  set place(place) {
    find("#entry-title").textContent = fill(gettext("Preset %(n)s"), { n: place.toLocaleString() });
  }

  #open(id, place = 0) {
    this.#turn += 1;
    this.onOpen();
    Object.assign(this, { id, opened: null });
    this.form.hidden = false;
    this.clash.hide();
    const title = find("#entry-title");
    if (id) this.place = place;
    else title.textContent = title.dataset.new;
    findAll("[data-when]", this.form).forEach((part) => (part.hidden = part.dataset.when !== (id ? "edit" : "new")));
    this.#note("");
    this.editor.problems([]);
  }

  #note(text) {
    find("#entry-note").textContent = text;
    find("#entry-note").hidden = !text;
  }

  /** Keeps what is written as long as it is not saved. */
  #keep() {
    const draft = this.opened?.isChanged === false ? null : this.editor.draft();
    saveDraft(this.#name, draft && { ...draft, opened: this.opened?.entry });
  }

  /** What this person has not touched becomes as it is now; whether both have changed the same, which is told. */
  #hear(entry) {
    const names = this.opened.clashes(entry);
    if (names.length) this.#tell(names, entry);
    else this.#become(entry);
  }

  #tell(names, entry) {
    const theirs = () => {
      this.opened = new OpenEntry(this.editor, entry);
      this.#note("");
      this.#keep();
      this.editor.focus();
    };
    const mine = () => {
      this.#become(entry);
      this.send();
    };
    this.clash.tell({ names, theirs, mine });
  }

  #become(entry) {
    this.clash.hide();
    this.opened.become(entry);
    this.#keep();
  }

  async #send() {
    const body = this.opened ? this.opened.payload() : this.editor.payload();
    if (!body) return;
    this.isSending = true;
    try {
      await (this.opened?.isChanged === false ? this.#unchanged() : this.#deliver(body));
    } finally {
      this.isSending = false;
    }
  }

  #unchanged() {
    this.#keep();
    notice(gettext("Nothing was changed."), { name: "written" });
    this.onDone(this.id);
  }

  async #deliver(body) {
    const { id, opened } = this;
    const name = this.#name;
    const turn = this.#turn;
    const isOpen = () => turn === this.#turn && id === this.id;
    const mine = opened?.mine;
    const sent = JSON.stringify(this.editor.draft());
    const now = id && (await this.queue.entry(id));
    const names = now ? opened.clashes(now, mine) : [];
    if (names.length) return isOpen() ? this.#tell(names, now) : notice(CLASH, { level: "warn" });
    const result = await (id ? this.queue.change(id, body) : this.queue.add(body));
    if (result.code === 200) {
      const isSame = isOpen() && sent === JSON.stringify(this.editor.draft());
      if (isSame || !isOpen()) saveDraft(name, null); // what was written on meanwhile is a draft of its own
      else if (id) await this.#goOn(mine);
      return this.#written(id, isSame, result.data);
    }
    if (!isOpen()) return notice(problems(result).join(" "), { level: "warn" });
    if (result.code === 404 && id) return this.#asNew();
    return this.editor.problems(result.data.errors ? result.data : problems(result));
  }

  /** What stands there was written on while `mine` was saved. */
  async #goOn(mine) {
    const { id, opened } = this;
    opened.saved(await this.queue.entry(id), mine);
    if (opened === this.opened) this.#keep();
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
