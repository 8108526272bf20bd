// The reply to the open call: its draft, its claim, and who may write it now.

import { ask, problems } from "./api.js";
import { Claim } from "./claim.js";
import { tick } from "./clock.js";
import { loadDraft, saveDraft } from "./drafts.js";
import { Editor } from "./editor.js";
import { LiveReply } from "./livereply.js";
import { notice, sure } from "./notices.js";
import { find, findAll } from "./page.js";
import { personName } from "./person.js";
import { Sending } from "./sending.js";
import { startSent } from "./sent.js";
import { fill, gettext } from "./words.js";

export class Reply {
  #asked = null; // what the open call asked for
  #typist = ""; // who types an answer to it live, if somebody else does

  /** `onSent(id)` is called when an answer has gone. */
  constructor(call, { onSent }) {
    Object.assign(this, { call, onSent, id: "" });
    this.form = find("#reply");
    this.note = find("#reply-note");
    this.claim = new Claim({ onLost: () => call.refresh() });
    this.editor = new Editor(this.form, { onChange: (draft) => this.#typed(draft), send: () => this.send() });
    this.sending = new Sending(this.editor, { onHeard: (id, result) => this.#heard(id, result) });
    this.live = new LiveReply({
      onText: (text) => saveDraft(this.id, { body: JSON.stringify({ content: text }) }),
      onEnd: (result) => this.#liveEnded(result),
    });
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
    const claimedBy = this.isWaiting ? this.call.story.claimedBy : this.#typist;
    return claimedBy === personName() ? "" : (claimedBy ?? "");
  }

  /** Fits the form to the open call and to its story. */
  update() {
    if (this.call.id !== this.id) this.#open(this.call.id);
    if (this.call.story?.state === "answered" && this.#asked?.typed && !this.live.isOn) this.#lookWhoTypes();
    else if (!["answered", undefined].includes(this.call.story?.state)) this.#typist = "";
    if (this.live.isOn && !["waiting", "answered"].includes(this.call.story?.state)) this.#leaveLive();
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
    if (!this.form.hidden && !this.live.isOn && !this.other) this.editor.error(status);
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
    if (this.isWaiting) this.claim.take(this.id, { takeOver: true }).then(() => this.call.refresh());
    else this.#resume({ takeOver: true });
  }

  claimIt() {
    if (!this.isWaiting || this.other) return;
    if (this.claim.id) this.claim.release();
    else this.claim.take(this.id);
  }

  async extend() {
    if (find("#reply-left").hidden || this.form.hidden) return;
    const result = await ask("POST", `/api/desk/${this.id}/extend`, { body: '{"seconds": 60}' });
    if (result.code === 200) notice(gettext("Held 60 s longer. The caller's own patience may end sooner."));
    else notice(problems(result).join(" "), { level: "warn" });
    await this.call.refresh();
  }

  async abort() {
    if (find("#abort").hidden || this.form.hidden) return;
    const { id } = this;
    const text = fill(gettext("%(caller)s gets no answer at all: its connection just ends."), { caller: this.call.caller });
    if (!(await sure({ title: gettext("Cut this connection?"), text, yes: gettext("Cut it") }))) return;
    const result = await ask("POST", `/api/desk/${id}/abort`);
    if (result.code !== 200) notice(problems(result).join(" "), { level: "warn" });
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
    this.#typist = "";
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
    const { story } = this.call;
    const isLive = this.live.isOn;
    const isLeft = !isWaiting && !isLive && !other;
    const left = find("#reply-left");
    this.form.hidden = !this.id || (isLeft && !this.editor.draft());
    find("[data-editor]", this.form).hidden = isLive;
    this.editor.lock(Boolean(other));
    left.hidden = !isWaiting || this.live.hasBegun;
    Object.assign(left.dataset, { until: story?.until ?? 0, patience: story?.patience ?? 1 });
    find("#reply-whose").textContent = story?.claimedBy === personName() ? gettext("yours ·") : "";
    tick(this.form);
    const shown = {
      "#send-split": isWaiting && !other && !isLive,
      "#type-live": isWaiting && !other && !isLive && Boolean(this.#asked?.typed),
      "#finish, #pause": isLive,
      "#take-over": Boolean(other),
      "#keep, #discard": isLeft,
      "#abort": isWaiting && !other && !this.live.hasBegun,
    };
    for (const [names, yes] of Object.entries(shown)) findAll(names, this.form).forEach((button) => (button.hidden = !yes));
    this.#say(this.#standing(), { level: other || isLeft ? "warn" : "ok" });
  }

  #standing() {
    const { other } = this;
    if (other && this.isWaiting) return fill(gettext("%(name)s is replying to this call."), { name: other });
    if (other) return fill(gettext("%(name)s is typing an answer to this call, live."), { name: other });
    if (this.isWaiting || this.live.isOn) return "";
    return `${this.call.storyText} ${gettext("Your draft was not sent. It is kept here until you discard it.")}`;
  }

  #say(text, { level }) {
    this.note.hidden = !text;
    this.note.dataset.level = level;
    if (this.note.textContent !== text) this.note.textContent = text;
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
  async #resume({ takeOver = false } = {}) {
    const { id } = this;
    const { code, data } = await ask("GET", `/api/desk/${id}/stream`);
    if (code !== 200 || this.id !== id || data.done || !data.seq || this.live.isOn) return;
    const kept = JSON.parse(loadDraft(id)?.body || "{}").content ?? "";
    this.#typist = "";
    this.#goLive({ so_far: data, text: kept, takeOver });
  }

  async #lookWhoTypes() {
    const { id } = this;
    const { code, data } = await ask("GET", `/api/desk/${id}/stream`);
    if (code !== 200 || this.id !== id || this.live.isOn) return;
    const isOpen = data.seq > 0 && !data.done && data.state === "answered";
    if (isOpen && data.by === personName()) return this.#resume();
    const typist = isOpen ? data.by : "";
    if (typist === this.#typist) return;
    this.#typist = typist;
    this.#show();
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
