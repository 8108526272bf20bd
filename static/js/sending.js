// Sends an answer, exactly once, and says in words what came of it.

import { ask, problems, UNREACHED } from "./api.js";
import { rescueFocus } from "./focus.js";
import { find, findAll } from "./page.js";
import { notice } from "./notices.js";
import { keepSent } from "./sent.js";
import { fill, gettext, ngettext } from "./words.js";

const randomKey = () => [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(36)).join("");

export class Sending {
  #busy = false;
  #key = {};

  /** `onHeard(id, {gone, lines})`: it has gone, or why it has not. */
  constructor(editor, { onHeard }) {
    Object.assign(this, { editor, onHeard });
  }

  async answer(id, more = {}) {
    const body = this.editor.payload(more);
    if (!body || this.#busy) return;
    // The same answer sent again, after a connection that broke, is the same answer.
    if (this.#key.body !== body || this.#key.id !== id) this.#key = { id, body, value: randomKey() };
    this.#lock(true);
    const draft = this.editor.draft();
    const result = await ask("POST", `/api/desk/${id}/answer`, { body, headers: { "Idempotency-Key": this.#key.value } });
    this.#lock(false);
    if (result.code === 200 || result.code === 202) keepSent(draft ?? { body: "" });
    this.told(id, result);
  }

  /** Puts the draft into a queue; whether it is there. */
  async queue(caller) {
    const body = this.editor.payload();
    if (!body || this.#busy) return false;
    this.#lock(true);
    const result = await ask("POST", `/api/preset-queue/${encodeURIComponent(caller)}`, { body });
    this.#lock(false);
    if (result.code !== 200) this.editor.problems(result.data);
    else notice(fill(gettext("Queued for %(caller)s: its next call gets it."), { caller }));
    return result.code === 200;
  }

  /** What the code of an answer means. */
  told(id, result) {
    const { code, data } = result;
    if (code === 200 || code === 202) {
      notice(this.#word(code, data));
      this.onHeard(id, { gone: true });
      return;
    }
    const lines = data.errors?.length ? [...data.errors] : problems(result);
    if (code === UNREACHED) lines.push(gettext("The draft is kept; send it again."));
    if (code === 409 || code === 410) lines.push(gettext("Your draft is kept."));
    if (code === 404) lines.push(gettext("It may have been deleted. Your draft is kept."));
    this.onHeard(id, { gone: false, lines });
  }

  #word(code, { queued }) {
    const caller = find("#call .call")?.dataset.caller ?? "";
    if (queued) {
      const text = ngettext("Sent to %(caller)s, and queued for its next call.", "Sent to %(caller)s, and queued for its next %(n)s calls.", queued);
      return fill(text, { caller, n: queued });
    }
    return fill(code === 200 ? gettext("Delivered to %(caller)s.") : gettext("Accepted; on its way to %(caller)s."), { caller });
  }

  #lock(yes) {
    this.#busy = yes;
    if (yes) this.pressed = document.activeElement;
    for (const button of findAll("#send, #send-more, #send-repeat, #keep")) button.disabled = yes;
    if (!yes) rescueFocus(this.pressed);
  }
}
