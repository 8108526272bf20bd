// What is sent where that is no body: a template by its name, or a sequence of replies.

import { isObject, tryJson } from "./rawjson.js";

/** Whether a body as read is one of these. */
export const isContent = (root) =>
  isObject(root) && (typeof root.template === "string" || Array.isArray(root.sequence)) && root.choices === undefined;

/** What a change says of content beside what its text says: it is all that is sent, and it has its own status. */
export function clearedOf(root) {
  if (!isContent(root)) return {};
  const beside = ["seed", ...(root.template ? ["vars"] : ["order", "weights"])];
  return { status_code: null, ...Object.fromEntries(beside.filter((name) => !(name in root)).map((name) => [name, null])) };
}

/** The request's body for a text that is a body or content, spelled as it is, with the other fields. */
export function payloadOf(text, fields) {
  const rest = JSON.stringify(fields).slice(1);
  const inner = isContent(tryJson(text)) ? text.trim().slice(1, -1) : `"response": ${text || "{}"}`;
  return `{${inner}${rest === "}" ? "" : ", "}${rest}`;
}
