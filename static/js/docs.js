// The page Docs: fills the caller's name into the snippets, copies them, and leads from section to section.

import { copy } from "./copy.js";
import { startFrame } from "./frame.js";
import { keep, kept } from "./kept.js";
import { FRAME_KEYS } from "./keymap.js";
import { keySection } from "./keysheet.js";
import { find, findAll, on } from "./page.js";
import { replyKeys } from "./replykeys.js";
import { gettext } from "./words.js";

const field = find("#caller");
const docs = find("#docs");
const headings = findAll("h2", docs);
const COPIED_MS = 2000;
const READ_PX = 160;

/** A name that cannot be one stays in its field; the snippets keep the last that could. */
function fillIn() {
  const fits = field.checkValidity();
  field.ariaInvalid = String(!fits);
  if (!fits) return;
  for (const place of findAll("[data-caller]", docs)) place.textContent = field.value;
  keep("caller", field.value);
}

async function copySnippet(button) {
  const pre = find("pre", button.parentElement);
  const words = find("span", button);
  const before = (button.dataset.words ??= words.textContent); // not what it says after it was pressed
  const done = await copy(pre.textContent.trimEnd());
  if (!done) getSelection().selectAllChildren(pre);
  words.textContent = done ? gettext("Copied") : gettext("Selected: press Ctrl+C");
  setTimeout(() => (words.textContent = before), COPIED_MS);
}

/** The section that is being read: the last whose heading is near the top; at the end the last of all. */
function current() {
  if (docs.scrollTop && docs.scrollTop + docs.clientHeight >= docs.scrollHeight - 1) return headings.length - 1;
  const edge = Math.max(0, docs.getBoundingClientRect().top) + READ_PX;
  return Math.max(0, headings.findLastIndex((heading) => heading.getBoundingClientRect().top < edge));
}

function mark(at = current()) {
  for (const link of findAll("a", find("#contents"))) {
    link.ariaCurrent = link.hash === `#${headings[at].id}` ? "location" : null;
  }
}

function go(step) {
  const focused = headings.indexOf(document.activeElement);
  const at = Math.min(headings.length - 1, Math.max(0, (focused < 0 ? current() : focused) + step));
  headings[at].focus({ preventScroll: true });
  headings[at].scrollIntoView({ block: "start" });
  mark(at);
}

function write() {
  field.focus();
  field.select();
}

const DESK_KEYS = [[gettext("At the desk"), replyKeys(null)], [gettext("Everywhere"), FRAME_KEYS]];

if (!new URLSearchParams(location.search).has("caller") && kept("caller")) field.value = kept("caller");
fillIn();
field.addEventListener("input", fillIn);
find("#caller-form").addEventListener("submit", (event) => event.preventDefault());
on(docs, "click", "[data-copy]", (_, button) => copySnippet(button));
find("[data-desk-keys]").replaceChildren(...DESK_KEYS.map(keySection));
document.addEventListener("scroll", () => mark(), { capture: true, passive: true });
mark();

startFrame({
  keys: [
    { key: "j", label: gettext("next section"), act: () => go(1) },
    { key: "k", label: gettext("previous section"), act: () => go(-1) },
    { key: "c", label: gettext("write the caller's name"), act: write },
  ],
});
