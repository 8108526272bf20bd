// The reply to the open call: its draft, its claim, and who may write it now.

import { ask } from "./api.js";
import { abortCall, extendCall } from "./callacts.js";
import { Claim } from "./claim.js";
import { loadDraft, saveDraft } from "./drafts.js";
import { Editor } from "./editor.js";
import { LiveReply } from "./livereply.js";
import { notice } from "./notices.js";
import { find } from "./page.js";
import { personName } from "./person.js";
import { tryJson } from "./rawjson.js";
import { showBar } from "./replybar.js";
import { Sending } from "./sending.js";
import { startSent } from "./sent.js";
import { typedSoFar, WhoTypes } from "./whotypes.js";
import { fill, gettext } from "./words.js";

export class Reply {
  #asked = null; // what the open call asked for

  /** `onSent(id)` is called when an answer has gone. */
  constructor(call, { onSent }) {
    Object.assign(this, { call, onSent, id: "" });
    this.form = find("#reply");
    this.claim = new Claim({ onLost: () => call.refresh() });
    this.editor = new Editor(this.form, { onChange: (draft) => this.#typed(draft), send: () => this.send() });
    this.sending = new Sending(this.editor, { onHeard: (id, result) => this.#heard(id, result) });
    this.live = new LiveReply({
      onText: (text) => saveDraft(this.id, { body: JSON.stringify({ content: text }) }),
      onEnd: (result) => this.#liveEnded(result),
    });
    this.typing = new WhoTypes({ onMine: (soFar) => this.#resume(soFar), onOther: () => this.#show() });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    const clicks = { extend: "extend", abort: "abort", "type-live": "typeLive", "take-over": "takeOver", keep: "queueIt", discard: "discard", "send-repeat": "sendAndQueue" };
    for (const [id, act] of Object.entries(clicks)) find(`#${id}`).addEventListener("click", () => this[act]());
    startSent((draft) => this.fillIn(draft));
    this.update();
  }

  get isWaiting() {
    return this.call.story?.state === "waiting";
  }

  /** Whoever else is at it: "" when it is free, or ours. */
  get other() {
    const claimedBy = this.isWaiting ? this.call.story.claimedBy : this.typing.name;
    return claimedBy === personName() ? "" : (claimedBy ?? "");
  }

  /** Fits the form to the open call and to its story. */
  update() {
    if (this.call.id !== this.id) this.#open(this.call.id);
    const state = this.call.story?.state;
    if (state !== "answered") this.typing.forget(this.id);
    else if (this.#asked?.typed && !this.live.isOn) this.typing.look(this.id);
    if (this.live.isOn && !["waiting", "answered"].includes(state)) this.#leaveLive();
    this.#show();
  }

  focus() {
    if (this.form.hidden) return;
    if (this.live.isOn) this.live.field.focus();
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

  /** From here on what is typed leaves. */
  typeLive() {
    if (find("#type-live").hidden || this.form.hidden) return;
    const content = this.editor.body.isShown ? this.editor.body.get("content") : "";
    this.#goLive({ text: typeof content === "string" ? content : "" });
  }

  takeOver() {
    if (this.isWaiting) this.claim.take(this.id, { takeOver: true }).then(() => this.call.refresh()).then(() => this.focus());
    else typedSoFar(this.id).then((soFar) => soFar && this.#resume(soFar, { takeOver: true }));
  }

  claimIt() {
    if (!this.isWaiting || this.other) return;
    if (this.claim.id) this.claim.release();
    else this.claim.take(this.id);
  }

  async extend() {
    if (find("#reply-left").hidden || this.form.hidden) return;
    await extendCall(this.id);
    await this.call.refresh();
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
    this.claim.release();
    this.live.leave();
    Object.assign(this, { id });
    this.#asked = null;
    this.typing.forget(id);
    this.editor.about(null);
    this.editor.fill(loadDraft(id));
    if (!id) return;
    const { code, data } = await ask("GET", `/desk/call/${id}/compose`);
    if (code !== 200 || this.id !== id) return;
    this.#asked = data;
    this.editor.about({ ...data, id });
    this.update();
  }

  #show() {
    const { isWaiting, other } = this;
    const { isOn: isLive, hasBegun } = this.live;
    const isLeft = !isWaiting && !isLive && !other;
    this.form.hidden = !this.id || (isLeft && !this.editor.draft());
    find("[data-editor]", this.form).hidden = isLive;
    this.editor.lock(Boolean(other));
    showBar(this.form, { isWaiting, other, isLive, hasBegun, isLeft, canType: Boolean(this.#asked?.typed) }, this.call);
  }

  #typed(draft) {
    saveDraft(this.id, draft);
    if (draft && this.isWaiting && !this.other) this.claim.take(this.id);
    if (!draft) this.claim.release();
  }

  #heard(id, { gone, lines }) {
    if (gone) {
      this.claim.forget();
      saveDraft(id, null);
      if (this.id === id) this.editor.fill(null);
      this.onSent(id);
    } else this.call.refresh().then(() => this.id === id && this.editor.problems(lines));
  }

  #goLive(beginning) {
    const { usage } = this.editor.body.isShown ? { usage: this.editor.body.get("usage") } : {};
    this.claim.take(this.id);
    this.live.begin(this.id, { reasons: this.#asked.typed, usage, ...beginning });
    this.#show();
  }

  /** After a reload, or in another's place. */
  #resume(soFar, { takeOver = false } = {}) {
    if (this.id !== soFar.id || this.live.isOn) return;
    this.typing.forget(this.id);
    const text = tryJson(loadDraft(this.id)?.body ?? "")?.content ?? "";
    this.#goLive({ soFar: soFar, text, takeOver });
  }

  #liveEnded({ id, code, data, text }) {
    if (code === 200 || code === 202) {
      this.live.leave();
      this.sending.told(id, { code, data });
      return;
    }
    saveDraft(id, { body: JSON.stringify({ content: text }) });
    const caller = this.call.caller;
    notice(code === 410 ? fill(gettext("%(caller)s hung up. What you typed is kept."), { caller }) : (data.detail ?? ""), { level: "warn", stay: true });
    this.#leaveLive();
    this.call.refresh();
  }

  /** What was typed is a draft again. */
  #leaveLive() {
    this.live.leave();
    this.claim.forget();
    this.editor.fill(loadDraft(this.id));
    this.#show();
  }
}
