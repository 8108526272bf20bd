// The reply to the open call: its draft, its claim, and who may write it now.

import { ask } from "./api.js";
import { abortCall, extendCall, sayExtended } from "./callacts.js";
import { Claim } from "./claim.js";
import { loadDraft, saveDraft } from "./drafts.js";
import { Editor } from "./editor.js";
import { rescueFocus, staying } from "./focus.js";
import { find } from "./page.js";
import { notice } from "./notices.js";
import { personName } from "./person.js";
import { askedForTime, showBar } from "./replybar.js";
import { Sending } from "./sending.js";
import { startSent } from "./sent.js";
import { TypedReply } from "./typedreply.js";

export class Reply {
  /** `onSent(id)` is called when an answer has gone. */
  constructor(call, { onSent }) {
    Object.assign(this, { call, onSent, id: "" });
    this.form = find("#reply");
    this.claim = new Claim({ onLost: () => call.refresh() });
    this.editor = new Editor(this.form, { onChange: (draft) => this.#typed(draft), send: () => this.send() });
    this.sending = new Sending(this.editor, { onHeard: (id, result) => this.#heard(id, result) });
    const { editor, claim, sending } = this;
    this.live = new TypedReply({ call, editor, claim, sending, onChange: () => this.#show() });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    const clicks = { claim: "claimIt", extend: "extend", abort: "abort", "type-live": "typeLive", "take-over": "takeOver", keep: "queueIt", discard: "discard", "send-repeat": "sendAndQueue" };
    for (const [id, act] of Object.entries(clicks)) find(`#${id}`).addEventListener("click", () => this[act]());
    startSent((draft) => this.fillIn(draft));
    this.claim.keepOnly(call.id);
    this.update();
  }

  get isWaiting() {
    return this.call.story?.state === "waiting";
  }

  /** Whoever else is at it: "" when it is free, or ours. */
  get other() {
    const claimedBy = this.isWaiting ? this.call.story.claimedBy : this.live.other;
    return claimedBy === personName() ? "" : (claimedBy ?? "");
  }

  /** Fits the form to the open call and to its story. */
  update() {
    if (this.call.id !== this.id) this.#open(this.call.id);
    const state = this.call.story?.state;
    if (state !== this.state) this.editor.problems([]); // what was wrong before is not what is the case now
    this.state = state;
    this.live.update(state);
    this.#show();
  }

  focus() {
    if (this.form.hidden) return;
    if (this.live.isOn) this.live.focus();
    else this.editor.focus();
  }

  toggle() {
    if (!this.form.hidden && !this.live.isOn) this.editor.view = this.editor.view === "json" ? "form" : "json";
  }

  error(status) {
    if (this.form.hidden || this.live.isOn || this.other) return;
    this.editor.error(status);
    this.editor.focus();
  }

  /** To the choice of a fault. */
  fault() {
    if (!this.form.hidden && !this.live.isOn) find("#reply-fault").focus();
  }

  /** Puts what was found elsewhere into the editor. */
  fillIn(draft) {
    this.editor.fill(draft);
    this.#typed(this.editor.draft());
    this.editor.focus();
  }

  send() {
    if (this.live.isOn) this.live.finish();
    else if (this.isWaiting && !this.other) this.sending.answer(this.id);
  }

  /** By its key, while the focus is elsewhere; inside the form the editor hears that key itself. */
  sendFromAfar() {
    if (this.form.hidden || this.form.contains(document.activeElement)) return false;
    return this.send();
  }

  sendAndQueue() {
    const text = find("#repeat").value.trim();
    if (this.isWaiting && !this.other) this.sending.answer(this.id, { repeat: /^\d+$/.test(text) ? Number(text) : text });
  }

  typeLive() {
    if (!find("#type-live").hidden && !this.form.hidden) this.live.begin();
  }

  togglePause() {
    return this.live.togglePause();
  }

  takeOver() {
    if (!this.isWaiting) return this.live.takeOver();
    const isHere = staying();
    const hasGoneOn = () => !isHere() && !document.activeElement.matches("#reply-note, #call h1"); // where the button's focus goes
    return this.claim.take(this.id, { takeOver: true }).then(() => this.call.refresh()).then(() => hasGoneOn() || this.focus());
  }

  claimIt() {
    if (!this.isWaiting || this.other) return;
    if (this.claim.id) this.claim.release();
    else this.claim.take(this.id);
  }

  async extend() {
    if (find("#reply-left").hidden || this.form.hidden) return;
    const isDone = await extendCall(this.id);
    askedForTime(true);
    await this.call.refresh();
    if (isDone && this.isWaiting) sayExtended(this.call.story, this.call.caller);
  }

  async abort() {
    if (find("#abort").hidden || this.form.hidden) return;
    await abortCall(this.id, this.call.caller);
    await this.call.refresh();
  }

  async queueIt() {
    if (await this.sending.queue(this.call.caller)) this.discard();
  }

  discard() {
    saveDraft(this.id, null);
    this.editor.fill(null);
    this.update();
  }

  async #open(id) {
    this.claim.keepOnly(id);
    this.live.open(id);
    this.id = id;
    askedForTime(false);
    const shortForms = id && this.call.facts?.shortForms ? JSON.parse(this.call.facts.shortForms) : null;
    // What stands on the page already; what the call offers comes in a moment.
    this.editor.about(id ? { id, model: this.call.facts?.model, stream: Boolean(this.call.facts?.stream), shortForms } : null);
    this.editor.fill(loadDraft(id));
    if (!id) return;
    const { code, data } = await ask("GET", `/desk/call/${id}/compose`);
    if (code !== 200 || this.id !== id) return;
    this.live.reasons = data.typed;
    this.editor.about({ ...data, id, shortForms });
    this.update();
  }

  #show() {
    const { isWaiting, other } = this;
    const hadFocus = this.form.contains(document.activeElement);
    const { isOn: isLive, hasBegun } = this.live;
    const isSending = Boolean(this.id) && this.sending.of === this.id; // the call may have its answer before we hear so
    const isLeft = !isWaiting && !isLive && !other && !isSending;
    this.form.hidden = !this.id || (isLeft && !this.editor.draft());
    find("[data-editor]", this.form).hidden = isLive;
    this.editor.lock(Boolean(other));
    showBar(this.form, { isWaiting, other, isLive, hasBegun, isLeft, isSending, canType: Boolean(this.live.reasons) }, this.call);
    if (hadFocus) rescueFocus("#reply-note", "#call h1");
  }

  #typed(draft) {
    saveDraft(this.id, draft);
    if (draft && this.isWaiting && !this.other) this.claim.take(this.id);
    if (!draft) this.claim.release();
  }

  #heard(id, { gone, lines, caller }) {
    if (gone) {
      if (this.claim.id === id) this.claim.forget();
      saveDraft(id, null);
      if (this.id === id) this.editor.fill(null);
      this.onSent(id);
    } else if (this.id !== id) notice(`${caller}: ${lines.map((line) => line.error ?? line).join(" ")}`, { level: "warn", stay: true });
    else this.call.refresh().then(() => this.id === id && this.editor.problems(lines));
  }
}
