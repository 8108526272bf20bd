// Where in a JSON text each value stands, by the path that the server names it with; and where the text breaks off.

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const PLAIN = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const DEPTH_MAX = 100;

class Broken extends Error {}

class Scanner {
  constructor(text) {
    Object.assign(this, { text, at: 0, found: new Map() });
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.text) ?? [];
    if (found === undefined) throw new Broken();
    this.at += found.length;
    return found;
  }

  next() {
    this.match(SPACE);
    return this.text[this.at];
  }

  take(sign) {
    if (this.next() !== sign) throw new Broken();
    this.at += 1;
  }

  value(path, depth) {
    if (depth > DEPTH_MAX) throw new Broken();
    const first = this.next();
    const from = this.at;
    if (first === "{") this.members("}", () => this.member(path, depth));
    else if (first === "[") this.members("]", (index) => this.value(`${path}[${index}]`, depth + 1));
    else this.match(first === '"' ? STRING : PLAIN);
    this.found.set(path, [from, this.at]);
  }

  members(end, read) {
    this.at += 1;
    if (this.next() === end) {
      this.at += 1;
      return;
    }
    for (let index = 0; ; index += 1) {
      read(index);
      if (this.next() !== ",") break;
      this.at += 1;
    }
    this.take(end);
  }

  member(path, depth) {
    this.next();
    const name = JSON.parse(this.match(STRING));
    this.take(":");
    this.value(path ? `${path}.${name}` : name, depth + 1);
  }
}

/** {found: Map of path → [from, to], broken: where the text is no JSON any more, or -1}. */
export function jsonPlaces(text) {
  const scanner = new Scanner(text);
  try {
    scanner.value("", 0);
    if (scanner.next() !== undefined) throw new Broken();
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return { found: scanner.found, broken: Math.min(scanner.at, text.length) };
  }
  return { found: scanner.found, broken: -1 };
}

/** [from, to] of a path, or of the nearest thing around it. */
export function placeOf({ found }, path) {
  for (let name = path; name; name = name.replace(/(\.[^.[]*|\[\d+\]|^[^.[]+)$/, "")) {
    if (found.has(name)) return found.get(name);
  }
  return found.get("") ?? [0, 0];
}
