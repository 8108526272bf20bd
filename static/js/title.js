// The title of the tab: how many calls wait, and how long the first of them still does.

import { now, spell } from "./clock.js";
import { fill, gettext } from "./words.js";

const own = document.title.replace(/^\(\d+\) /, "");
let waiting = { count: 0, until: 0 };

function write() {
  const { count, until } = waiting;
  const left = fill(gettext("%(time)s left"), { time: spell(until - now()) });
  const title = count ? `(${count}) ${left} · ${own}` : own;
  if (document.title !== title) document.title = title;
}

/** `until` in unix seconds. */
export function showInTitle({ count, until }) {
  waiting = { count, until };
  write();
}

export const startTitle = () => setInterval(write, 1000);
