// Notifications of the desktop, where the browser allows them: over https, or on localhost.

import { keep, kept } from "./kept.js";

const TAG = "mockopenai"; // the next one takes the place of the last

export const canNotify = () => isSecureContext && "Notification" in globalThis;
export const hasDesktop = () => canNotify() && kept("desktop") === "on" && Notification.permission === "granted";

/** Turns them on or off; asks the person first. Whether they are on afterwards. */
export async function setDesktop(wanted) {
  const allowed = wanted && (await Notification.requestPermission()) === "granted";
  keep("desktop", allowed ? "on" : "");
  return allowed;
}

export function showOnDesktop(text) {
  const shown = new Notification("mockopenai", { body: text, tag: TAG });
  shown.addEventListener("click", () => {
    globalThis.focus();
    shown.close();
  });
}
