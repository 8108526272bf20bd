// The reply that is typed live: how it begins, goes on after a reload or in another's place, and what comes of it.

import { loadDraft, saveDraft } from "./drafts.js";
import { notice } from "./notices.js";
import { tryJson } from "./rawjson.js";
import { typedSoFar, WhoTypes } from "./whotypes.js";
import { fill, gettext } from "./words.js";

export class TypedReply {
  /** The parts of a `Reply`; `onChange()` hears that the bar below it is another now. */
  constructor({ call, editor, claim, sending, onChange }) {
    Object.assign(this, { call, editor, claim, sending, onChange, id: "", reasons: null });
    this.live = null; // its scripts come when somebody begins
    this.who = new WhoTypes({ onMine: (soFar) => this.#resume(soFar), onOther: onChange });
  }

  get isOn() {
    return this.live?.isOn ?? false;
  }

  /** Something has left. */
  get hasBegun() {
    return this.live?.hasBegun ?? false;
  }

  /** Who else is typing: "" for nobody. */
  get other() {
    return this.who.name;
  }

  focus() {
    this.live?.field.focus();
  }

  finish() {
    this.live?.finish();
  }

  togglePause() {
    return this.live?.togglePause() ?? false;
  }

  /** Another call is open; whether it can be typed to is not known yet. */
  open(id) {
    this.live?.leave();
    this.who.forget(id);
    Object.assign(this, { id, reasons: null });
  }

  /** Fits to what has become of the call. */
  update(state) {
    if (state !== "answered") this.who.forget(this.id);
    else if (this.reasons && !this.isOn) this.who.look(this.id);
    const isOver = !["waiting", "answered"].includes(state);
    if (this.isOn && isOver && !this.live.isEnding) this.#leave(); // its own end is told by who asked for it
  }

  /** From here on what is typed leaves. */
  begin() {
    this.#go();
  }

  /** Goes on in another's place. */
  async takeOver() {
    const soFar = await typedSoFar(this.id);
    if (soFar) this.#resume(soFar, { takeOver: true });
  }

  async #load() {
    const { LiveReply } = await import("./livereply.js");
    this.live ??= new LiveReply({
      onText: (text) => saveDraft(this.id, { body: JSON.stringify({ content: text }) }),
      onEnd: (result) => this.#ended(result),
    });
  }

  #written() {
    const content = this.editor.body.isShown ? this.editor.body.get("content") : "";
    return typeof content === "string" ? content : "";
  }

  async #go(beginning) {
    const { id } = this;
    if (!this.live) await this.#load();
    if (this.id !== id || this.isOn) return; // another call was opened meanwhile, or it was pressed twice
    const { usage } = this.editor.body.isShown ? { usage: this.editor.body.get("usage") } : {};
    this.claim.take(this.id);
    this.live.begin(this.id, { reasons: this.reasons, usage, ...(beginning ?? { text: this.#written() }) });
    this.onChange();
  }

  #resume(soFar, { takeOver = false } = {}) {
    if (this.id !== soFar.id || this.isOn) return;
    this.who.forget(this.id);
    const text = tryJson(loadDraft(this.id)?.body ?? "")?.content ?? "";
    this.#go({ soFar, text, takeOver });
  }

  #ended({ id, code, data, text }) {
    if (code === 200 || code === 202) {
      this.live.leave();
      this.sending.told(id, { code, data }, { caller: this.call.caller });
      return;
    }
    saveDraft(id, { body: JSON.stringify({ content: text }) });
    const { caller } = this.call;
    notice(code === 410 ? fill(gettext("%(caller)s hung up. What you typed is kept."), { caller }) : (data.detail ?? ""), { level: "warn", stay: true });
    this.#leave();
    this.call.refresh();
  }

  /** What was typed is a draft again. */
  #leave() {
    this.live.leave();
    this.claim.forget();
    this.editor.fill(loadDraft(this.id));
    this.onChange();
  }
}
