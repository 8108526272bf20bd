// The panel that says which preset would answer a call, and why each other one would not.

import { ask, problems } from "./api.js";
import { clockText } from "./clock.js";
import { showProblem } from "./notices.js";
import { find, make } from "./page.js";
import { visible } from "./visible.js";
import { fill, gettext, ngettext } from "./words.js";

const WRITING_MS = 300;
const CALLS_SHOWN = 30;
const OTHERWISE = {
  manual: gettext("No preset accepts it: it would wait on the desk."),
  once: gettext("No preset accepts it: the next such call waits on the desk, later ones get a generated answer."),
  auto: gettext("No preset accepts it: it would get a generated answer."),
  refuse: gettext("No preset accepts it: it would get a 404."),
};

export class Why {
  #waiting = 0;
  #asked = 0;

  /** `onOpen()` before the panel is shown. */
  constructor(queue, { onOpen }) {
    Object.assign(this, { queue, onOpen, root: find("#why"), call: find("#why-call"), text: find("#why-text") });
    this.call.addEventListener("change", () => this.#ask());
    this.text.addEventListener("input", () => {
      clearTimeout(this.#waiting);
      this.call.value = "";
      this.#waiting = setTimeout(() => this.#ask(), WRITING_MS);
    });
  }

  async open() {
    this.onOpen();
    this.root.hidden = false;
    this.call.focus();
    await this.#offer();
    this.#ask();
  }

  /** Of a queue that changed while the panel is open. */
  refetch() {
    if (!this.root.hidden) this.#ask();
  }

  async #offer() {
    const { caller } = this.queue;
    const filter = caller === "*" ? "" : `&q=${encodeURIComponent(`caller:${caller}`)}`;
    const { code, data } = await ask("GET", `/api/exchanges?limit=${CALLS_SHOWN}${filter}`);
    if (code !== 200) return;
    const [none] = this.call.options;
    const chosen = this.call.value;
    const offered = data.items.filter((one) => one.endpoint).map((one) => {
      const at = clockText(new Date(one.created_at * 1000));
      const who = caller === "*" ? `${one.caller} · ` : "";
      return make("option", { value: one.id }, `${at} · ${who}${one.summary || one.endpoint}`.slice(0, 100));
    });
    this.call.replaceChildren(none, ...offered);
    this.call.value = offered.some(({ value }) => value === chosen) ? chosen : this.text.value ? "" : (offered[0]?.value ?? "");
  }

  async #ask() {
    const number = ++this.#asked;
    const text = this.text.value.trim();
    const body = this.call.value ? JSON.stringify({ exchange: this.call.value }) : text;
    showProblem(find("[data-problem]", this.root), []);
    if (!body) return this.#hide();
    const result = await ask("POST", `${this.queue.path}/explain`, { body });
    if (number !== this.#asked) return undefined; // something else was chosen meanwhile
    if (result.code === 200) return this.#show(result.data);
    this.#hide();
    return showProblem(find("[data-problem]", this.root), problems(result));
  }

  #hide() {
    find("[data-told]", this.root).hidden = true;
  }

  #show({ accepted_by: answers, fallback, paused, count, considered }) {
    find("[data-told]", this.root).hidden = false;
    const sum = find("[data-sum]", this.root);
    const n = answers && answers.place.toLocaleString();
    const by = answers && (answers.queue === "*" ? gettext("Preset %(n)s of the shared queue answers it.") : gettext("Preset %(n)s of this queue answers it."));
    const stopped = paused.map((name) => fill(gettext("The queue %(name)s is paused."), { name }));
    sum.textContent = [answers ? fill(by, { n }) : OTHERWISE[fallback], ...stopped].join(" ");
    sum.dataset.level = answers ? "ok" : "warn";
    find("[data-considered]", this.root).replaceChildren(...considered.map((one) => this.#row(one, answers)));
    const more = count - considered.length;
    const text = ngettext("and %(n)s more preset", "and %(n)s more presets", more);
    find("[data-more]", this.root).textContent = more > 0 ? fill(text, { n: more.toLocaleString() }) : "";
  }

  #row({ id, queue, place, label, accepts, why }, answers) {
    const number = make("span", { className: "entry-place" }, `${queue === "*" ? "* " : ""}${place.toLocaleString()}`);
    const row = make("li", {}, number, make("span", {}, ...(label ? [make("b", {}, ...visible(label)), " "] : []), ...visible(why)));
    row.dataset.level = id === answers?.id ? "ok" : accepts ? "later" : "no";
    return row;
  }
}
