// Mute: no toast, no sound, no notification of the desktop until it is taken back; remembered by this browser.

import { keep, kept } from "./kept.js";
import { notice } from "./notices.js";
import { find } from "./page.js";
import { gettext } from "./words.js";

export const isMuted = () => kept("mute") === "on";

export function showMute() {
  find("[data-muted-mark]").hidden = !isMuted();
  find("[data-alert=mute]").ariaChecked = String(isMuted());
}

export function toggleMute() {
  keep("mute", isMuted() ? "" : "on");
  showMute();
  notice(isMuted() ? gettext("Alerts are muted.") : gettext("Alerts are on again."));
}
