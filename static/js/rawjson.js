// JSON whose numbers keep the spelling of their author, 149.00 or 1e3, where the browser can do that.

const canKeep = typeof JSON.rawJSON === "function";

function asWritten(value, source) {
  return canKeep && source !== undefined && source !== String(value) ? JSON.rawJSON(source) : value;
}

export const isRaw = (value) => canKeep && JSON.isRawJSON(value);
export const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value) && !isRaw(value);

/** The value of a JSON text; throws a SyntaxError. */
export function readJson(text) {
  return JSON.parse(text, (_, value, context) => (typeof value === "number" ? asWritten(value, context?.source) : value));
}

/** The same, or undefined for what is no JSON. */
export function tryJson(text) {
  try {
    return readJson(text);
  } catch {
    return undefined;
  }
}

export const writeJson = (value, space = 2) => JSON.stringify(value, null, space);

/** The value without spellings, to calculate with. */
export function plain(value) {
  return JSON.parse(JSON.stringify(value) ?? "null");
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** The number that a text spells, with that spelling; undefined for any other text. */
export function asNumber(text) {
  return NUMBER.test(text) ? asWritten(Number(text), text) : undefined;
}

export const isNumber = (value) => typeof value === "number" || (isRaw(value) && NUMBER.test(value.rawJSON));
export const numberText = (value) => (isRaw(value) ? value.rawJSON : String(value));
