// The banner over what is broken on purpose: one button brings everything back to normal, and its notice takes that back.

import { ask, problems } from "./api.js";
import { notice } from "./notices.js";
import { find, single } from "./page.js";
import { gettext } from "./words.js";

const RULES = ["faults", "latency", "limits"];
const ADDRESS = `/api/config?only=${RULES}`;
const KINDS = { name: "trouble", stay: true };

function refused(result) {
  notice(problems(result).join("\n"), { ...KINDS, level: "bad" });
}

/** Puts the rules there again, before those that were made meanwhile. */
async function putBack(rules) {
  const now = await ask("GET", ADDRESS);
  if (now.code !== 200) return refused(now);
  const all = RULES.map((kind) => [kind, [...rules[kind], ...now.data[kind]]]);
  const result = await ask("PUT", ADDRESS, { body: JSON.stringify(Object.fromEntries(all)) });
  if (result.code !== 200) return refused(result);
  return notice(gettext("The rules are in force again."), { name: KINDS.name });
}

export const backToNormal = single(async () => {
  const before = await ask("GET", ADDRESS);
  if (before.code !== 200) return refused(before);
  const result = await ask("DELETE", "/api/faults?everything=true");
  if (result.code !== 200) return refused(result);
  const stays = find("#trouble a");
  const text = stays ? gettext("Every rule is deleted; presets with faults stay in their queues.") : gettext("Nothing is broken on purpose any more.");
  return notice(text, { ...KINDS, undo: single(() => putBack(before.data)) });
});
