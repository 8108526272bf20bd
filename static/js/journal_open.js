// The open exchange: fetched to read, with an address of its own, kept true until it has ended.

import { address } from "./journal_url.js";
import { coalesce, find, findAll, on } from "./page.js";
import { unpressed } from "./pointer.js";
import { fetchPart, put, refresh } from "./swap.js";
import { selectTab, startTabs } from "./tabs.js";
import { startTexts } from "./texts.js";
import { gettext } from "./words.js";

const NARROW = matchMedia("(max-width: 767px)");

export class OpenExchange {
  #turn = 0;
  #wanted = "";

  /** `onChange()` hears that another exchange, or none, is open. */
  constructor(list, { onChange }) {
    Object.assign(this, { list, onChange });
    this.place = find("#opened");
    this.refresh = coalesce(() => this.#refresh(), 200);
    this.followUp = coalesce(() => this.#followUp(), 500);
    this.#wanted = this.id;
    startTabs(document);
    startTexts(document.body);
    on(document, "click", ".row[data-call]", (event, row) => this.#follow(event, () => this.open(row.dataset.call)));
    on(document, "click", "[data-attempt]", (event, link) => this.#follow(event, () => this.open(link.dataset.attempt)));
    on(document, "click", "[data-close]", (event) => this.#follow(event, () => this.close()));
  }

  get #article() {
    return find(".exchange", this.place);
  }

  get id() {
    return this.#article?.dataset.id ?? "";
  }

  /** The exchange that is open, or on its way. */
  get wanted() {
    return this.#wanted;
  }

  get caller() {
    return this.#article?.dataset.caller ?? "";
  }

  /** How many steps back in the browser's history the list lies; 0 when this page began with an exchange. */
  get #depth() {
    return history.state?.depth ?? 0;
  }

  async open(id) {
    if (id === this.#wanted) return;
    const depth = this.#article && !this.#depth ? 0 : this.#depth + 1;
    history.replaceState({ ...history.state, ...this.list.memory }, "");
    history.pushState({ depth }, "", address({ id, query: this.list.query }));
    await this.show(id);
  }

  close() {
    if (!this.#article && !this.#wanted) return;
    if (this.#depth) {
      history.go(-this.#depth);
    } else {
      history.pushState({}, "", address({ query: this.list.query }));
      this.show("");
    }
  }

  /** Shows an exchange, "" for none, as the address says. */
  async show(id) {
    const turn = ++this.#turn;
    this.#wanted = id;
    const before = this.id;
    const html = id ? await this.#fetch(id) : "";
    if (turn !== this.#turn) return;
    const { memory } = this.list;
    this.list.steady(id || before, () => put(this.place, html));
    this.#wanted = this.id; // one that cannot be had may be asked for again
    this.place.scrollTop = 0;
    this.onChange();
    if (NARROW.matches) scrollTo(0, id ? 0 : (history.state?.top ?? memory.top));
    if (id && NARROW.matches) find("h1", this.place)?.focus({ preventScroll: true });
    if (!id) find(`.row[data-call="${CSS.escape(before)}"]`)?.focus({ preventScroll: true });
  }

  /** Marks the line of what is open. */
  mark() {
    for (const row of findAll(".row[data-call]")) {
      if (row.dataset.call === this.id) row.ariaCurrent = "true";
      else row.removeAttribute("aria-current");
    }
  }

  async #fetch(id, { mayFail = false } = {}) {
    const query = new URLSearchParams({ q: this.list.query });
    try {
      return await fetchPart(`${address({ id })}/whole?${query}`);
    } catch (error) {
      if (mayFail && error.cause !== 404) return null;
      const gone = gettext("This exchange is not in the journal any more.");
      const away = gettext("The server cannot be reached.");
      return `<p class="exchange hollow">${error.cause === 404 ? gone : away}</p>`;
    }
  }

  /** What has ended does not change any more. */
  async #refresh() {
    const { id } = this;
    if (!id || !("open" in this.#article.dataset)) return;
    const turn = this.#turn;
    const html = await this.#fetch(id, { mayFail: true });
    await unpressed(this.place);
    if (turn !== this.#turn || html === null) return; // what is read stays; the connection line says so
    const tab = find('[aria-selected="true"]', this.place)?.id;
    put(this.place, html);
    selectTab(tab);
    this.onChange();
  }

  /** Another call of the same caller may be the next attempt of this one. */
  async #followUp() {
    const attempts = find("[data-attempts]", this.place);
    if (attempts) await refresh(attempts);
  }

  #follow(event, act) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    act();
  }
}
