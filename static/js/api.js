// Our own REST from the page: who asks goes along, what comes back is a code and its data.

import { toLogin } from "./login.js";
import { personName } from "./person.js";
import { gettext } from "./words.js";

export const UNREACHED = 0;

// A header may hold ASCII only.
const asHeader = (name) => encodeURIComponent(name || "guest");

/**
 * {code, data}: `code` is the HTTP status, or UNREACHED; `data` the JSON object that came.
 * `body` is JSON text, or FormData.
 */
export async function ask(method, path, { body, headers = {} } = {}) {
  const all = { "X-Mock-Person": asHeader(personName()), ...headers };
  if (typeof body === "string") all["Content-Type"] = "application/json";
  try {
    const response = await fetch(path, { method, body, headers: all });
    if (response.status === 401) toLogin();
    const data = await response.json().catch(() => ({}));
    return { code: response.status, data };
  } catch {
    return { code: UNREACHED, data: { detail: gettext("The server cannot be reached.") } };
  }
}

/** What was refused, one line a problem. */
export function problems({ data }) {
  if (!Array.isArray(data.errors) || !data.errors.length) return [data.detail ?? gettext("It did not work.")];
  return data.errors.map((error) => {
    const place = error.field ?? (error.index === undefined ? (error.id ?? "") : `#${error.index + 1}`);
    return place ? `${place}: ${error.error}` : error.error;
  });
}
