// Alerts: what the page does when the pulse says that a call has come, or that one has gone.

import { announce } from "./announce.js";
import { canNotify, hasDesktop, setDesktop, showOnDesktop } from "./desktop.js";
import { showInIcon } from "./favicon.js";
import { isMuted, showMute, toggleMute } from "./mute.js";
import { notice } from "./notices.js";
import { find, findAll, on } from "./page.js";
import { hasSound, play, setSound } from "./sound.js";
import { showInTitle, startTitle } from "./title.js";
import { fill, gettext, ngettext } from "./words.js";

const pulse = find("#pulse");
let seen = read();

function read() {
  const { ends, newest } = find("[data-newest]", pulse).dataset;
  return { count: Number(pulse.textContent), until: Number(ends), newest };
}

function inWords(count) {
  if (!count) return gettext("No call is waiting");
  return fill(ngettext("%(n)s call is waiting", "%(n)s calls are waiting", count), { n: count });
}

function arrived(count) {
  if (isMuted()) return;
  const text = inWords(count);
  // The desk shows the call itself; other pages, and hidden ones, have to be told.
  if (document.body.dataset.section !== "desk") notice(text, { href: "/", name: "waiting" });
  if (hasSound()) play();
  if (document.hidden && hasDesktop()) showOnDesktop(text);
}

function look() {
  const before = seen;
  seen = read();
  for (const place of findAll("[data-waiting-count]")) place.textContent = seen.count;
  showInTitle(seen);
  showInIcon(seen.count);
  if (seen.count !== before.count) announce(inWords(seen.count));
  if (seen.newest > before.newest) arrived(seen.count);
}

async function toggle(item) {
  const wanted = item.ariaChecked !== "true";
  if (item.dataset.alert === "mute") return toggleMute();
  if (item.dataset.alert === "sound") setSound(wanted);
  const on = item.dataset.alert === "desktop" ? await setDesktop(wanted) : wanted;
  item.ariaChecked = String(on);
  if (wanted && !on) notice(gettext("The browser does not allow notifications of this page."), { level: "warn" });
}

export function startAlerts() {
  find("[data-alert=sound]").ariaChecked = String(hasSound());
  find("[data-alert=desktop]").ariaChecked = String(hasDesktop());
  find("[data-alert=desktop]").disabled = !canNotify();
  find("[data-desktop-note]").hidden = canNotify();
  showMute();
  on(document, "click", "[data-alert]", (_, item) => toggle(item));
  pulse.addEventListener("fresh", look);
  startTitle();
  look();
}
