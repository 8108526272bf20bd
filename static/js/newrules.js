// The forms of new faults and latencies: what a fault takes and says, and how a latency looks while it is written.

import { FaultField } from "./faultfield.js";
import { showProblems } from "./fieldproblems.js";
import { coalesce, find, findAll } from "./page.js";
import { fieldsOf, startForm } from "./rules.js";
import { fetchPart } from "./swap.js";
import { gettext } from "./words.js";

// --- faults: some take a number -------------------------------------------------------------------

const faultOf = (field) => (form) => {
  const { number, ...fields } = fieldsOf(form); // the fault's own
  return { ...fields, fault: field.read() };
};

// --- latencies: a name, or two waits that are spread ----------------------------------------------

const WORDS = { from: gettext("from"), to: gettext("to"), mean: gettext("mean"), sd: gettext("deviation"), median: gettext("median"), p95: gettext("p95") };

function waitOf(place) {
  const kind = find("[data-kind]", place);
  const figures = findAll("[data-figure]", place).map(({ value }) => (value === "" ? null : Number(value)));
  if (!kind.value) return figures[0];
  const names = kind.selectedOptions[0].dataset.figures.split(" ");
  return { [kind.value]: Object.fromEntries(names.map((name, index) => [name, figures[index]])) };
}

function paceOf(form) {
  if (form.elements.pace.value) return form.elements.pace.value;
  return Object.fromEntries(findAll("[data-wait]", form).map((place) => [place.dataset.wait, waitOf(place)]));
}

const latencyOf = (form) => ({ ...fieldsOf(form), pace: paceOf(form) });

function showSpreads(form) {
  find("#spreads").hidden = form.elements.pace.value !== "";
  for (const place of findAll("[data-wait]", form)) {
    const { figures = "" } = find("[data-kind]", place).selectedOptions[0].dataset;
    const names = figures.split(" ").filter(Boolean);
    findAll(".figure", place).forEach((figure, index) => {
      figure.hidden = index > 0 && !names.length;
      find("span", figure).textContent = names[index] ? `${WORDS[names[index]] ?? names[index]}, ms` : "ms";
    });
  }
}

/** The server draws it, by the code that has replies wait. */
const draw = coalesce(async () => {
  const form = find("#latency-new");
  const url = `${form.dataset.drawn}?${new URLSearchParams({ pace: JSON.stringify(paceOf(form)) })}`;
  const html = await fetchPart(url).catch(() => "");
  if (!html) return;
  const fresh = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
  const errors = JSON.parse(fresh.dataset.errors);
  showProblems(find("#spreads", form), errors); // beside what the form itself was told
  find("#drawn").toggleAttribute("data-old", errors.length > 0 && !fresh.childElementCount); // what is drawn is not what stands in the fields
  if (fresh.childElementCount) find("#drawn").replaceChildren(fresh);
}, 100);

function slide({ target }) {
  const figure = target.closest(".figure");
  if (!figure) return;
  const [number, slider] = findAll("input", figure);
  if (target === slider) number.value = slider.value;
  else slider.value = number.value;
}

export function startNewRules() {
  const [faults, latency] = [find("#fault-new"), find("#latency-new")];
  startForm(faults, faultOf(new FaultField(faults)));
  startForm(latency, latencyOf);
  startForm(find("#limit-new"));
  latency.addEventListener("input", (event) => {
    slide(event);
    showSpreads(latency);
    draw();
  });
  showSpreads(latency);
  draw();
}
