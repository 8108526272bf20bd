// Short notices in the foot, and questions before what cannot be undone.

import { find, make } from "./page.js";
import { gettext } from "./words.js";

const SHOWN_MS = 6000;

/**
 * Shows a text for a while; `stay` keeps it until it is dismissed, `href` makes it a link, `undo()` gives it a button
 * that takes back what it tells, and one of the same `name` takes the place of the last. Level: "ok", "warn" or "bad".
 */
export function notice(text, { level = "ok", stay = false, href = "", undo = null, name = "" } = {}) {
  const close = make("button", { type: "button", className: "notice-close", ariaLabel: gettext("Dismiss") }, "×");
  const words = href ? make("a", { href }, text) : make("span", {}, text);
  const box = make("div", { className: "notice" }, words, ...(undo ? [undoButton(undo)] : []), close);
  Object.assign(box.dataset, { level, name });
  close.addEventListener("click", () => box.remove());
  if (name) find(`#notices [data-name="${CSS.escape(name)}"]`)?.remove();
  find("#notices").append(box);
  uncover(box);
  if (!stay) setTimeout(() => box.remove(), SHOWN_MS);
}

/** Where the page itself scrolls, on a phone, the field that is written in comes out from under the notice. */
function uncover(box) {
  const field = document.activeElement;
  const [said, at] = [box.getBoundingClientRect(), field.getBoundingClientRect()];
  const isUnder = at.bottom > said.top && at.top < said.bottom;
  if (isUnder && field.matches("input, select, textarea")) field.scrollIntoView({ block: "nearest" });
}

function undoButton(undo) {
  const button = make("button", { type: "button", className: "link notice-undo" }, gettext("Undo"));
  button.addEventListener("click", () => {
    button.parentElement.remove();
    undo();
  });
  return button;
}

/** Whether the person says yes. */
export function sure({ title, text, yes }) {
  const dialog = find("#ask-dialog");
  find("#ask-title").textContent = title;
  find("#ask-text").textContent = text;
  find("#ask-ok").textContent = yes;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "ok"), { once: true });
  });
}

/** Puts lines of text into a problem box, or hides it when there are none. */
export function showProblem(box, lines) {
  box.replaceChildren(...lines.map((line) => make("p", {}, line)));
  box.hidden = !lines.length;
}
