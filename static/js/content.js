// What is sent where that is no body: a template by its name, or a sequence of replies.

import { indent } from "./json.js";
import { isObject, tryJson, writeJson } from "./rawjson.js";
import { fill, gettext, ngettext } from "./words.js";

const ORDERS = { once: gettext("once"), cycle: gettext("again and again"), random: gettext("at random") };

/** Whether a body as read is one of these. */
export const isContent = (root) =>
  isObject(root) && (typeof root.template === "string" || Array.isArray(root.sequence)) && root.choices === undefined;

/** What it is, in words; "" for a body. */
export function contentLine(root) {
  if (!isContent(root)) return "";
  if (!root.sequence) return fill(gettext("The template %(name)s, by its name"), { name: root.template });
  const { length: n } = root.sequence;
  const order = ORDERS[root.order ?? "once"] ?? root.order;
  return fill(ngettext("A sequence of %(n)s reply (%(order)s)", "A sequence of %(n)s replies (%(order)s)", n), { n, order });
}

/** A draft as it is first shown: what no form can show, as JSON that can be read. */
export function asShown(draft) {
  const { body } = draft;
  if (!isContent(tryJson(body))) return draft;
  return { ...draft, body: body.includes("\n") ? body : indent(body), view: "json" };
}

/** The draft of a sequence that begins with what a draft answers, if it answers anything yet. */
export function sequenceFrom({ body = "", kind, spare, status_code, headers, ...rest }) {
  const said = body.trim() ? tryJson(body) : { content: "The first reply." };
  const first = status_code || headers ? { response: said, status_code, headers } : said;
  return { ...rest, body: writeJson({ sequence: [first, { content: "The second reply." }], order: "once" }), view: "json" };
}

/** What a change to that content has to clear, since its text is all that is sent. */
export function clearedOf(root) {
  if (!isContent(root)) return {};
  const beside = ["seed", ...(root.template ? ["vars"] : ["order", "weights"])];
  return Object.fromEntries(beside.filter((name) => !(name in root)).map((name) => [name, null]));
}

/** The request's body for a text that is a body or content, spelled as it is, with the other fields; or of these alone. */
export function payloadOf(text, fields) {
  if (text === undefined) return JSON.stringify(fields);
  const rest = JSON.stringify(fields).slice(1);
  const inner = isContent(tryJson(text)) ? text.trim().slice(1, -1) : `"response": ${text || "{}"}`;
  return `{${inner}${rest === "}" ? "" : ", "}${rest}`;
}
