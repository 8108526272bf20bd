// A preset's conditions: JSON in a field, and samples of each condition to put into it.

import { find } from "./page.js";

const SAMPLES = {
  last_user: "refund",
  any_message: { contains: "refund", case: false },
  system: { regex: "[Ss]upport" },
  model: "gpt-4*",
  endpoint: "chat.completions",
  tools: ["get_weather"],
  tool_result: true,
  turn: { at_least: 2 },
  response_format: "json_schema",
  stream: true,
  header: { "x-team": "blue" },
  metadata: { case: "7" },
  jmespath: "temperature > `1`",
  all: [{ turn: 1 }],
  any: [{ turn: 1 }, { stream: true }],
  not: { stream: true },
};

/** What stands in the field: the object; null for nothing; its text where it is not JSON, which the server tells. */
export function readMatch(text) {
  if (!text.trim()) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A match as it is written in the field, a condition a line where there are several. */
export function writtenMatch(match) {
  if (!match || typeof match === "string") return match ?? "";
  const parts = Object.entries(match).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return parts.length > 1 ? `{\n  ${parts.join(",\n  ")}\n}` : `{${parts.join("")}}`;
}

export class MatchField {
  constructor(place) {
    this.text = find("textarea", place);
    this.choice = find("[data-match-add]", place);
    this.choice.addEventListener("change", () => this.#add(this.choice.value));
  }

  /** Shows it whole, up to a point. */
  write(text) {
    this.text.value = text;
    this.text.rows = Math.min(12, Math.max(2, text.split("\n").length));
  }

  #add(name) {
    const match = readMatch(this.text.value) ?? {};
    this.choice.value = "";
    if (!name || typeof match !== "object") return;
    this.write(writtenMatch({ ...match, [name]: SAMPLES[name] }));
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
    this.text.focus();
  }
}
