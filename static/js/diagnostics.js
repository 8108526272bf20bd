// What the server finds in a body's text, at its places in the text.

import { jsonPlaces, placeOf } from "./jsonplaces.js";
import { gettext } from "./words.js";

const BODY = /^response\.?/;

/** CodeMirror's diagnostics of what was found in a body's text. */
export function diagnostics(text, { errors, warnings }) {
  const places = jsonPlaces(text);
  if (places.broken >= 0) {
    const from = Math.max(0, Math.min(places.broken, text.length - 1));
    const [first] = errors.filter(({ field }) => field === "response");
    return [{ from, to: Math.min(from + 1, text.length), severity: "error", message: first?.error ?? gettext("This is not JSON yet.") }];
  }
  const spot = ({ field, error }, severity) => {
    const path = field.replace(BODY, "");
    const [from, to] = placeOf(places, path);
    return { from, to, severity, message: path ? `${path}: ${error}` : error };
  };
  const inBody = ({ field }) => BODY.test(field);
  return [...errors.filter(inBody).map((one) => spot(one, "error")), ...warnings.filter(inBody).map((one) => spot(one, "warning"))];
}
