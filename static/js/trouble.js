// The banner over what is broken on purpose: one button brings everything back to normal.

import { ask, problems } from "./api.js";
import { notice } from "./notices.js";
import { find } from "./page.js";
import { gettext } from "./words.js";

export async function backToNormal() {
  const result = await ask("DELETE", "/api/faults?everything=true");
  if (result.code !== 200) return notice(problems(result).join(" "), { level: "bad" });
  const stays = find("#trouble a");
  return notice(stays ? gettext("Every rule is deleted; presets with faults stay in their queues.") : gettext("Nothing is broken on purpose any more."));
}
