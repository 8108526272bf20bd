// The notice in a form that somebody else has changed the same meanwhile, with the choice between the two.

import { find, on } from "./page.js";
import { visibleText } from "./visible.js";
import { fill, gettext } from "./words.js";

export class Clash {
  #choices = null;

  constructor(place) {
    this.place = place;
    on(place, "click", "[data-choose]", (_, { dataset }) => this.#choose(dataset.choose));
  }

  /** `names`: what both have changed; `theirs()` or `mine()` is called when it is chosen. */
  tell({ by = "", names, theirs, mine }) {
    const text = gettext("%(name)s has changed this, too, since you opened it: %(fields)s. Yours is not saved.");
    this.say(fill(text, { name: visibleText(by) || gettext("Somebody else"), fields: names.join(", ") }), { theirs, mine });
  }

  /** The same place for a text alone. */
  say(text, choices = null) {
    this.#choices = choices;
    find("[data-text]", this.place).textContent = text;
    find("[data-choices]", this.place).hidden = !choices;
    this.place.hidden = false;
  }

  hide() {
    this.place.hidden = true;
  }

  reveal() {
    this.place.scrollIntoView({ block: "nearest" });
  }

  #choose(which) {
    this.hide();
    this.#choices[which]();
  }
}
