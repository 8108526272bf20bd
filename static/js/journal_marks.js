// Two exchanges, marked to be compared; this tab remembers them.

import { announce } from "./announce.js";
import { find, findAll, on } from "./page.js";
import { fill, gettext } from "./words.js";

const KEY = "mockopenai.marks";
const LETTERS = ["A", "B"];

function read() {
  return JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
}

/** What the person knows it by. */
function wordsOf(id) {
  const line = find(`[data-key="${CSS.escape(id)}"]`);
  if (!line) return find(`.exchange[data-id="${CSS.escape(id)}"] h1`)?.textContent ?? id;
  const what = find(".line-model", line).textContent || find(".line-endpoint", line).textContent.trim();
  return `${what} ${find("time", line).textContent}`;
}

export class Marks {
  constructor() {
    this.bar = find("#marks");
    on(document, "click", "[data-mark]", (_, button) => this.toggle(button.closest(".exchange").dataset.id));
    find("[data-clear]", this.bar).addEventListener("click", () => this.#write([]));
  }

  toggle(id) {
    if (!id) return;
    const marks = read();
    const others = marks.filter((one) => one.id !== id);
    const isNew = others.length === marks.length;
    this.#write(isNew ? [...marks, { id, words: wordsOf(id) }].slice(-LETTERS.length) : others);
    announce(isNew ? gettext("marked for diff") : gettext("no longer marked"));
  }

  /** Opens the two side by side, once there are two. */
  compare() {
    const link = find("[data-compare]", this.bar);
    if (!link.hidden) link.click();
  }

  #write(marks) {
    sessionStorage.setItem(KEY, JSON.stringify(marks));
    this.show();
  }

  show() {
    const marks = read();
    const letter = (id) => LETTERS[marks.findIndex((one) => one.id === id)] ?? "";
    for (const place of findAll(".line-mark")) {
      const own = letter(place.closest("[data-key]").dataset.key);
      place.hidden = !own;
      find("kbd", place).textContent = own;
    }
    for (const button of findAll("[data-mark]")) button.ariaPressed = String(Boolean(letter(button.closest(".exchange").dataset.id)));
    this.bar.hidden = !marks.length;
    const [a, b] = marks;
    const link = find("[data-compare]", this.bar);
    link.hidden = !b;
    if (b) link.href = `${link.pathname}?${new URLSearchParams({ a: a.id, b: b.id })}`;
    const text = b ? gettext("A: %(a)s · B: %(b)s") : gettext("A: %(a)s. Mark another to compare the two.");
    if (a) find("[data-text]", this.bar).textContent = fill(text, { a: a.words, b: b?.words });
  }
}
