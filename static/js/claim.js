// The claim on a call: who writes has it, renews it, and lets go of it.

import { ask } from "./api.js";
import { greet, tell } from "./live.js";
import { inOrder } from "./page.js";

const HEARTBEAT_MS = 15_000;
const KEY = "mockopenai.claim"; // in this tab, so that a page that is loaded again has it still

/** When the page goes away, the server lets go of what the socket said last, unless it is soon renewed. */
export class Claim {
  #post = inOrder((path) => ask("POST", `/api/desk/${path}`));
  #id = sessionStorage.getItem(KEY) ?? "";

  /** `onLost()`: somebody else has it. */
  constructor({ onLost }) {
    this.onLost = onLost;
    setInterval(() => this.renew(), HEARTBEAT_MS);
    greet(() => this.renew());
  }

  get id() {
    return this.#id;
  }

  /** Takes the call, unless this page has it already. */
  async take(id, { takeOver = false } = {}) {
    if (this.id === id && !takeOver) return;
    this.#keep(id);
    await this.#ask(id, takeOver ? "?take_over=true" : "");
  }

  renew() {
    if (!this.id) return;
    this.#keep(this.id);
    this.#ask(this.id);
  }

  release() {
    if (this.id) this.#post(`${this.id}/release`);
    this.forget();
  }

  /** Lets go of any call but this one. */
  keepOnly(id) {
    if (this.id !== id) this.release();
  }

  /** A call was released: by another page of the same person, if it is ours. */
  heard(id) {
    if (this.id === id) this.renew();
  }

  /** Without a word: the call is answered. */
  forget() {
    this.#keep("");
  }

  #keep(id) {
    this.#id = id;
    if (id) sessionStorage.setItem(KEY, id);
    else sessionStorage.removeItem(KEY);
    tell({ type: "keep_claim", id });
  }

  async #ask(id, query = "") {
    const { code } = await this.#post(`${id}/claim${query}`);
    if (![404, 409, 410].includes(code)) return;
    if (this.id === id) this.forget();
    await this.onLost();
  }
}
