// The journal's list: the newest first, older ones on scrolling down, what comes in meanwhile on top or announced.

import { problemsIn } from "./filterline.js";
import { nameDays } from "./journal_days.js";
import { staying } from "./focus.js";
import { notice } from "./notices.js";
import { coalesce, find, findAll } from "./page.js";
import { unpressed } from "./pointer.js";
import { fetchPart, put, settle } from "./swap.js";
import { fill, gettext, ngettext } from "./words.js";

const PAGE = 50;
const SLACK_PX = 4;
const NARROW = matchMedia("(max-width: 767px)");
const POINTS = matchMedia("(hover: hover)");

export class ExchangeList {
  #turn = 0; // counts what was asked for: what was asked for before comes too late
  #grown = false; // older lines were fetched: the list must not shrink under the reader

  /** `onProblem(error)` hears what is wrong with the filter, or null; `onChange()` that other lines are shown. */
  constructor(query, { onProblem, onChange }) {
    Object.assign(this, { query, onProblem, onChange });
    this.pane = find("#list");
    this.place = find("#rows");
    this.pill = find("#newer");
    this.catchUp = coalesce(() => (this.#flows() ? this.#fetch({ mayMove: () => this.#flows() }) : this.#look()));
    this.pill.addEventListener("click", () => this.renew());
    this.place.addEventListener("htmx:beforeRequest", () => (this.#grown = true));
    this.place.addEventListener("mouseleave", () => this.#settle());
    this.pane.addEventListener("scroll", () => this.#settle());
    addEventListener("scroll", () => this.#settle());
    this.observer = new MutationObserver(() => this.dress());
    this.observer.observe(this.place, { childList: true, subtree: true });
    this.dress();
  }

  get lines() {
    return findAll("[data-key]", this.place);
  }

  get #scroller() {
    return NARROW.matches ? document.scrollingElement : this.pane;
  }

  /** What brings the reader back to this place: how many lines, how far down. */
  get memory() {
    return { shown: this.lines.length, top: this.#scroller.scrollTop };
  }

  async restore({ shown = 0, top = 0 } = {}) {
    if (shown > PAGE) {
      this.#grown = true; // what comes in meanwhile waits
      await this.#fetch({ shown });
      this.#grown = true;
    }
    this.#scroller.scrollTop = top;
  }

  async show(query) {
    this.query = query;
    await this.#fetch();
    this.#scroller.scrollTop = 0;
  }

  /** From the newest again. */
  async renew() {
    const isHere = staying();
    await this.show(this.query);
    if (isHere() || this.place.contains(document.activeElement)) find(".line", this.place)?.focus({ preventScroll: true });
  }

  /** Does something that may move the lines, and brings one of them back to where it was. */
  steady(id, work) {
    const known = find(`[data-key="${CSS.escape(id)}"]`, this.place);
    const { top } = this.pane.getBoundingClientRect();
    const line = known ?? this.lines.find((one) => one.getBoundingClientRect().top >= top);
    const before = line?.getBoundingClientRect().top;
    work();
    if (line && !NARROW.matches) this.pane.scrollTop += line.getBoundingClientRect().top - before;
  }

  dress() {
    nameDays(this.place);
    find("#found").textContent = this.#found();
    this.onChange();
    this.observer.takeRecords();
  }

  #found() {
    const n = this.lines.length;
    const isAll = Boolean(find(".more-end", this.place));
    if (!n && isAll === Boolean(find(".more", this.place))) return "";
    if (!this.query && !isAll) return fill(ngettext("the newest %(n)s", "the newest %(n)s", n), { n });
    if (isAll) return fill(ngettext("%(n)s found", "%(n)s found", n), { n });
    return fill(ngettext("%(n)s found so far", "%(n)s found so far", n), { n });
  }

  /** Whether new lines may come in on top: nothing that is read, or pointed at, moves. */
  #flows() {
    const isPointedAt = POINTS.matches && this.place.matches(":hover");
    return this.#isAtTop() && !this.#grown && !isPointedAt;
  }

  #isAtTop() {
    return this.pane.offsetParent !== null && this.#scroller.scrollTop < SLACK_PX;
  }

  #settle() {
    if (!this.pill.hidden && this.#flows()) this.catchUp();
  }

  /** The list from the newest. `mayMove()` says whether that is still wanted when it has come. */
  async #fetch({ shown = 0, mayMove = () => true } = {}) {
    const turn = ++this.#turn;
    const params = new URLSearchParams({ q: this.query, ...(shown ? { shown } : {}) });
    const html = await fetchPart(`${this.place.dataset.href}?${params}`).catch(() => null);
    await unpressed(this.place);
    if (turn !== this.#turn || !mayMove()) return;
    if (html === null) {
      notice(gettext("The server cannot be reached."), { level: "warn", name: "journal" });
      return;
    }
    put(this.place, html);
    this.#grown = false;
    this.pill.hidden = true;
    this.onProblem(problemsIn(this.place));
  }

  /** What is new is counted, what was open is brought up to date; nothing moves. */
  async #look() {
    const turn = this.#turn;
    const after = this.lines[0]?.dataset.key ?? "";
    const look = findAll("[data-open]", this.place).map((row) => row.dataset.call).join();
    const params = new URLSearchParams({ q: this.query, after, look });
    const html = await fetchPart(`${this.place.dataset.newer}?${params}`).catch(() => null);
    await unpressed(this.place);
    if (turn !== this.#turn || html === null) return; // the connection line says so; the next event asks again
    const parsed = new DOMParser().parseFromString(html, "text/html");
    const said = find("[data-newer]", parsed);
    this.pill.hidden = said.dataset.newer === "0";
    find("[data-text]", this.pill).textContent = said.textContent;
    findAll("[data-key]", parsed).forEach((line) => this.#replace(line));
  }

  #replace(line) {
    const old = find(`[data-key="${CSS.escape(line.dataset.key)}"]`, this.place);
    if (!old || old.innerHTML === line.innerHTML) return;
    const hadFocus = old.contains(document.activeElement);
    old.replaceWith(line);
    settle(line);
    if (hadFocus) find(".row", line).focus({ preventScroll: true });
  }
}
