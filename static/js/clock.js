// Time on the page: countdowns that tick, and moments in the reader's own time zone.

import { find, findAll } from "./page.js";
import { gettext } from "./words.js";

const WARN_S = 60;
const BAD_S = 15;

// The server's clock counts, not this computer's.
const [navigation] = performance.getEntriesByType("navigation");
const answered_ms = performance.timeOrigin + (navigation?.responseStart ?? 0);
const offset_ms = Number(document.body.dataset.now) * 1000 - answered_ms;

export const now = () => (Date.now() + offset_ms) / 1000;

export function spell(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60);
  const rest = String(whole % 60).padStart(2, "0");
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

function level(left) {
  if (left < BAD_S) return "bad";
  return left < WARN_S ? "warn" : "calm";
}

const ALARMS = { calm: "", warn: gettext("soon"), bad: gettext("urgent") };

function count(element) {
  const left = Number(element.dataset.until) - now();
  const kind = level(left);
  element.dataset.level = kind;
  const text = find("[data-left]", element);
  if (text) text.textContent = spell(left);
  const alarm = find("[data-alarm]", element);
  if (alarm) alarm.textContent = left > 0 ? ALARMS[kind] : gettext("overdue");
  const meter = find("[data-meter]", element);
  if (meter) meter.style.width = `${Math.min(100, Math.max(0, (100 * left) / Number(element.dataset.patience)))}%`;
}

export function tick(root = document) {
  findAll("[data-until]", root).forEach(count);
  findAll("[data-gone-at]", root).forEach((element) => {
    element.hidden = Number(element.dataset.goneAt) < now();
  });
}

const SHORT = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const SECONDS = { ...SHORT, second: "2-digit" };

/** A moment of the day, as pages write it everywhere. */
export const clockText = (moment, fields = SECONDS) => moment.toLocaleTimeString([], fields);

/** Writes moments in local time; another day than today is named. */
export function localise(root = document) {
  findAll("time[data-clock]", root).forEach((element) => {
    const moment = new Date(element.dateTime);
    element.textContent = clockText(moment, element.dataset.clock === "seconds" ? SECONDS : SHORT);
    element.title = moment.toLocaleString();
  });
}

export function startClock() {
  localise();
  tick();
  setInterval(tick, 1000);
}
