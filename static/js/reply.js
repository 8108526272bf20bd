// The reply to the open call: its draft, its claim, and what became of it when it was sent.

import { ask, problems, UNREACHED } from "./api.js";
import { tick } from "./clock.js";
import { loadDraft, saveDraft } from "./drafts.js";
import { Editor } from "./editor.js";
import { notice, sure } from "./notices.js";
import { find } from "./page.js";
import { personName } from "./person.js";
import { fill, gettext } from "./words.js";

const HEARTBEAT_MS = 15_000;

const randomKey = () => [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(36)).join("");

export class Reply {
  /** `onSent(id)` is called when an answer has gone. */
  constructor(call, { onSent }) {
    Object.assign(this, { call, onSent, id: "", claimed: false, sending: null, key: "" });
    this.form = find("#reply");
    this.note = find("#reply-note");
    this.left = find("#reply-left");
    this.editor = new Editor(this.form, { onChange: () => this.#typed() });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    find("#extend").addEventListener("click", () => this.extend());
    find("#abort").addEventListener("click", () => this.#abort());
    find("#take-over").addEventListener("click", () => this.#claim({ takeOver: true }));
    find("#keep").addEventListener("click", () => this.#queue());
    find("#discard").addEventListener("click", () => this.#discard());
    setInterval(() => this.claimed && this.editor.read() && this.#claim(), HEARTBEAT_MS);
    addEventListener("pagehide", () => this.#release());
    this.update();
  }

  /** Fits the form to the open call and to its story. */
  update() {
    const { id, story } = this.call;
    if (id !== this.id) {
      this.#release();
      this.id = id;
      this.editor.write(loadDraft(id));
    }
    const waiting = story?.state === "waiting";
    const other = waiting && story.claimedBy && story.claimedBy !== personName() ? story.claimedBy : "";
    const draft = this.editor.read();
    this.form.hidden = !id || (!waiting && !draft);
    this.left.hidden = !waiting;
    Object.assign(this.left.dataset, { until: story?.until ?? 0, patience: story?.patience ?? 1 });
    tick(this.form);
    for (const name of ["send", "extend", "abort"]) find(`#${name}`).hidden = !waiting;
    find("#take-over").hidden = !other;
    for (const name of ["keep", "discard"]) find(`#${name}`).hidden = waiting;
    this.#say(this.#standing(waiting, other), { level: other || !waiting ? "warn" : "ok" });
  }

  focus() {
    if (!this.form.hidden) this.editor.focus();
  }

  /** Puts what was found elsewhere into the editor. */
  fillIn(draft) {
    this.editor.write(draft);
    this.#typed();
    this.editor.focus();
  }

  async send() {
    const { id } = this;
    const body = this.editor.payload();
    if (!body || this.sending) return;
    // The same answer sent again, after a connection that broke, is the same answer.
    if (this.key?.body !== body || this.key.id !== id) this.key = { id, body, value: randomKey() };
    this.sending = id;
    find("#send").disabled = true;
    const result = await ask("POST", `/api/desk/${id}/answer`, { body, headers: { "Idempotency-Key": this.key.value } });
    this.sending = null;
    find("#send").disabled = false;
    this.#heard(id, result);
  }

  async extend() {
    if (find("#extend").hidden || this.form.hidden) return;
    const result = await ask("POST", `/api/desk/${this.id}/extend`, { body: '{"seconds": 60}' });
    if (result.code === 200) notice(gettext("Held 60 s longer. The caller's own patience may end sooner."));
    else notice(problems(result).join(" "), { level: "warn" });
    await this.call.refresh();
  }

  /** What an answer's code means, in words; the draft stays unless the answer has gone. */
  async #heard(id, result) {
    const caller = this.call.id === id ? this.call.caller : id;
    if (result.code === 200 || result.code === 202) {
      saveDraft(id, null);
      if (this.id === id) {
        this.claimed = false;
        this.editor.write(null);
      }
      const text = result.code === 200 ? gettext("Delivered to %(caller)s.") : gettext("Accepted; on its way to %(caller)s.");
      notice(fill(text, { caller }));
      this.onSent(id);
      return;
    }
    const lines = problems(result);
    if (result.code === UNREACHED) lines.push(gettext("The draft is kept; send it again."));
    if (result.code === 409 || result.code === 410) lines.push(gettext("Your draft is kept."));
    if (result.code === 404) lines.push(gettext("It may have been deleted. Your draft is kept."));
    await this.call.refresh();
    this.editor.problem(lines);
  }

  #standing(waiting, other) {
    if (other) return fill(gettext("%(name)s is replying to this call."), { name: other });
    if (waiting) return "";
    const kept = gettext("Your draft was not sent. It is kept here until you discard it.");
    return `${this.call.storyText} ${kept}`;
  }

  #say(text, { level }) {
    this.note.hidden = !text;
    this.note.dataset.level = level;
    if (this.note.textContent !== text) this.note.textContent = text;
  }

  #typed() {
    const draft = this.editor.read();
    saveDraft(this.id, draft);
    if (draft && !this.claimed && this.call.story?.state === "waiting") this.#claim();
    if (!draft) this.#release();
  }

  async #claim({ takeOver = false } = {}) {
    const { id } = this;
    this.claimed = true;
    const { code } = await ask("POST", `/api/desk/${id}/claim${takeOver ? "?take_over=true" : ""}`);
    if (code === 409 && this.id === id) this.claimed = false;
    if (takeOver || code === 409) await this.call.refresh();
  }

  #release() {
    if (this.claimed) ask("POST", `/api/desk/${this.id}/release`, { keepalive: true });
    this.claimed = false;
  }

  async #abort() {
    const yes = await sure({
      title: gettext("Cut this connection?"),
      text: fill(gettext("%(caller)s gets no answer at all: its connection just ends."), { caller: this.call.caller }),
      yes: gettext("Cut it"),
    });
    if (!yes) return;
    const result = await ask("POST", `/api/desk/${this.id}/abort`);
    if (result.code !== 200) notice(problems(result).join(" "), { level: "warn" });
    await this.call.refresh();
  }

  async #queue() {
    const body = this.editor.payload();
    if (!body) return;
    const { caller } = this.call;
    const result = await ask("POST", `/api/preset-queue/${encodeURIComponent(caller)}`, { body });
    if (result.code !== 200) return this.editor.problem(problems(result));
    notice(fill(gettext("Queued for %(caller)s: its next call gets it."), { caller }));
    this.#discard();
  }

  #discard() {
    saveDraft(this.id, null);
    this.editor.write(null);
    this.update();
  }
}
