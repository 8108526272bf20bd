// Keeps the page Templates true while others change the library: the list at once, an open template unless somebody writes in it.

import { changes, clashes } from "./changes.js";
import { Clash } from "./clash.js";
import { meant, textsOf } from "./libraryfields.js";
import { coalesce, find } from "./page.js";
import { fetchPart, put } from "./swap.js";
import { gettext } from "./words.js";

const IN_WORDS = { more: "headers, pace, x_should_retry" }; // what stands in that field
const address = (name) => `/templates/${encodeURIComponent(name)}`;
const parse = (html) => new DOMParser().parseFromString(html, "text/html");

function write({ elements }, texts) {
  for (const [name, text] of Object.entries(texts)) if (elements[name].value !== text) elements[name].value = text;
}

export class Renewing {
  /** `onList()` after the list came again, `onForm()` after the open template did; `save()` is what a person can choose. */
  constructor(root, form, { onList, onForm, save }) {
    Object.assign(this, { root, form, onList, onForm, save });
    this.renew = coalesce(() => this.#renew());
    if (root) {
      form.reset(); // what the browser itself has put there is not what the server has
      this.clash = new Clash(find("#template-newer"));
      this.keep(root.dataset.version);
    }
  }

  get written() {
    return textsOf(this.form);
  }

  /** What was changed in the form since it was opened, by field. */
  get mine() {
    const { written } = this;
    const names = Object.keys(changes(meant(this.opened), meant(written)));
    return Object.fromEntries(names.map((name) => [name, written[name]]));
  }

  get isChanged() {
    return Object.keys(this.mine).length > 0;
  }

  /** Puts there what was written before, over what was opened: whether that is the newest still is asked of the server. */
  resume({ written, opened, version }) {
    write(this.form, written);
    Object.assign(this, { opened, version });
    this.renew();
  }

  /** What stands in the form, or stood there when it was sent, is what the server has, of that version. */
  keep(version, opened = this.written) {
    this.version = String(version);
    this.opened = opened;
    this.clash.hide();
  }

  /** Whether somebody else has changed the same by now: that is told. */
  async isClash() {
    const open = await this.#fetch(address(this.root.dataset.name));
    if (open?.body) this.#hear(open);
    if (!open?.body || find("#template", open).dataset.version === this.version) return false;
    this.clash.reveal();
    return true;
  }

  async #renew() {
    const name = this.root?.dataset.name;
    const open = name ? await this.#fetch(address(name)) : null;
    const all = open?.body ? open : await this.#fetch("/templates");
    if (all?.body) {
      put(find("#library"), find("#library", all).innerHTML);
      this.onList();
    }
    if (name && open) this.#hear(open);
  }

  /** The page there; {gone: true} where there is none; null while the server cannot be reached. */
  async #fetch(url) {
    try {
      return parse(await fetchPart(url));
    } catch (error) {
      return error.cause === 404 ? { gone: true } : null;
    }
  }

  #hear(open) {
    if (open.gone) return this.clash.say(gettext("It was deleted meanwhile. What stands here is kept only on this page: copy it, and add it as a new one."));
    const { version, by } = find("#template", open).dataset;
    if (version === this.version) return undefined;
    const { mine } = this;
    const names = clashes(meant(this.opened), meant(mine), meant(textsOf(find("#template-form", open))));
    if (!names.length) return this.#show(open, mine);
    const saveMine = () => {
      this.#show(open, this.mine);
      this.save();
    };
    return this.clash.tell({ by, names: names.map((name) => IN_WORDS[name] ?? name), theirs: () => this.#show(open), mine: saveMine });
  }

  /** Goes on from what it is now, with what was changed here. */
  #show(open, mine = {}) {
    const texts = textsOf(find("#template-form", open));
    write(this.form, { ...texts, ...mine });
    find("#template-by").textContent = find("#template-by", open).textContent;
    this.keep(find("#template", open).dataset.version, texts);
    this.onForm();
  }
}
