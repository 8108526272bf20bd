// Draws the three charts of the page Stats with uPlot, in the colours of the house.

import uPlot from "../vendor/uplot/uplot.js";
import { find } from "./page.js";
import { fill, gettext } from "./words.js";

const HEIGHT = 192;
const FEW = 12; // values of a line that are seen only as points
const WHOLE = Array.from({ length: 12 }, (_, at) => [1, 2, 5].map((digit) => digit * 10 ** at)).flat(); // no half calls
const STATUSES = [
  ["none", "--ink-faint", gettext("no answer")],
  ["5xx", "--bad", "5xx"],
  ["4xx", "--warn", "4xx"],
  ["3xx", "--code-word", "3xx"],
  ["2xx", "--ok", "2xx"],
];
const charts = new Map(); // by the id of its place

/** A token as a canvas understands it: the browser works out which theme it is. */
function colour(token) {
  const probe = document.createElement("i");
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const count = (value) => (value === null ? "–" : short.format(value));

function duration(ms) {
  if (ms === null) return "–";
  return ms < 1000 ? `${short.format(ms)} ms` : `${short.format(ms / 1000)} s`;
}

/** Stacked: each series with those below it, so that the tallest is drawn first. */
function stacked(rows) {
  const above = rows.map((row) => [...row]);
  for (let at = rows.length - 2; at >= 0; at--) above[at] = above[at].map((value, i) => value + above[at + 1][i]);
  return above;
}

/** Bars of what is stacked; the legend says each part's own number. */
function bars(parts, rows) {
  const paths = uPlot.paths.bars({ size: [0.8, 32], align: 1 });
  return parts.map(([, token, label], at) => ({
    label,
    fill: colour(token),
    stroke: colour(token),
    width: 0,
    paths,
    points: { show: false },
    value: (_, __, ___, i) => (i === null || i === undefined ? "–" : count(rows[at][i])),
  }));
}

/** `beyond` is where the server's buckets end: it says that it took longer, and not how much. */
function lines(parts, rows, beyond) {
  const told = (ms) => (ms !== null && ms >= beyond ? fill(gettext("over %(n)s min"), { n: beyond / 60_000 }) : duration(ms));
  return parts.map(([, token, label], at) => ({
    label,
    stroke: colour(token),
    width: 1.5,
    spanGaps: true,
    points: { size: 5, show: rows[at].filter((value) => value !== null).length <= FEW },
    value: (_, value) => told(value ?? null),
  }));
}

function axes(format, lang) {
  const look = { stroke: colour("--ink-soft"), font: "12px system-ui, sans-serif", ticks: { show: false } };
  const grid = { stroke: colour("--line"), width: 1 };
  const clock = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(lang, { month: "short", day: "numeric" });
  const moments = (_, splits, __, ___, step) => splits.map((at) => (step < 86_400 ? clock : day).format(at * 1000));
  return [
    { ...look, grid: { show: false }, size: 28, values: moments, space: 72 },
    { ...look, grid, size: 56, incrs: WHOLE, values: (_, splits) => splits.map(format) },
  ];
}

function draw(id, at, rows, series, format, lang, step_s) {
  const place = find(`#${id}`);
  const { left = -1, top = -1 } = charts.get(id)?.cursor ?? {}; // whoever points at a moment goes on reading of it
  charts.get(id)?.destroy();
  const options = {
    width: place.clientWidth,
    height: HEIGHT,
    series: [{ label: gettext("Time"), value: (_, moment) => (moment ? new Date(moment * 1000).toLocaleString(lang) : "–") }, ...series],
    axes: axes(format, lang),
    scales: {
      x: { range: () => [at[0], at.at(-1) + step_s] },
      y: { range: (_, __, high) => [0, Math.max(high * 1.05, 1)] },
    },
    cursor: { drag: { x: false, y: false }, points: { show: false } },
    legend: { live: true },
    hooks: { ready: [(chart) => left >= 0 && chart.setCursor({ left, top })] },
  };
  charts.set(id, new uPlot(options, [at, ...rows], place));
}

/** `series` as /api/stats gives it, with `step_s` and `beyond_ms`. */
export function drawCharts(series, lang) {
  const { at, step_s } = series;
  // A class that never came would only fill the legend.
  const seen = STATUSES.filter(([name]) => series[name].some(Boolean));
  const calls = seen.map(([name]) => series[name]);
  draw("chart-calls", at, stacked(calls), bars(seen, calls), count, lang, step_s);
  const shares = [["p99_ms", "--bad", "p99"], ["p95_ms", "--warn", "p95"], ["p50_ms", "--accent", "p50"]];
  const waits = shares.map(([name]) => series[name]);
  draw("chart-latency", at, waits, lines(shares, waits, series.beyond_ms), duration, lang, step_s);
  const kinds = [["completion_tokens", "--code-word", gettext("out")], ["prompt_tokens", "--accent", gettext("in")]];
  const tokens = kinds.map(([name]) => series[name]);
  draw("chart-tokens", at, stacked(tokens), bars(kinds, tokens), count, lang, step_s);
}

new ResizeObserver(() => {
  for (const [id, chart] of charts) chart.setSize({ width: find(`#${id}`).clientWidth, height: HEIGHT });
}).observe(find("#charts"));
