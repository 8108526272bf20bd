// An open queue: its list, its panels, its keys, and the events that change it.

import { problems } from "./api.js";
import { Blocks } from "./blocks.js";
import { Bring } from "./bring.js";
import { startDropping } from "./dropping.js";
import { EntryForm } from "./entry.js";
import { notice } from "./notices.js";
import { Order } from "./order.js";
import { coalesce, find, findAll, on } from "./page.js";
import { openMenu, press } from "./press.js";
import { Queue } from "./queue.js";
import { may } from "./rights.js";
import { refresh } from "./swap.js";
import { Deleting } from "./undo.js";
import { Why } from "./why.js";
import { gettext } from "./words.js";

const OF_QUEUES = ["queue_updated", "all_queues_updated"];
const OF_CALLS = ["new_request", "completed_request", "settled", "typing"];

/** What a key, a paste or a dropped file does, for whoever may press the button of it. */
const only = (least, act) => (given) => (may(least) ? act(given) : null);

class OpenQueue {
  constructor(root) {
    this.queue = new Queue({ caller: root.dataset.caller, href: root.dataset.href });
    this.state = find("#state");
    const href = (start) => `${this.queue.href}/from/${start}`;
    this.blocks = new Blocks(find("#entries"), { href, onFresh: () => this.#mark() });
    this.refetch = coalesce(() => this.#fetch());
    this.refetchState = coalesce(() => this.#fetchState());
    const done = { onOpen: () => this.#hideSides(), onDone: () => this.refetch() };
    this.order = new Order(this.queue, this.blocks);
    this.deleting = new Deleting(this.queue, this.blocks, done);
    this.bring = new Bring(this.queue, done);
    this.why = new Why(this.queue, done);
    this.form = new EntryForm(this.queue, { ...done, onDone: (id) => this.#onWritten(id) });
    startDropping({ onFile: only("operator", (file) => this.bring.import(file)), onText: only("operator", (text) => this.bring.paste(text)) });
    this.#listen(root);
    this.#show();
  }

  /** The shared queue is about every caller's calls. */
  onEvent(kind, { ip }) {
    const { caller } = this.queue;
    const isAboutQueues = OF_QUEUES.includes(kind);
    if (ip && ip !== caller && (isAboutQueues || caller !== "*")) return;
    if (isAboutQueues) this.refetch();
    else if (OF_CALLS.includes(kind)) this.refetchState();
  }

  /** The entry that has the focus, or holds what has it. */
  get row() {
    return document.activeElement.closest("#entries [data-id]");
  }

  async step(by) {
    const next = this.row ? await this.blocks.beside(this.row, by) : find("#entries [data-id]");
    if (!next) return;
    find("[data-open]", next).focus();
    next.scrollIntoView({ block: "nearest" });
  }

  edit(row) {
    return this.form.edit(row.dataset.id, this.blocks.placeOf(row)).then(() => this.#mark());
  }

  async duplicate(row) {
    const [next, entry] = await Promise.all([this.blocks.beside(row, 1), this.queue.entry(row.dataset.id)]);
    if (entry) await this.#told(this.queue.copy(entry, next?.dataset.id ?? null), gettext("Duplicated."));
  }

  pause() {
    const paused = !this.isPaused;
    const said = paused ? gettext("Paused: this queue counts as empty.") : gettext("Resumed.");
    return this.#told(this.queue.pause(paused), said);
  }

  close() {
    const { id } = this.form;
    const isOpen = find(".side:not([hidden])");
    if (!isOpen && this.row) return;
    this.#hideSides();
    const entry = find(isOpen ? `[data-id="${CSS.escape(id)}"] [data-open]` : "#entries [data-open]");
    (entry ?? find("#new")).focus();
  }

  get isPaused() {
    return "paused" in find("[data-count]", this.state).dataset;
  }

  async #told(asked, said) {
    const result = await asked;
    notice(result.code === 200 ? said : problems(result).join(" "), { level: result.code === 200 ? "ok" : "warn", name: "told" });
    this.refetch();
  }

  async #fetchState() {
    await refresh(this.state);
    this.#show();
  }

  async #fetch() {
    await this.#fetchState();
    await this.form.refresh();
    await this.blocks.refresh();
    this.why.refetch();
  }

  #show() {
    const count = Number(find("[data-count]", this.state).dataset.count);
    const focused = document.activeElement;
    this.blocks.setCount(count);
    find("#nothing").hidden = Boolean(count);
    for (const id of ["#export", "#clear", "#entry-keys"]) find(id).hidden = !count;
    const wasEmptied = this.count > 0 && !count;
    this.count = count;
    // What had the focus went with the last entry, now or a moment ago.
    if (!focused.checkVisibility() || (wasEmptied && focused === document.body)) find("#new").focus();
    findAll("[data-when]", find("#pause")).forEach((part) => (part.hidden = (part.dataset.when === "paused") !== this.isPaused));
  }

  #hideSides() {
    findAll(".side").forEach((side) => (side.hidden = true));
    this.form.id = "";
    this.#mark();
  }

  #mark() {
    for (const row of findAll("#entries [data-id]")) {
      const isEdited = Boolean(this.form?.id) && row.dataset.id === this.form.id;
      row.classList.toggle("entry-edited", isEdited);
      if (isEdited) this.form.place = this.blocks.placeOf(row);
    }
  }

  #onWritten(id) {
    if (id) this.close();
    this.refetch();
  }

  #listen(root) {
    const acts = { open: "edit", duplicate: "duplicate" };
    for (const [name, act] of Object.entries(acts)) {
      on(find("#entries"), "click", `[data-${name}]`, (_, button) => this[act](button.closest("[data-id]")));
    }
    on(find("#entries"), "click", "[data-delete]", (_, button) => this.deleting.delete(button.closest("[data-id]")));
    on(document, "click", "[data-close]", () => this.close());
    const presses = { new: () => this.form.new(), paste: () => this.bring.paste(), import: () => this.bring.choose(), "ask-why": () => this.why.open(), pause: () => this.pause(), clear: () => this.deleting.clear() };
    for (const [id, act] of Object.entries(presses)) find(`#${id}`, root).addEventListener("click", act);
  }
}

