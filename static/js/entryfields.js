// What only an entry of a queue has: which calls it is for, how often, its name.

import { number } from "./draftfields.js";
import { MatchField, readMatch, writtenMatch } from "./matchfield.js";
import { find } from "./page.js";

const DEFAULTS = { endpoint: "text", on_undelivered: "drop", label: "", verbatim: false };

export class EntryFields {
  /** As REST spells what none of them says. */
  usual = { ...DEFAULTS, uses: 1, match: null };

  constructor(form) {
    this.fields = form.elements;
    this.match = new MatchField(find("[data-match]", form));
    this.fields.endless.addEventListener("change", () => this.#showUses());
  }

  /** Fills the fields from a draft's, as REST spells them. */
  write({ uses = 1, match, ...draft }) {
    for (const [name, usual] of Object.entries(DEFAULTS)) {
      const value = draft[name] ?? usual;
      if (typeof usual === "boolean") this.fields[name].checked = value;
      else this.fields[name].value = value;
    }
    this.match.write(writtenMatch(match));
    this.fields.endless.checked = uses === null;
    this.fields.uses.value = String(uses ?? 1);
    this.#showUses();
  }

  /** Those that are not what they are without a word. */
  read() {
    const found = {};
    for (const [name, usual] of Object.entries(DEFAULTS)) {
      const value = typeof usual === "boolean" ? this.fields[name].checked : this.fields[name].value;
      if (value !== usual && value !== "") found[name] = value;
    }
    const match = readMatch(this.fields.match.value);
    if (match !== null) found.match = match;
    if (this.fields.endless.checked) found.uses = null;
    else if (!["", "1"].includes(this.fields.uses.value)) found.uses = number(this.fields.uses.value);
    return found;
  }

  #showUses() {
    this.fields.uses.disabled = this.fields.endless.checked;
  }
}
