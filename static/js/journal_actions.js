// What is done with the open exchange: its reply queued, its call sent again, either copied.

import { ask, problems } from "./api.js";
import { copyFrom } from "./copy.js";
import { notice, showProblem } from "./notices.js";
import { find, on, single } from "./page.js";
import { fill, gettext, ngettext } from "./words.js";

const dialog = find("#queue-dialog");
const form = find("form", dialog);
const box = find("[data-problem]", dialog);

const path = (id, action) => `/api/exchanges/${encodeURIComponent(id)}/${action}`;

function askWhere({ caller }) {
  form.reset();
  form.elements.caller.value = caller;
  form.elements.uses.disabled = false;
  showProblem(box, []);
  dialog.showModal();
  form.elements.caller.select();
}

const queue = single(async ({ id }) => {
  const { caller, uses, always } = form.elements;
  const body = JSON.stringify({ caller: caller.value.trim(), uses: always.checked ? null : Number(uses.value) });
  const result = await ask("POST", path(id, "queue"), { body });
  if (result.code !== 200) return showProblem(box, problems(result));
  dialog.close();
  const { ip, queue_length: n } = result.data;
  const text = ngettext("Queued for %(caller)s, whose queue has %(n)s preset.", "Queued for %(caller)s, whose queue has %(n)s presets.", n);
  return notice(fill(text, { caller: ip, n }), { href: `/queues?caller=${encodeURIComponent(ip)}` });
});

async function resend({ id }, button) {
  button.disabled = true;
  const result = await ask("POST", path(id, "resend"));
  button.disabled = false;
  if (result.code !== 202) return notice(problems(result).join(" "), { level: "warn" });
  const href = `/journal/${encodeURIComponent(result.data.id)}`;
  return notice(gettext("Sent again. Open the new exchange."), { href, stay: true, name: "resent" });
}

/** `opened` is the OpenExchange. */
export function startActions(opened) {
  on(opened.place, "click", "[data-queue]", () => askWhere(opened));
  on(opened.place, "click", "[data-resend]", (_, button) => resend(opened, button));
  on(opened.place, "click", "[data-copy-as]", (_, item) => copyFrom(item.dataset.copyAs, find("b", item).textContent));
  form.elements.always.addEventListener("change", (event) => (form.elements.uses.disabled = event.target.checked));
  find("[data-cancel]", dialog).addEventListener("click", () => dialog.close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    queue(opened);
  });
}
