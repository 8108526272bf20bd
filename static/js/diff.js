// Two exchanges side by side: request and reply, their differences marked.

import { ask, problems } from "./api.js";
import { codeDiff, codeDiffBelow } from "./code.js";
import { startFrame } from "./frame.js";
import { showProblem } from "./notices.js";
import { find, make } from "./page.js";
import { fill, gettext } from "./words.js";

const LETTERS = ["A", "B"];
const NARROW = matchMedia("(max-width: 767px)");

function size({ size_bytes }) {
  return size_bytes.toLocaleString();
}

/** What can be said of two texts before they are looked at; "" when they differ. */
function note(before, after) {
  if (before.too_large || after.too_large) {
    return fill(gettext("Too large to be compared here: %(a)s and %(b)s bytes."), { a: size(before), b: size(after) });
  }
  return before.text === after.text ? gettext("no difference") : "";
}

async function show(part, before, after, label) {
  const place = find(`[data-diff="${part}"]`);
  const said = note(before, after);
  find(`[data-note="${part}"]`).textContent = said;
  place.replaceChildren();
  if (before.too_large || after.too_large) return undefined;
  if (said) return place.append(make("pre", { className: "raw", tabIndex: 0 }, before.text || gettext("nothing")));
  const texts = { before: before.text, after: after.text };
  if (NARROW.matches) return codeDiffBelow(place, { ...texts, label });
  return codeDiff(place, { ...texts, labels: LETTERS.map((letter) => `${letter}: ${label}`) });
}

async function showBoth({ a, b }) {
  await show("request", a.request, b.request, gettext("Request"));
  await show("reply", a.reply, b.reply, gettext("Reply"));
}

async function compare(sides) {
  const { a, b } = sides.dataset;
  const result = await ask("GET", `/api/exchanges/diff?${new URLSearchParams({ a, b })}`);
  if (result.code !== 200) return showProblem(find("#diff-problem"), problems(result));
  NARROW.addEventListener("change", () => showBoth(result.data));
  return showBoth(result.data);
}

startFrame();
const sides = find("#sides");
if (sides) compare(sides);
