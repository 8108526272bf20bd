// The short forms of an answer that is no text: examples above the JSON view, each a button that writes it there.

import { find, findAll, on } from "./page.js";
import { gettext } from "./words.js";

export class ShortForms {
  isOn = false;

  /** `onPick(text)` hears which example was chosen. */
  constructor(root, { onPick }) {
    this.root = root;
    this.place = find("[data-shorts]", root);
    on(this.place, "click", "[data-example]", (_, button) => onPick(button.textContent));
  }

  /** JSON texts; null for an answer in words. */
  about(texts) {
    this.isOn = Boolean(texts);
    const place = find("[data-examples]", this.place);
    for (const button of findAll("[data-example]", place)) button.remove();
    place.hidden = !texts?.length;
    for (const text of texts ?? []) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "link code", textContent: text });
      button.dataset.example = "";
      place.append(" ", button);
    }
    for (const kind of ["tools", "refusal"]) find(`[name=kind][value=${kind}]`, this.root).parentElement.hidden = this.isOn;
    find("[name=kind][value=text] + span", this.root).textContent = this.isOn ? gettext("Answer") : gettext("Text");
  }

  show(yes) {
    this.place.hidden = !this.isOn || !yes;
  }
}
