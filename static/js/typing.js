// Sends what a person types to a streaming caller: in order, one piece under way, each counted, none lost or doubled.

import { ask, UNREACHED } from "./api.js";
import { sleep } from "./page.js";

const GAP_MS = 40; // between two pieces: keystrokes gather meanwhile
const AGAIN_MS = 700; // after an error of the network
const PIECE_MAX = 16_000; // characters: below the server's 64 kB in any script
const DONE = [200, 202];

/** As much as one piece takes, without half a character at its end. */
function piece(text) {
  const cut = text.slice(0, PIECE_MAX);
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}

export class Typist {
  #seq = 0;
  #frame = null; // what is under way; the same again after an error of the network
  #running = false;
  #ending = null;

  /**
   * `onState(state, data)`: "sent" (more has left), "away" (the server cannot be reached, it is tried again), "moved" (somebody
   * typed elsewhere: `sent` and `text` are new), "refused" (with what was said), "ended" ({code, data}: nothing more can be typed).
   */
  constructor(id, { onState, takeOver = false }) {
    Object.assign(this, { id, onState, text: "", sent: "", paused: false, ended: false });
    this.path = `/api/desk/${id}/stream`;
    this.takeOver = takeOver;
  }

  /** The last piece is about to leave, or under way: what comes of it will be heard. */
  get isEnding() {
    return this.#ending !== null && !this.ended;
  }

  /** Goes on after what the server has. */
  resume({ seq, text }) {
    this.#seq = seq;
    Object.assign(this, { sent: text, text });
  }

  /** The whole text as it stands; what has left is its beginning. */
  want(text) {
    this.text = text;
    this.#pump();
  }

  pause(yes) {
    this.paused = yes;
    this.#pump();
  }

  /** Sends the rest and ends the answer: {finish_reason, usage}. */
  finish(ending) {
    this.#ending = ending;
    this.#pump();
  }

  stop() {
    this.ended = true;
  }

  #next() {
    if (this.ended || (this.paused && !this.#ending)) return null;
    const delta = piece(this.text.slice(this.sent.length));
    const isLast = this.#ending && this.sent.length + delta.length >= this.text.length;
    if (!delta && !isLast) return null;
    this.sent += delta;
    this.#seq += 1;
    return { seq: this.#seq, delta, ...(isLast ? { done: true, ...this.#ending } : {}) };
  }

  async #pump() {
    if (this.#running) return;
    this.#running = true;
    while ((this.#frame ??= this.#next())) {
      const began_ms = performance.now();
      const result = await ask("POST", `${this.path}${this.takeOver ? "?take_over=true" : ""}`, { body: JSON.stringify(this.#frame) });
      if (this.ended) break;
      if (result.code === UNREACHED || result.code >= 500) {
        this.onState("away", result);
        await sleep(AGAIN_MS);
        continue;
      }
      await this.#heard(result);
      await sleep(Math.max(0, GAP_MS - (performance.now() - began_ms)));
    }
    this.#running = false;
  }

  async #heard({ code, data }) {
    const frame = this.#frame;
    this.#frame = null;
    if (DONE.includes(code)) {
      this.takeOver = false;
      if (frame.done) this.#end({ code, data });
      else this.onState("sent", data);
    } else if (code === 409 && data.expected) await this.#move();
    else if (code === 400 || code === 413) this.#takeBack(frame, data);
    else this.#end({ code, data });
  }

  /** Refused as a whole: nothing of this piece has left. */
  #takeBack(frame, data) {
    this.sent = this.sent.slice(0, this.sent.length - frame.delta.length);
    this.#seq -= 1;
    this.#ending = null;
    this.paused = true;
    this.onState("refused", data);
  }

  /** The same person typed in another window: what is there counts, what is not sent yet comes after it. */
  async #move() {
    const rest = this.text.slice(this.sent.length);
    const { code, data } = await ask("GET", this.path);
    if (code !== 200) return;
    if (data.done) return this.#end({ code: 409, data });
    this.resume(data);
    this.text += rest;
    this.paused = true;
    this.onState("moved", data);
  }

  #end(result) {
    this.ended = true;
    this.onState("ended", result);
  }
}
