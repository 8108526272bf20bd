// The page Stats: charts over the figures that the server sends again whenever calls have ended.

import { drawCharts } from "./charts.js";
import { startFrame } from "./frame.js";
import { find, findAll } from "./page.js";

const figures = find("#figures");
const lang = document.documentElement.lang;

/** Moments of the table, in local time. */
function localiseSteps() {
  const format = new Intl.DateTimeFormat(lang, { dateStyle: "short", timeStyle: "short" });
  for (const place of findAll("[data-step]", figures)) place.textContent = format.format(place.dataset.step * 1000);
}

function show() {
  localiseSteps();
  const charts = find("#charts");
  charts.hidden = Boolean(find(".stats-empty", figures));
  if (!charts.hidden) drawCharts(JSON.parse(find("#series").dataset.series), lang);
}

/** What a field of date and time wants: local time without a zone. */
function asLocal(unix_s) {
  const moment = new Date(unix_s * 1000);
  return new Date(moment - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The fields show local time; what is sent are unix seconds. */
function startCustom() {
  const form = find("#custom-form");
  for (const field of findAll("[data-at]", form)) field.value = asLocal(Number(field.dataset.at));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const query = new URLSearchParams();
    for (const { name, value } of findAll("[data-at]", form)) {
      if (value) query.set(name, Math.floor(new Date(value) / 1000));
    }
    location.assign(`${form.action}?${query}`);
  });
  document.addEventListener("keydown", ({ key }) => key === "Escape" && find("#custom").removeAttribute("open"));
}

figures.addEventListener("fresh", show);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
new MutationObserver(show).observe(document.documentElement, { attributeFilter: ["data-theme"] });
startCustom();
startFrame();
show();
