// What an answer breaks of what its call asked for: the tools' schemas, and the schema of its structure.

import { asStructure } from "./bodyparts.js";
import { isObject, plain, tryJson } from "./rawjson.js";
import { checkSchema } from "./schemacheck.js";
import { toolOf } from "./toolform.js";

const spell = ({ path, error }) => (path ? `${path}: ${error}` : error);

function ofCall(call, offers) {
  const { name, value } = toolOf(call);
  const tool = offers.find((one) => one.name === name);
  return tool && !tool.isCustom && value !== undefined ? checkSchema(plain(value), tool.schema) : [];
}

/** Lines of text; `body` is a DraftBody, `offers` are the call's tools, `schema` what the answer has to look like. */
export function shortfalls(body, { offers, schema }) {
  if (!body.isShown || body.get("error") !== undefined) return [];
  const calls = body.get("tool_calls");
  if (Array.isArray(calls) && calls.length) return calls.filter(isObject).flatMap((call) => ofCall(call, offers)).map(spell);
  const content = body.get("content");
  const value = asStructure(typeof content === "string" ? tryJson(content) : content);
  return schema && value !== undefined ? checkSchema(plain(value), schema).map(spell) : [];
}
