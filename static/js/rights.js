// What this page's person may not do is disabled, and says why; the server refuses it anyway.

import { notice } from "./notices.js";
import { findAll } from "./page.js";
import { fill, gettext } from "./words.js";

const ORDER = ["none", "viewer", "operator", "editor", "admin"];
// By the least role: single buttons and switches, and whole forms, which are shown and cannot be used.
const CONTROLS = {
  operator:
    "#test-call, [data-resend], [data-queue], #new, #paste, #import, [data-copy-from], [data-grip], [data-duplicate], [data-delete]",
  editor:
    "#hold, #families input, #pause[aria-keyshortcuts], #clear, #delete, #delete-template, #import-templates input, [data-rules] [data-set], [data-rules] [data-remove]",
};
const FORMS = { operator: "#reply, #entry, #bring", editor: "#template-form, .rule-new" };

const ownPlace = () => ORDER.indexOf(document.body.dataset.role ?? "editor");

/** Whether this page's person may do what needs that role; if not, says so, as the locked button does. */
export function may(least) {
  const isAllowed = ownPlace() >= ORDER.indexOf(least);
  if (!isAllowed) notice(needed(least), { level: "warn", name: "rights" });
  return isAllowed;
}

export function limit(root) {
  const own = ownPlace();
  for (const [least, controls] of Object.entries(CONTROLS)) {
    if (own >= ORDER.indexOf(least)) continue;
    for (const control of findAll(controls, root)) {
      control.disabled = true;
      control.title = needed(least);
    }
  }
  for (const [least, forms] of Object.entries(FORMS)) {
    if (own < ORDER.indexOf(least)) findAll(forms, root).forEach((form) => lock(form, needed(least)));
  }
}

const needed = (role) => fill(gettext("Needs the role %(role)s"), { role });

function lock(form, why) {
  if (form.inert) return;
  form.inert = true;
  form.append(Object.assign(document.createElement("p"), { className: "locked", textContent: why }));
}
