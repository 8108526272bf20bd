// JSON as text: indented for reading without changing how its author spelled anything.

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;
const INDENT_MAX = 1_000_000; // characters; a longer text is shown as it is

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The same JSON, one member a line; numbers, key order and escapes stay as they were written. */
export function indent(text) {
  if (text.length > INDENT_MAX || !isJson(text)) return text;
  let depth = 0;
  let before = "";
  const parts = [];
  const newline = () => parts.push("\n", "  ".repeat(depth));
  for (const [token] of text.matchAll(TOKENS)) {
    const closes = token === "}" || token === "]";
    const opened = before === "{" || before === "[";
    if (closes) depth -= 1;
    if ((opened && !closes) || before === "," || (closes && !opened)) newline();
    parts.push(token === ":" ? ": " : token);
    if (token === "{" || token === "[") depth += 1;
    before = token;
  }
  return parts.join("");
}

/** What is wrong with a text that has to be a JSON object; "" when nothing is. */
export function objectProblem(text, { words }) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? "" : words.object;
  } catch (error) {
    return `${words.json} ${error.message}`;
  }
}
