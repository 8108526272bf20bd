// What is wrong with a form, each thing beside the field that it is about.

import { find, findAll, make } from "./page.js";
import { showProblem } from "./notices.js";

const BODY = "response.";
let count = 0;

/** The nearest place around a field that is shown in this view; a place may be that of several names, its own the first. */
function placeOf(root, field) {
  const isAround = (name) => field === name || field.startsWith(`${name}.`) || field.startsWith(`${name}[`);
  const places = findAll("[data-field]", root).filter((place) => !place.closest("[hidden]"));
  const around = places.flatMap((place) => place.dataset.field.split(" ").filter(isAround).map((name) => ({ place, name })));
  return around.sort((a, b) => b.name.length - a.name.length)[0]?.place;
}

const described = (control) => (control.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);

function open(place) {
  const details = place.closest("details");
  if (details) details.open = true;
}

function mark(place, text, level) {
  const id = `field-problem-${++count}`;
  const control = find("input, select, textarea", place);
  control?.setAttribute("aria-describedby", [...described(control), id].join(" "));
  if (level === "bad") control?.setAttribute("aria-invalid", "true");
  place.append(make("p", { className: "field-problem", id }, text));
  find(`#${id}`, place).dataset.level = level;
}

function clear(root) {
  for (const old of findAll(".field-problem", root)) {
    const control = find(`[aria-describedby~="${old.id}"]`, root);
    if (control) {
      const others = described(control).filter((id) => id !== old.id);
      if (others.length) control.setAttribute("aria-describedby", others.join(" "));
      else control.removeAttribute("aria-describedby");
      control.removeAttribute("aria-invalid");
    }
    old.remove();
  }
}

/** Brings the first into sight; of what is only found while somebody writes, what is about the field that they are in. */
function reveal(root, isAnswer) {
  const shown = findAll(".field-problem, .problem:not([hidden])", root);
  const isNear = ({ id }) => id && document.activeElement.getAttribute("aria-describedby") === id;
  (isAnswer ? shown[0] : shown.find(isNear))?.scrollIntoView({ block: "nearest" });
}

/**
 * Shows [{field, error, level}] or texts; what has no field that can be seen stands in the box, where there is one.
 * `isAnswer`: somebody asked for it and looks for it.
 */
export function showProblems(root, list, { isAnswer = false } = {}) {
  clear(root);
  const rest = [];
  for (const one of list) {
    const { field = "", error, level = "bad" } = typeof one === "string" ? { error: one } : one;
    const place = field && placeOf(root, field);
    if (place) {
      if (level === "bad") open(place);
      mark(place, place.dataset.field.split(" ")[0] === field ? error : `${field.replace(BODY, "")}: ${error}`, level);
    } else rest.push(field ? `${field}: ${error}` : error);
  }
  const box = find("[data-problem]", root);
  if (box) showProblem(box, rest);
  reveal(root, isAnswer);
}