/** What the frame has to know of an open queue: its keys, its events. */
export function openQueue(root) {
  const open = new OpenQueue(root);
  const withRow = (act) => () => (open.row ? only("operator", act)(open.row) : false);
  return {
    keys: [
      { key: "j", label: gettext("next preset"), act: () => open.step(1) },
      { key: "k", label: gettext("previous preset"), act: () => open.step(-1) },
      { key: "Enter", label: gettext("edit the preset") },
      { key: "n", label: gettext("add a preset"), act: only("operator", () => open.form.new()) },
      { key: "v", label: gettext("paste several"), act: only("operator", () => open.bring.paste()) },
      { key: "i", label: gettext("import a file"), act: only("operator", () => open.bring.choose()) },
      { key: "d", label: gettext("duplicate the preset"), act: withRow((row) => open.duplicate(row)) },
      { key: "Delete", label: gettext("delete the preset"), act: withRow((row) => open.deleting.delete(row)) },
      { key: "u", label: gettext("have back what was deleted"), act: () => open.deleting.undo() },
      { key: "Alt+ArrowUp", label: gettext("move the preset up"), act: withRow((row) => open.order.shift(row, -1)) },
      { key: "Alt+ArrowDown", label: gettext("move the preset down"), act: withRow((row) => open.order.shift(row, 1)) },
      { key: "p", label: gettext("pause or resume the queue"), act: only("editor", () => open.pause()) },
      { key: "w", label: gettext("ask why a call is answered as it is"), act: () => open.why.open() },
      { key: "e", label: gettext("export"), act: () => openMenu("#export") },
      { key: "Shift+Delete", label: gettext("clear the queue, after a question"), act: only("editor", () => press("#clear")) },
      { key: "Control+Enter", label: gettext("add or save what is written") },
      { key: "Escape", label: gettext("close the panel; leave the field"), act: () => open.close() },
    ],
    onEvent: (kind, data) => open.onEvent(kind, data),
    refetch: () => open.refetch(),
  };
}
