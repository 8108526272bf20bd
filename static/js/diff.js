// Two exchanges side by side: request and reply, their differences marked.

import { ask, problems } from "./api.js";
import { codeDiff } from "./code.js";
import { startFrame } from "./frame.js";
import { showProblem } from "./notices.js";
import { find, make } from "./page.js";
import { fill, gettext } from "./words.js";

const LETTERS = ["A", "B"];

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
  if (before.too_large || after.too_large) return;
  if (said) place.append(make("pre", { className: "raw", tabIndex: 0 }, before.text || gettext("nothing")));
  else await codeDiff(place, { before: before.text, after: after.text, labels: LETTERS.map((letter) => `${letter}: ${label}`) });
}

async function compare(sides) {
  const { a, b } = sides.dataset;
  const result = await ask("GET", `/api/exchanges/diff?${new URLSearchParams({ a, b })}`);
  if (result.code !== 200) return showProblem(find("#diff-problem"), problems(result));
  await show("request", result.data.a.request, result.data.b.request, gettext("Request"));
  return show("reply", result.data.a.reply, result.data.b.reply, gettext("Reply"));
}

startFrame();
const sides = find("#sides");
if (sides) compare(sides);
