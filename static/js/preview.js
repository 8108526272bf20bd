// What a batch or a file would add, and what is wrong with it, before anything is written.

import { find, findAll, make } from "./page.js";
import { visible } from "./visible.js";
import { fill, gettext, ngettext } from "./words.js";

const WRONG_SHOWN = 100;

/** What a preset answers; of a sequence how many replies, and the first of them. */
function said({ kind, words }) {
  const [, n, first] = (kind === "sequence" && words.match(/^(\d+) × (.*)$/)) || [];
  return n ? fill(ngettext("%(n)s reply: %(words)s", "%(n)s replies: %(words)s", n), { n, words: first }) : words;
}

function entryRow(item) {
  const text = make("span", { className: "entry-words" });
  if (item.label) text.append(make("b", {}, ...visible(item.label)), " ");
  text.append(...visible(said(item)));
  const outcome = make("span", { className: "outcome" }, item.status_code ? String(item.status_code) : "–");
  outcome.dataset.level = item.status_code >= 400 ? "bad" : "ok";
  const unusual = [
    item.match,
    item.endpoint !== "text" && item.endpoint,
    item.uses !== 1 && (item.uses === null ? gettext("for ever") : `${item.uses.toLocaleString()} ×`),
    item.delay_ms > 0 && `${item.delay_ms.toLocaleString()} ms`,
  ].filter(Boolean);
  const marks = make("span", { className: "entry-marks" }, ...unusual.map((mark) => make("span", {}, mark)));
  const place = make("span", { className: "entry-place" }, item.place.toLocaleString());
  return make("li", {}, place, outcome, text, marks);
}

/** One line for what would be: "3 entries will be added, 1 cannot." */
function sum(added, failed) {
  const will = fill(ngettext("%(n)s preset will be added.", "%(n)s presets will be added.", added), { n: added.toLocaleString() });
  if (!failed) return will;
  const wrong = ngettext("%(n)s cannot be used and is left out:", "%(n)s cannot be used and are left out:", failed);
  return `${will} ${fill(wrong, { n: failed.toLocaleString() })}`;
}

const andMore = (n) => (n > 0 ? [make("li", {}, fill(gettext("and %(n)s more"), { n: n.toLocaleString() }))] : []);

/** The lines of what was found, the first of them; `n` is how many there are. */
function list(found, n) {
  const lines = found.slice(0, WRONG_SHOWN).map(({ place, error }) => make("li", {}, make("b", {}, place), " ", ...visible(error)));
  return [...lines, ...andMore(n - lines.length)];
}

/** `wrong`, `doubtful`: [{place, error}], `place` says which one, and where; `doubts`: how many of these there are. */
export function showPreview(box, { added, items, wrong, doubts, doubtful }) {
  box.hidden = false;
  find("[data-sum]", box).textContent = sum(added, wrong.length);
  find("[data-sum]", box).dataset.level = wrong.length ? "warn" : "ok";
  find("[data-wrong]", box).replaceChildren(...list(wrong, wrong.length));
  find("[data-doubt]", box).hidden = !doubts;
  find("[data-doubts]", box).replaceChildren(...list(doubtful, doubts));
  find("[data-good]", box).replaceChildren(...items.map(entryRow));
  const more = added - items.length;
  find("[data-more]", box).textContent = more > 0 ? fill(gettext("and %(n)s more after these"), { n: more.toLocaleString() }) : "";
}

export function hidePreview(box) {
  box.hidden = true;
  findAll("ul, ol", box).forEach((list) => list.replaceChildren());
}
