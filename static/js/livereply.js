// Type live: the pane in which an answer leaves while it is typed, with pause and finish.

import { LiveField } from "./livefield.js";
import { find, make } from "./page.js";
import { Typist } from "./typing.js";
import { fill, gettext, ngettext } from "./words.js";

const STATES = {
  ready: gettext("Nothing has left yet: the first character takes the call."),
  going: gettext("Everything that you typed has left."),
  paused: gettext("Paused: what you type stays here until you go on."),
  away: gettext("The server cannot be reached. It is tried again; nothing is lost."),
  refused: gettext("What has left cannot be taken back."),
  moved: gettext("You typed to this call in another window, too: look at it, then go on."),
  ending: gettext("The rest is leaving…"),
};

export class LiveReply {
  #typist = null;
  #said = "";

  /** `onText(text)` hears what is typed, `onEnd({id, code, data, text})` that nothing more can be. */
  constructor({ onText, onEnd }) {
    Object.assign(this, { onText, onEnd, id: "" });
    this.pane = find("#live");
    this.state = find("#live-state");
    this.reason = find("#live-reason");
    this.button = find("#pause");
    this.field = new LiveField(find("#live-text"), find("#live-ahead"), {
      onText: (text) => this.#typed(text),
      onRefused: () => this.#say("refused", "warn"),
    });
    this.button.addEventListener("click", () => this.togglePause());
    find("#finish").addEventListener("click", () => this.finish());
  }

  get isOn() {
    return this.#typist !== null;
  }

  /** Something has left. */
  get hasBegun() {
    return Boolean(this.#typist?.sent);
  }

  /** It was finished; what comes of that will be heard. */
  get isEnding() {
    return Boolean(this.#typist?.isEnding);
  }

  /** `text` is there already and has not left; `soFar` ({seq, text}) has. */
  begin(id, { reasons, text = "", soFar = { seq: 0, text: "" }, takeOver = false, usage }) {
    this.leave();
    this.id = id;
    this.usage = usage;
    this.#typist = new Typist(id, { onState: (state, data) => this.#heard(state, data), takeOver });
    this.#typist.resume(soFar);
    this.reason.replaceChildren(...reasons.map((reason) => make("option", {}, reason)));
    const whole = text.startsWith(soFar.text) ? text : soFar.text;
    this.field.lock("");
    this.field.write(whole);
    this.field.lock(soFar.text);
    this.#typist.text = whole;
    this.pane.hidden = false;
    this.pause(whole !== soFar.text);
    if (!whole) this.#say("ready");
    this.#count();
    this.field.focus();
  }

  /** Without a word to the caller: another call was opened, or this one is over. */
  leave() {
    this.#typist?.stop();
    this.#typist = null;
    this.id = "";
    this.pane.hidden = true;
  }

  pause(yes) {
    this.#typist.pause(yes);
    this.#showPause();
    this.#say(yes ? "paused" : "going", yes ? "warn" : "");
  }

  /** Pauses, or goes on; false when nothing is typed live: the key is then the browser's. */
  togglePause() {
    if (!this.#typist) return false;
    this.pause(!this.#typist.paused);
    return this.field.focus();
  }

  finish() {
    if (!this.#typist) return;
    this.#say("ending");
    this.#typist.finish({ finish_reason: this.reason.value, ...(this.usage ? { usage: this.usage } : {}) });
    this.field.lock(this.#typist.sent);
  }

  #typed(text) {
    if (!this.#typist) return;
    this.#typist.want(text);
    this.#locked();
    this.#sayGoing();
    this.onText(text);
  }

  #heard(state, data) {
    if (state === "ended") {
      const { text } = this.#typist;
      return this.onEnd({ ...data, id: this.id, text });
    }
    if (state === "moved") this.field.write(this.#typist.text);
    this.#locked();
    if (state === "refused") this.#tell(data.detail ?? "", "bad");
    else if (state !== "sent") this.#say(state, "warn");
    else if (this.#said === "away") this.#sayGoing(); // what was said of a later keystroke stays
    this.#showPause();
    return undefined;
  }

  #showPause() {
    const { paused } = this.#typist;
    this.button.ariaPressed = String(paused);
    find("[data-text]", this.button).textContent = paused ? gettext("Go on") : gettext("Pause");
  }

  /** What is under way cannot be taken back any more either. */
  #locked() {
    this.field.lock(this.#typist.sent);
    this.#count();
  }

  #sayGoing() {
    if (!this.#typist.paused && this.#typist.sent) this.#say("going");
  }

  #count() {
    const n = [...this.#typist.sent].length;
    find("#live-count").textContent = fill(ngettext("%(n)s character has left", "%(n)s characters have left", n), { n });
  }

  #say(state, level = "") {
    this.#said = state;
    this.#tell(STATES[state], level);
  }

  #tell(text, level) {
    this.state.dataset.level = level;
    if (this.state.textContent !== text) this.state.textContent = text;
  }
}
