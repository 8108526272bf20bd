// The claim on a call: who writes has it, renews it, and lets go of it.

import { ask } from "./api.js";

const HEARTBEAT_MS = 15_000;

export class Claim {
  /** `onLost()`: somebody else has it. */
  constructor({ onLost }) {
    Object.assign(this, { onLost, id: "" });
    setInterval(() => this.id && this.#ask(this.id), HEARTBEAT_MS);
    addEventListener("pagehide", () => this.release());
  }

  /** Takes the call, unless this page has it already. */
  async take(id, { takeOver = false } = {}) {
    if (this.id === id && !takeOver) return;
    this.id = id;
    await this.#ask(id, takeOver ? "?take_over=true" : "");
  }

  release() {
    if (this.id) ask("POST", `/api/desk/${this.id}/release`, { keepalive: true });
    this.id = "";
  }

  /** Without a word: the call is answered. */
  forget() {
    this.id = "";
  }

  async #ask(id, query = "") {
    const { code } = await ask("POST", `/api/desk/${id}/claim${query}`);
    if (![404, 409, 410].includes(code)) return;
    if (this.id === id) this.id = "";
    await this.onLost();
  }
}
