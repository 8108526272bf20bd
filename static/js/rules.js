// The rules on the page Settings: each control changes its rule at once, each form adds one.

import { ask, problems } from "./api.js";
import { showProblems } from "./fieldproblems.js";
import { staying } from "./focus.js";
import { notice } from "./notices.js";
import { coalesce, find, findAll, on, single } from "./page.js";
import { holdRegion, refreshRegion, releaseRegion } from "./regions.js";
import { gettext } from "./words.js";

const TICK_MS = 2000; // buckets flow back by themselves

const pending = new Map(); // address of a rule → the fields that are to be changed
let writing = null; // the control in which something stands that is not sent yet
const regionOf = (element) => element.closest("[data-rules]");

const VALUES = {
  is_on: ({ checked }) => checked,
  pace: ({ value }) => value,
};
const asNumber = ({ value }) => (value === "" ? null : Number(value));

const valueOf = (control) => (VALUES[control.dataset.set] ?? asNumber)(control);

/** Its rules as they are now, unless somebody is writing in one: leaving that control releases them, too. */
function release(region) {
  if (!region.contains(writing)) releaseRegion(region);
}

const rowOf = (address) => find(`[data-rule="${CSS.escape(address)}"]`);

/** One request at a time for all rules: a slider that is moved by its keys ends where it was left. */
const send = coalesce(async () => {
  while (pending.size) {
    const [[address, changes]] = pending;
    pending.delete(address);
    const result = await ask("PATCH", address, { body: JSON.stringify(changes) });
    const row = rowOf(address);
    if (result.code === 404 && row) release(regionOf(row));
    if (result.code === 200) {
      if (row) showProblems(row, []);
    } else if (row && result.data.errors) showProblems(row, result.data.errors);
    else notice(problems(result).join(" "), { level: "bad", name: "rules" });
    if (row && !findAll(".field-problem", regionOf(row)).length && !pending.size) release(regionOf(row));
  }
}, 50);

function change(control) {
  const { rule } = control.closest("[data-rule]").dataset;
  pending.set(rule, { ...pending.get(rule), [control.dataset.set]: valueOf(control) });
  holdRegion(regionOf(control));
  send();
}

async function remove(button) {
  const region = regionOf(button);
  const result = await ask("DELETE", button.closest("[data-rule]").dataset.rule);
  if (result.code !== 200 && result.code !== 404) return notice(problems(result).join(" "), { level: "bad" });
  find("select, input", region.parentElement.querySelector("form")).focus();
  return release(region);
}

/** What a form says, without what was left empty: that has its default on the server. */
export function fieldsOf(form) {
  const fields = {};
  for (const control of findAll("[name]", form)) {
    if (control.closest("[hidden]") || control.value === "") continue;
    fields[control.name] = ["number", "range"].includes(control.type) ? Number(control.value) : control.value;
  }
  return fields;
}

/** `read(form)` gives the body; what is refused stands beside its field, and what was written stays. */
export function startForm(form, read = fieldsOf) {
  const add = single(async () => {
    const isHere = staying();
    const result = await ask("POST", form.dataset.new, { body: JSON.stringify(read(form)) });
    showProblems(form, result.code === 200 ? [] : (result.data.errors ?? problems(result)));
    if (result.code !== 200) {
      if (!isHere()) return undefined;
      find("[aria-invalid]", form)?.focus();
      return find(".field-problem, [data-problem]:not([hidden])", form)?.scrollIntoView({ block: "nearest" });
    }
    notice(gettext("In force, for everybody."), { name: "rules" });
    return release(find("[data-rules]", form.parentElement));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    add();
  });
}

const percent = (slider) => {
  const shown = find("output", slider.parentElement);
  if (shown) shown.textContent = `${slider.value} %`;
};

export function startRules() {
  on(document, "input", "[data-rules] [data-set]", (_, control) => {
    writing = control;
    holdRegion(regionOf(control));
    if (control.type === "range") percent(control);
  });
  on(document, "change", "[data-rules] [data-set]", (_, control) => {
    writing = null;
    change(control);
  });
  on(document, "focusout", "[data-rules] [data-set]", (_, control) => {
    const region = regionOf(control);
    writing = null;
    if (!pending.size && !findAll(".field-problem", region).length) setTimeout(() => !pending.size && releaseRegion(region), 0);
  });
  on(document, "click", "[data-rules] [data-remove]", (_, button) => remove(button));
  on(document, "input", ".rule-new input[type=range][name]", (_, slider) => percent(slider));
  setInterval(() => {
    const region = find("[data-rules]:has([data-ticking])");
    if (region && document.visibilityState === "visible") refreshRegion(region);
  }, TICK_MS);
}
