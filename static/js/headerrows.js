// An answer's own headers: rows of a name and a value.

import { findAll, make } from "./page.js";
import { gettext } from "./words.js";

export class HeaderRows {
  /** `onChange()` hears every change. */
  constructor(place, { onChange }) {
    Object.assign(this, { place, onChange });
    this.rows = make("div", { className: "header-rows" });
    const add = make("button", { type: "button", className: "tag" }, gettext("+ header"));
    add.addEventListener("click", () => this.#row("", "").querySelector("input").focus());
    place.replaceChildren(this.rows, add);
  }

  write(pairs) {
    this.rows.replaceChildren();
    pairs.forEach(([name, value]) => this.#row(name, value));
  }

  /** [[name, value], …]; rows without a name do not count. */
  read() {
    const rows = findAll(".header-row", this.rows).map((row) => findAll("input", row).map(({ value }) => value.trim()));
    return rows.filter(([name]) => name);
  }

  #row(name, value) {
    const drop = make("button", { type: "button", className: "icon-button", ariaLabel: gettext("Take out this header") }, "×");
    const fields = [
      make("input", { className: "code", value: name, placeholder: "x-request-id", ariaLabel: gettext("Header name"), spellcheck: false, autocapitalize: "off" }),
      make("input", { className: "code", value, ariaLabel: gettext("Header value"), spellcheck: false }),
    ];
    const row = make("div", { className: "header-row" }, ...fields, drop);
    fields[0].addEventListener("input", () => (row.dataset.field = `headers.${fields[0].value.trim().toLowerCase()}`));
    row.dataset.field = `headers.${name.toLowerCase()}`;
    drop.addEventListener("click", () => {
      row.remove();
      this.onChange();
    });
    this.rows.append(row);
    return row;
  }
}
