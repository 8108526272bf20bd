// The page Settings: switches the fallbacks, starts the rules, and passes what this browser chooses on to the header's own controls.

import { ask, problems } from "./api.js";
import { startFrame } from "./frame.js";
import { notice } from "./notices.js";
import { coalesce, find, findAll, on } from "./page.js";
import { startNewRules } from "./newrules.js";
import { refreshRegion } from "./regions.js";
import { startRules } from "./rules.js";
import { gettext } from "./words.js";

const families = find("#families");
let wanted = {};

/** What the server said last; a part that comes again unchanged leaves its radios as they were pressed. */
function showKnown() {
  if (Object.keys(wanted).length) return;
  for (const radio of findAll("[data-family]", families)) radio.checked = radio.defaultChecked;
}

/** One request at a time: whoever moves over the modes with the arrows ends with the last of them. */
const send = coalesce(async () => {
  const changes = wanted;
  wanted = {};
  if (!Object.keys(changes).length) return;
  const result = await ask("PUT", "/api/fallback", { body: JSON.stringify(changes) });
  if (result.code === 200) notice(gettext("Switched, for everybody."), { name: "fallback" });
  else {
    notice(problems(result).join(" "), { level: "bad", name: "fallback" });
    showKnown();
  }
  refreshRegion(families);
});

const original = (control) => find(control.dataset.mirrors);

/** Shows what the header's controls say. */
function mirror() {
  for (const control of findAll("[data-mirrors]")) {
    control.checked = original(control).ariaChecked === "true";
    control.disabled = original(control).disabled;
  }
  find("#own-name").textContent = find("#person .person-name").textContent;
}

on(families, "change", "[data-family]", (_, { dataset, value }) => {
  wanted[dataset.family] = value;
  send();
});
families.addEventListener("fresh", showKnown);
on(document, "change", "[data-mirrors]", (_, control) => {
  original(control).click();
  mirror();
});
find("#change-name").addEventListener("click", () => find("#person").click());

startFrame();
startRules();
startNewRules();
const watch = new MutationObserver(mirror);
watch.observe(find(".menu-options"), { attributeFilter: ["aria-checked", "disabled"], subtree: true });
watch.observe(find("#person"), { childList: true, subtree: true });
mirror();
