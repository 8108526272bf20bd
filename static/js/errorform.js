// The error that an answer is: one of OpenAI's own to begin with, every word of it to be changed.

import { find, findAll, make, on } from "./page.js";
import { isObject } from "./rawjson.js";
import { isRetried, openaiErrors } from "./openaierrors.js";
import { gettext } from "./words.js";

const NAMES = ["message", "type", "code", "param"];

export class ErrorForm {
  /** `onChange(error)` hears what a person writes; `onPreset({status, error, headers})` what they choose. */
  constructor(place, { onChange, onPreset }) {
    Object.assign(this, { place, onPreset, model: undefined, error: {} });
    on(place, "click", "[data-error]", (_, button) => this.choose(Number(button.dataset.error)));
    this.which = find("[data-which]", place);
    this.which.addEventListener("change", () => this.onPreset(this.#presets()[Number(this.which.value)]));
    on(place, "input", "[data-part]", (_, field) => {
      const value = field.value === "" && field.dataset.part !== "message" ? null : field.value;
      this.error = { ...this.error, [field.dataset.part]: value };
      onChange(this.error);
    });
  }

  /** Makes the answer OpenAI's own error of that status. */
  choose(status) {
    const preset = this.#presets().find((one) => one.status === status);
    if (preset) this.onPreset(preset);
  }

  show(error, status) {
    this.error = isObject(error) ? error : { message: typeof error === "string" ? error : "" };
    for (const name of NAMES) {
      const field = find(`[data-part="${name}"]`, this.place);
      const value = this.error[name];
      if (field !== document.activeElement) field.value = value === null || value === undefined ? "" : String(value);
    }
    for (const button of findAll("[data-error]", this.place)) button.ariaPressed = String(Number(button.dataset.error) === status);
    this.#showWhich(status);
    const note = isRetried(status) ? gettext("SDKs try such a call again by themselves, usually twice.") : gettext("SDKs do not try such a call again.");
    find("[data-retry-note]", this.place).textContent = status >= 400 ? note : gettext("With this status SDKs see no error.");
  }

  #presets() {
    return openaiErrors(this.model || undefined);
  }

  /** A choice only where OpenAI has several errors of that status. */
  #showWhich(status) {
    const presets = this.#presets().map((preset, index) => ({ ...preset, index }));
    const same = presets.filter((preset) => preset.status === status);
    const now = same.find((preset) => preset.error.code === this.error.code && preset.error.type === this.error.type);
    const options = same.map(({ name, index }) => make("option", { value: index, selected: index === now?.index }, name));
    if (!now) options.unshift(make("option", { value: -1, disabled: true, selected: true }, gettext("own words")));
    this.which.replaceChildren(...options);
    this.which.closest("[data-variants]").hidden = same.length < 2;
  }
}
