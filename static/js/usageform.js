// The usage of an answer: counted by the server, or numbers of one's own.

import { find } from "./page.js";
import { asNumber, isObject, numberText, isNumber } from "./rawjson.js";

const NAMES = ["prompt_tokens", "completion_tokens"];

export class UsageForm {
  constructor(root) {
    this.root = root;
    this.own = find("[data-own-usage]", root);
  }

  show(usage) {
    const { elements } = this.root;
    elements.usage.value = isObject(usage) ? "own" : "";
    for (const name of NAMES) elements[name].value = isNumber(usage?.[name]) ? numberText(usage[name]) : "";
    this.own.hidden = !elements.usage.value;
  }

  /** Its numbers can be seen while they are one's own. */
  reveal(kind) {
    if (!kind || kind === "error" || !this.root.elements.usage.value) this.own.hidden = true;
  }

  /** The usage that the fields say, beside what else `before` had; undefined when it is counted. */
  read(before) {
    const { elements } = this.root;
    this.own.hidden = !elements.usage.value;
    if (!elements.usage.value) return undefined;
    const found = { ...before };
    for (const name of NAMES) {
      const text = elements[name].value.trim();
      if (text) found[name] = asNumber(text) ?? text;
      else delete found[name];
    }
    delete found.total_tokens; // it follows
    return found;
  }
}
