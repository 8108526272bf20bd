// JSON schema, as far as tools and response formats use it: what a value has to be, and a first value.

import { isObject } from "./rawjson.js";

const REFS_MAX = 20;
const TYPES = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  array: Array.isArray,
  object: isObject,
};

function pointed(root, ref) {
  if (!ref.startsWith("#")) return {};
  const names = ref.slice(1).split("/").slice(1);
  return names.reduce((at, name) => at?.[decodeURIComponent(name).replaceAll("~1", "/").replaceAll("~0", "~")], root) ?? {};
}

/** A schema without its references at the top, `allOf` put together. */
export function resolve(schema, root) {
  let found = isObject(schema) ? schema : {};
  for (let n = 0; found.$ref !== undefined && n < REFS_MAX; n += 1) {
    const { $ref, ...beside } = found;
    found = { ...pointed(root, String($ref)), ...beside };
  }
  if (!Array.isArray(found.allOf)) return found;
  const { allOf, ...own } = found;
  return [own, ...allOf].map((one) => resolve(one, root)).reduce((all, one) => ({
    ...all,
    ...one,
    properties: { ...all.properties, ...one.properties },
    required: [...(all.required ?? []), ...(one.required ?? [])],
  }), {});
}

/** The alternatives of a schema, each a schema of its own; [] when there is only one way. */
export function variants(schema, root) {
  const listed = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(listed)) return listed.map((one) => resolve(one, root));
  const { type, nullable } = schema;
  const types = Array.isArray(type) ? type : type && nullable ? [type, "null"] : [];
  return types.length > 1 ? types.map((one) => ({ ...schema, type: one, nullable: false, enum: one === "null" ? undefined : schema.enum?.filter((value) => value !== null) })) : [];
}

export function typeOf(schema) {
  const { type } = schema;
  if (Array.isArray(type)) return type[0];
  if (type) return type;
  if (isObject(schema.properties)) return "object";
  if (schema.items) return "array";
  const [first] = schema.enum ?? (schema.const === undefined ? [] : [schema.const]);
  return Object.keys(TYPES).find((name) => first !== undefined && TYPES[name](first)) ?? "";
}

/** A first value: what the schema itself proposes, else the emptiest that fits. */
export function firstValue(given, root, depth = 0) {
  const schema = resolve(given, root);
  for (const value of [schema.const, schema.default, schema.examples?.[0], schema.enum?.[0]]) if (value !== undefined) return value;
  const ways = variants(schema, root);
  if (ways.length) return firstValue(ways.find((one) => typeOf(one) !== "null") ?? ways[0], root, depth);
  const type = typeOf(schema);
  if (type === "object") {
    const names = Object.keys(schema.properties ?? {}).filter((name) => schema.required?.includes(name));
    return Object.fromEntries(depth > 8 ? [] : names.map((name) => [name, firstValue(schema.properties[name], root, depth + 1)]));
  }
  if (type === "array") return Array.from({ length: depth > 8 ? 0 : Math.min(schema.minItems ?? 0, 20) }, () => firstValue(schema.items, root, depth + 1));
  if (type === "number" || type === "integer") return schema.minimum ?? 0;
  return { string: "", boolean: false, null: null }[type] ?? null;
}

export const isOfType = (value, type) => TYPES[type]?.(value) ?? true;
