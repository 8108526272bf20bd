// The WebSocket: connects, notices when it is dead, and connects again, ever more slowly.

import { LEFT, toLogin } from "./login.js";

const PAUSES_S = [1, 2, 4, 8, 15];
const PING_MS = 20_000;
const PATIENCE_MS = 10_000;

/**
 * Keeps a socket open. `onState("open" | "closed" | "connecting", seconds)` tells how it stands
 * (for "closed": seconds to the next attempt, each second anew), `onFrame(frame)` what came.
 */
export class Socket {
  #socket = null;
  #failures = 0;
  #timers = [];

  constructor({ url, onState, onFrame }) {
    Object.assign(this, { url, onState, onFrame });
    this.#connect();
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => !document.hidden && this.#hurry());
    // A page that comes back out of the browser's cache has lost its socket.
    addEventListener("pageshow", (event) => event.persisted && this.#hurry());
  }

  /** Sends a frame; not at all while it is closed. */
  say(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #connect() {
    this.#stopTimers();
    this.onState("connecting");
    const socket = new WebSocket(this.url());
    this.#socket = socket;
    socket.addEventListener("open", () => this.#opened());
    socket.addEventListener("message", (event) => this.#received(event));
    socket.addEventListener("close", ({ code }) => {
      if (socket !== this.#socket) return;
      if (LEFT.includes(code)) toLogin();
      else this.#closed();
    });
  }

  #opened() {
    this.#failures = 0;
    this.onState("open");
    this.#timers.push(setInterval(() => this.#ping(), PING_MS));
  }

  #ping() {
    const socket = this.#socket;
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send('{"type": "ping"}');
    this.patience ??= setTimeout(() => this.#giveUp(socket), PATIENCE_MS);
  }

  #giveUp(socket) {
    if (socket !== this.#socket) return;
    this.#socket = null; // its own close may take minutes to come
    socket.close();
    this.#closed();
  }

  #received(event) {
    clearTimeout(this.patience);
    this.patience = undefined;
    this.onFrame(JSON.parse(event.data));
  }

  #closed() {
    this.#stopTimers();
    let left = PAUSES_S[Math.min(this.#failures++, PAUSES_S.length - 1)];
    const count = () => (left > 0 ? this.onState("closed", left--) : this.#connect());
    this.#timers.push(setInterval(count, 1000));
    count();
  }

  #hurry() {
    if (this.#socket?.readyState === WebSocket.CLOSED || !this.#socket) this.#connect();
  }

  #stopTimers() {
    this.#timers.splice(0).forEach(clearInterval);
    clearTimeout(this.patience);
    this.patience = undefined;
  }
}
