// What is done with all that the filter shows: exported, deleted.

import { ask, problems } from "./api.js";
import { now } from "./clock.js";
import { notice, sure } from "./notices.js";
import { find, single } from "./page.js";
import { fill, gettext, ngettext } from "./words.js";

const ROOT = "/api/exchanges";

function refused(result) {
  notice(problems(result).join(" "), { level: "warn" });
}

/** Asks how many, then deletes just those: what comes in meanwhile stays. */
async function erase(list) {
  const params = new URLSearchParams({ ...(list.query ? { q: list.query } : {}), until: now().toFixed(3) });
  const counted = await ask("GET", `${ROOT}/count?${params}`);
  if (counted.code !== 200) return refused(counted);
  const n = counted.data.count;
  if (!n) return notice(gettext("There is nothing to delete."));
  const title = fill(ngettext("Delete %(n)s exchange?", "Delete %(n)s exchanges?", n), { n: n.toLocaleString() });
  const every = gettext("That is the whole journal. Calls that are still open stay. It cannot be undone.");
  const some = fill(gettext("All that fit the filter %(line)s, also those further down. Calls that are still open stay. It cannot be undone."), { line: list.query });
  if (!(await sure({ title, text: list.query ? some : every, yes: gettext("Delete") }))) return undefined;
  const result = await ask("DELETE", `${ROOT}?${params}`);
  if (result.code !== 200) return refused(result);
  const { deleted } = result.data;
  notice(fill(ngettext("%(n)s exchange deleted.", "%(n)s exchanges deleted.", deleted), { n: deleted.toLocaleString() }));
  return list.renew();
}

export function startAll(list) {
  find("#delete").addEventListener("click", single(() => erase(list)));
}

export function showExport(query) {
  find("#export").href = `${ROOT}/export${query ? `?${new URLSearchParams({ q: query })}` : ""}`;
}
