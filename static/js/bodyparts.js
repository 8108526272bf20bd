// The parts of an answer's body that a form can show, whether its author wrote a short form or a whole completion.

import { isObject, tryJson } from "./rawjson.js";

export const NATURAL = { text: "stop", tools: "tool_calls", schema: "stop", refusal: "stop" };
const SHOWN = ["content", "tool_calls", "refusal", "finish_reason", "usage", "error"];
const USAGE = ["prompt_tokens", "completion_tokens", "total_tokens"];

/** Where the parts stand: {root, choice, message}; null for a body that is no answer in words. */
export function placesIn(root) {
  if (!isObject(root)) return null;
  const choice = root.choices === undefined ? root : root.choices?.[0];
  if (!isObject(choice)) return null;
  if (choice.message === undefined) return { root, choice, message: choice };
  return isObject(choice.message) ? { root, choice, message: choice.message } : null;
}

function holder(root, name) {
  const { choice, message } = placesIn(root);
  if (name === "usage" || name === "error") return root;
  return name === "finish_reason" ? choice : message;
}

export const partOf = (root, name) => holder(root, name)[name];

/** Sets a part; undefined takes it away, a whole completion keeps its keys. */
export function setPart(root, name, value) {
  const place = holder(root, name);
  const { choice, message } = placesIn(root);
  const isWhole = message !== root && choice !== root;
  if (value !== undefined) place[name] = value;
  else if (isWhole && (name === "content" || name === "refusal")) place[name] = null;
  else delete place[name];
}

export function asStructure(content) {
  const value = typeof content === "string" ? tryJson(content) : content;
  return isObject(value) || Array.isArray(value) ? value : undefined;
}

/** What kind of answer a body is: text, tools, schema, refusal or error; `first` is what an empty one will be. */
export function kindOf(root, { status, hasSchema, first = "text" }) {
  if (root.error !== undefined) return "error";
  const [content, calls, refusal] = ["content", "tool_calls", "refusal"].map((name) => partOf(root, name));
  if (calls && (!Array.isArray(calls) || calls.length)) return "tools";
  if (typeof refusal === "string") return "refusal";
  if (hasSchema && asStructure(content) !== undefined) return "schema";
  if (status >= 400 && !content) return "error";
  return Object.keys(root).length ? "text" : first;
}

/** The names of what a body has and the form does not show. */
export function beyond(root) {
  const { choice, message } = placesIn(root);
  const names = Object.keys(root).filter((name) => !SHOWN.includes(name) && !["choices", "message"].includes(name));
  if (choice !== root) names.push(...Object.keys(choice).filter((name) => ![...SHOWN, "message", "index"].includes(name)));
  if (message !== choice) names.push(...Object.keys(message).filter((name) => ![...SHOWN, "role"].includes(name)));
  if (isObject(root.usage)) names.push(...Object.keys(root.usage).filter((name) => !USAGE.includes(name)).map((name) => `usage.${name}`));
  if (root.choices?.length > 1) names.push(`choices[1…${root.choices.length - 1}]`);
  return names;
}
