// A fault to choose: which one, the number that it takes, and how often it strikes.

import { find } from "./page.js";
import { gettext } from "./words.js";

const NUMBERS = { after_tokens: gettext("after tokens"), size_mb: gettext("size, MB"), pause_ms: gettext("pause, ms") };
const number = (text) => (/^\d{1,9}$/.test(text.trim()) ? Number(text) : text);

export class FaultField {
  constructor(place) {
    this.choice = find("[name=fault]", place);
    this.parts = { number: find("[data-fault-number]", place), chance: find("[data-fault-chance]", place) };
    this.says = find("[data-fault-says]", place);
    this.choice.addEventListener("change", () => {
      this.#put("number", "");
      this.show();
    });
    this.show();
  }

  /** A fault as REST spells it: its name, {name, …}, or nothing. */
  write(fault) {
    const { name = "", probability_pct: chance, ...rest } = typeof fault === "string" ? { name: fault } : (fault ?? {});
    this.choice.value = name;
    this.#put("number", Object.values(rest)[0] ?? "");
    this.#put("chance", chance ?? "");
    this.chance = this.parts.chance ? undefined : chance; // where it cannot be changed it stays
    this.show();
  }

  read() {
    const name = this.choice.value;
    const { number: field } = this.about;
    const [n, chance] = [this.#value("number"), this.parts.chance ? this.#value("chance") : (this.chance ?? "")];
    const more = { ...(field && n !== "" && { [field]: n }), ...(chance !== "" && { probability_pct: chance }) };
    return Object.keys(more).length && name ? { name, ...more } : name;
  }

  /** What its option says: number and default, what it does (`says`), whether it is an answer by itself (`alone`). */
  get about() {
    return this.choice.selectedOptions[0]?.dataset ?? {};
  }

  /** Whether nothing else has to be written. */
  get isEnough() {
    const chance = this.read().probability_pct ?? 100;
    return "alone" in this.about && chance >= 100;
  }

  show() {
    const { number: field, default: usual, says = "" } = this.about;
    const place = this.parts.number;
    place.hidden = !field;
    place.dataset.field = `fault.${field}`;
    find(".label", place).textContent = NUMBERS[field] ?? field ?? "";
    find("input", place).placeholder = usual ?? "";
    if (this.parts.chance) this.parts.chance.hidden = !this.choice.value;
    this.says.textContent = says;
  }

  #put(part, value) {
    if (this.parts[part]) find("input", this.parts[part]).value = value;
  }

  #value(part) {
    return number(find("input", this.parts[part]).value);
  }
}
