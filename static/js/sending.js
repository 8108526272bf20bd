// Sends an answer, exactly once, and says in words what came of it.

import { ask, problems, UNREACHED } from "./api.js";
import { rescueFocus } from "./focus.js";
import { find, findAll } from "./page.js";
import { notice } from "./notices.js";
import { keepSent } from "./sent.js";
import { visibleText } from "./visible.js";
import { fill, gettext, ngettext } from "./words.js";

const FINDINGS_SHOWN = 3;
const randomKey = () => [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(36)).join("");

function withFindings(findings) {
  const n = findings.length;
  const shown = findings.slice(0, FINDINGS_SHOWN).map(visibleText).join("; ") + (n > FINDINGS_SHOWN ? " …" : "");
  return fill(ngettext("With %(n)s finding: %(list)s", "With %(n)s findings: %(list)s", n), { n, list: shown });
}

export class Sending {
  /** The call whose answer is being sent; "" for none. */
  of = "";
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
    const { caller } = find("#call .call").dataset; // another call may be open by then
    this.#lock(true);
    this.of = id;
    const draft = this.editor.draft();
    const sent = ask("POST", `/api/desk/${id}/answer`, { body, headers: { "Idempotency-Key": this.#key.value } });
    const [result, findings] = await Promise.all([sent, this.editor.findings()]);
    this.of = "";
    this.#lock(false);
    if (result.code === 200 || result.code === 202) keepSent(draft ?? { body: "" });
    this.told(id, result, { findings, caller });
  }

  /** Puts the draft into a queue; whether it is there. */
  async queue(caller) {
    const { call, answer } = this.editor;
    const body = this.editor.payload(answer.short.isOn ? { endpoint: call.endpoint } : {}); // nothing else could use it
    if (!body || this.#busy) return false;
    this.#lock(true);
    const result = await ask("POST", `/api/preset-queue/${encodeURIComponent(caller)}`, { body });
    this.#lock(false);
    if (result.code !== 200) this.editor.problems(result.data);
    else notice(fill(gettext("Queued for %(caller)s: its next call gets it."), { caller }));
    return result.code === 200;
  }

  /** What the code of an answer to a caller means; `findings` are what was doubtful in it. */
  told(id, result, { findings = [], caller }) {
    const { code, data } = result;
    if (code === 200 || code === 202) {
      const word = this.#word(code, data, caller);
      if (findings.length) notice(`${word} ${withFindings(findings)}`, { level: "warn" });
      else notice(word);
      this.onHeard(id, { gone: true });
      return;
    }
    const lines = data.errors?.length ? [...data.errors] : problems(result);
    if (code === UNREACHED) lines.push(gettext("The draft is kept; send it again."));
    if (code === 409 || code === 410) lines.push(gettext("Your draft is kept."));
    if (code === 404) lines.push(gettext("It may have been deleted. Your draft is kept."));
    this.onHeard(id, { gone: false, lines, caller });
  }

  #word(code, { queued }, caller) {
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
