// Days between the journal's lines: times alone do not say which day it was.

import { findAll, make } from "./page.js";

const dayOf = (moment) => moment.toDateString();

function heading(moment) {
  const fields = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
  return make("li", { className: "day" }, moment.toLocaleDateString(document.documentElement.lang, fields));
}

/** Puts a heading before the first line of each day but today. */
export function nameDays(list) {
  for (const old of findAll(".day", list)) old.remove();
  let day = dayOf(new Date());
  for (const line of findAll("[data-key]", list)) {
    const moment = new Date(line.querySelector("time").dateTime);
    if (dayOf(moment) !== day) line.before(heading(moment));
    day = dayOf(moment);
  }
}
