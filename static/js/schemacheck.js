// What is wrong with a value, by a JSON schema: each finding with its path.

import { isObject } from "./rawjson.js";
import { isOfType, resolve, typeOf, variants } from "./schema.js";
import { fill, gettext } from "./words.js";

const DEPTH_MAX = 50;
const MUST_BE = {
  string: gettext("must be a text"),
  integer: gettext("must be a whole number"),
  number: gettext("must be a number"),
  boolean: gettext("must be true or false"),
  array: gettext("must be a list"),
  object: gettext("must be an object"),
  null: gettext("must be null"),
};
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const listed = (values) => values.map((value) => JSON.stringify(value)).join(", ");

/** [limit of the schema, whether the value keeps to it, what to say]. */
function limits(value, schema) {
  if (typeof value === "number") {
    return [
      [schema.minimum, (least) => value >= least, gettext("at least %(limit)s")],
      [schema.maximum, (most) => value <= most, gettext("at most %(limit)s")],
      [schema.exclusiveMinimum, (least) => value > least, gettext("more than %(limit)s")],
      [schema.exclusiveMaximum, (most) => value < most, gettext("less than %(limit)s")],
      [schema.multipleOf, (step) => Math.abs(value / step - Math.round(value / step)) < 1e-9, gettext("a multiple of %(limit)s")],
    ];
  }
  if (typeof value === "string") {
    return [
      [schema.minLength, (least) => [...value].length >= least, gettext("at least %(limit)s characters")],
      [schema.maxLength, (most) => [...value].length <= most, gettext("at most %(limit)s characters")],
      [schema.pattern, (pattern) => matches(pattern, value), gettext("must match %(limit)s")],
    ];
  }
  if (!Array.isArray(value)) return [];
  return [
    [schema.minItems, (least) => value.length >= least, gettext("at least %(limit)s items")],
    [schema.maxItems, (most) => value.length <= most, gettext("at most %(limit)s items")],
  ];
}

function matches(pattern, value) {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true; // not a pattern of ours to judge
  }
}

const limitProblems = (value, schema) =>
  limits(value, schema).filter(([limit, keeps]) => limit !== undefined && !keeps(limit)).map(([limit, , text]) => fill(text, { limit }));

/** What a schema asks for, in words: "number, at most 500". */
export function hint(schema) {
  const sample = { string: "", number: 0, integer: 0, array: [] }[typeOf(schema)];
  const bounds = limits(sample, schema).filter(([limit]) => limit !== undefined).map(([limit, , text]) => fill(text, { limit }));
  const name = schema.format ?? (["string", "object"].includes(typeOf(schema)) ? "" : typeOf(schema));
  return [name, ...bounds].filter(Boolean).join(", ");
}

/** [{path, error}] of a plain value; paths as in "items[0].amount", "" for the value itself. */
export function checkSchema(value, given, root = given, path = "", depth = 0) {
  const schema = resolve(given, root);
  const wrong = (error) => [{ path, error }];
  if (depth > DEPTH_MAX) return [];
  if (schema.const !== undefined && !same(value, schema.const)) return wrong(fill(gettext("must be %(value)s"), { value: JSON.stringify(schema.const) }));
  const ways = variants(schema, root);
  if (ways.length) {
    const found = ways.map((way) => checkSchema(value, way, root, path, depth + 1));
    if (found.some((problems) => !problems.length)) return [];
    const near = ways.findIndex((way) => isOfType(value, typeOf(way)));
    return found[near] ?? wrong(fill(gettext("must be one of: %(types)s"), { types: ways.map(typeOf).join(", ") }));
  }
  if (schema.enum && !schema.enum.some((one) => same(one, value))) return wrong(fill(gettext("must be one of: %(types)s"), { types: listed(schema.enum) }));
  const type = typeOf(schema);
  if (!isOfType(value, type)) return wrong(MUST_BE[type]);
  return [...limitProblems(value, schema).flatMap(wrong), ...inside(value, schema, { root, path, depth: depth + 1 })];
}

function inside(value, schema, { root, path, depth }) {
  if (Array.isArray(value)) return value.flatMap((item, index) => checkSchema(item, schema.items, root, `${path}[${index}]`, depth));
  if (!isObject(value)) return [];
  const place = (name) => (path ? `${path}.${name}` : name);
  const { properties = {}, required = [], additionalProperties } = schema;
  const missing = required.filter((name) => !Object.hasOwn(value, name)).map((name) => ({ path: place(name), error: gettext("is missing") }));
  const found = Object.entries(value).flatMap(([name, item]) => {
    if (Object.hasOwn(properties, name)) return checkSchema(item, properties[name], root, place(name), depth);
    if (additionalProperties === false) return [{ path: place(name), error: gettext("is no field of this schema") }];
    return isObject(additionalProperties) ? checkSchema(item, additionalProperties, root, place(name), depth) : [];
  });
  return [...missing, ...found];
}

/** Which of the alternatives a value is. */
export function variantOf(value, ways, root) {
  const fits = ways.findIndex((way) => !checkSchema(value, way, root).length);
  return fits >= 0 ? fits : Math.max(0, ways.findIndex((way) => isOfType(value, typeOf(way))));
}
