// Keeps the page Templates true while others change the library: the list at once, an open template unless somebody writes in it.

import { coalesce, find, findAll } from "./page.js";
import { fetchPart, put } from "./swap.js";
import { fill, gettext } from "./words.js";

const FIELDS = "input[name], textarea[name]";
const address = (name) => `/templates/${encodeURIComponent(name)}`;
const parse = (html) => new DOMParser().parseFromString(html, "text/html");

const spelled = (form) => JSON.stringify(findAll(FIELDS, form).map(({ value }) => value));

function write(form, values) {
  findAll(FIELDS, form).forEach((field, index) => {
    const value = values[index] ?? field.value;
    if (field.value !== value) field.value = value;
  });
}

export class Renewing {
  /** `onList()` after the list came again, `onForm()` after the open template did. */
  constructor(root, form, { onList, onForm }) {
    Object.assign(this, { root, form, onList, onForm, newer: null });
    this.renew = coalesce(() => this.#renew());
    if (root) {
      form.reset(); // what the browser itself has put there is not what the server has
      this.keep(root.dataset.version);
      find("#show-newer").addEventListener("click", () => this.#show(this.newer));
    }
  }

  get written() {
    return spelled(this.form);
  }

  /** Puts there what was written before, on that version: whether it is the newest still is asked of the server. */
  resume(written, version) {
    write(this.form, JSON.parse(written));
    this.version = version;
    this.renew();
  }

  /** What stands in the form, or stood there when it was sent, is what the server has, of that version. */
  keep(version, kept = this.written) {
    this.version = String(version);
    this.kept = kept;
    find("#template-newer").hidden = true;
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
    if (open.gone) return this.#say(gettext("It was deleted meanwhile. What stands here is kept only on this page: copy it, and add it as a new one."), null);
    const { version, by } = find("#template", open).dataset;
    if (version === this.version) return undefined;
    if (spelled(this.form) === this.kept) return this.#show(open);
    return this.#say(fill(gettext("%(name)s has changed it meanwhile. Saving writes over that."), { name: by || gettext("Somebody") }), open);
  }

  #say(text, open) {
    this.newer = open;
    find("#template-newer span").textContent = text;
    find("#show-newer").hidden = !open;
    find("#template-newer").hidden = false;
  }

  #show(open) {
    write(this.form, JSON.parse(spelled(find("#template-form", open))));
    find("#template-by").textContent = find("#template-by", open).textContent;
    this.keep(find("#template", open).dataset.version);
    this.onForm();
  }
}
