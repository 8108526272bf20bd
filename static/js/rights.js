// What this page's person may not do is disabled, and says why; the server refuses it anyway.

import { findAll } from "./page.js";
import { fill, gettext } from "./words.js";

const ORDER = ["none", "viewer", "operator", "editor", "admin"];
// By the least role: what acts on calls and queues, and what clears and switches.
const ACTS = {
  operator: "#compose button, #compose textarea, #compose input, [data-act], [data-try], [data-test-call], [data-resend]",
  editor: '#families input, #hold input, .hold input, .hold button, [data-act="clear"], [data-act="pause"]',
};

export function limit(root) {
  const own = ORDER.indexOf(document.body.dataset.role ?? "editor");
  for (const [least, acts] of Object.entries(ACTS)) {
    if (own >= ORDER.indexOf(least)) continue;
    for (const control of findAll(acts, root)) {
      control.disabled = true;
      control.title = fill(gettext("Needs the role %(role)s"), { role: least });
    }
  }
}
