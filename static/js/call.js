// The open call: which one it is, fetched to read, kept true while its story goes on.

import { copyFrom } from "./copy.js";
import { fetchJson, tidy } from "./jsonview.js";
import { find, findAll, on } from "./page.js";
import { unpressed } from "./pointer.js";
import { fetchPart, inTurn, put } from "./swap.js";
import { selectTab, startTabs } from "./tabs.js";
import { startTexts } from "./texts.js";
import { gettext } from "./words.js";

export class OpenCall {
  #turn = 0; // counts what was opened: what was asked for before comes too late
  #wanted = "";

  /** `onChange()` is called when another call (or none) is open, or its story has changed. */
  constructor({ onChange = () => {} } = {}) {
    this.place = find("#call");
    this.none = find("#none");
    this.onChange = onChange;
    startTabs(document);
    startTexts(document.body);
    this.place.addEventListener("shown", (event) => fetchJson(event.target));
    this.place.addEventListener("htmx:afterSettle", () => tidy(this.place));
    tidy(this.place);
    on(document, "click", "a[data-call]", (event, link) => this.#follow(event, link.dataset.call));
    on(this.place, "click", "[data-back]", (event) => {
      event.preventDefault();
      this.open("");
    });
    on(this.place, "click", "[data-copy-as]", (_, item) => copyFrom(item.dataset.copyAs, find("b", item).textContent));
    addEventListener("popstate", () => this.show(new URL(location).searchParams.get("call") ?? ""));
    this.#wanted = this.id;
    this.mark();
  }

  /** The call that is open, or on its way. */
  get wanted() {
    return this.#wanted;
  }

  get id() {
    return this.facts?.id ?? "";
  }

  get caller() {
    return this.facts?.caller ?? "";
  }

  /** The attributes of the call: id, caller, endpoint, model, stream ("true" or ""), retryCount, compose (where what
   *  it asks for is to be had); undefined when none is open. */
  get facts() {
    return find(".call", this.place)?.dataset;
  }

  /** The attributes of the story: state, until, timeLeftOf, deadline, claimedBy; undefined when no call is open. */
  get story() {
    return find(".story", this.place)?.dataset;
  }

  /** The story in words, without its status. */
  get storyText() {
    return (find(".story > span:not(.outcome)", this.place)?.textContent ?? "").replace(/\s+/g, " ").trim();
  }

  /** Opens a call ("" for none), with an address of its own. */
  async open(id) {
    const url = new URL(location);
    if (id) url.searchParams.set("call", id);
    else url.searchParams.delete("call");
    if (url.href !== location.href) history.pushState(null, "", url);
    await this.show(id);
  }

  async show(id) {
    const turn = ++this.#turn;
    this.#wanted = id;
    if (id) await this.#load(`/desk/call/${encodeURIComponent(id)}`);
    else put(this.place, "");
    if (turn !== this.#turn) return;
    this.none.hidden = Boolean(id);
    this.mark();
    this.onChange();
    find(".pane-call").scrollTop = 0;
    if (id && matchMedia("(max-width: 767px)").matches) find("h1", this.place)?.focus();
  }

  /** Fetches the story again; a tab and its texts stay as they are. */
  async refresh() {
    const { id } = this;
    const turn = this.#turn;
    if (!id || id !== this.#wanted) return; // another one is on its way
    const isLatest = inTurn(this.place);
    const html = await fetchPart(`/desk/call/${encodeURIComponent(id)}/story`).catch((error) => error.cause);
    await unpressed(this.place);
    if (turn !== this.#turn || html === undefined || !isLatest()) return;
    const before = this.story?.state;
    if (html === 404) find(".story", this.place).dataset.state = "deleted";
    else put(find("[data-story]", this.place), html);
    if (before === "waiting" && this.story.state !== "waiting" && html !== 404) await this.#reload();
    if (turn === this.#turn) this.onChange();
  }

  /** Marks the row of the open call in every list. */
  mark() {
    document.body.dataset.view = this.id ? "call" : "list";
    findAll(".row[data-call]").forEach((row) => {
      if (row.dataset.call === this.id) row.ariaCurrent = "true";
      else row.removeAttribute("aria-current");
    });
  }

  /** Once it has its reply there is one more tab. */
  async #reload() {
    const tab = find('[aria-selected="true"]', this.place)?.id;
    const turn = this.#turn;
    await this.#load(`/desk/call/${encodeURIComponent(this.id)}`);
    if (turn === this.#turn) selectTab(tab);
  }

  async #load(url) {
    const turn = this.#turn;
    try {
      const html = await fetchPart(url);
      if (turn !== this.#turn) return;
      put(this.place, html);
      tidy(this.place);
    } catch (error) {
      if (turn !== this.#turn) return;
      const gone = gettext("This call is not in the journal any more.");
      const away = gettext("The server cannot be reached.");
      this.place.textContent = error.cause === 404 ? gone : away;
    }
  }

  #follow(event, id) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.open(id);
  }
}
