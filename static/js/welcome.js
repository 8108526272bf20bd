// The empty desk: snippets to copy, and a test call that the server sends to itself.

import { ask, problems } from "./api.js";
import { copy } from "./copy.js";
import { showProblem } from "./notices.js";
import { find, findAll, on, single } from "./page.js";
import { gettext } from "./words.js";

async function copySnippet(button) {
  const pre = find("pre", button.parentElement);
  const done = await copy(pre.textContent);
  if (!done) getSelection().selectAllChildren(pre);
  find("span", button).textContent = done ? gettext("Copied") : gettext("Selected: press Ctrl+C");
}

/** `open(id)` opens the call. */
const sendTestCall = single(async (form, open) => {
  const wanted = Object.fromEntries(findAll("[type=checkbox]", form).map((box) => [box.name, box.checked]));
  const result = await ask("POST", "/api/desk/test-call", { body: JSON.stringify(wanted) });
  showProblem(find("[data-problem]", form), result.code === 202 ? [] : problems(result));
  if (result.code === 202) await open(result.data.id);
});

export function startWelcome({ open }) {
  const form = find("#test-form");
  on(find("#empty"), "click", "[data-copy]", (_, button) => copySnippet(button));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sendTestCall(form, open);
  });
}
