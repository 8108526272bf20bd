// Where a pointer is down: what is replaced under it would lose the click.

import { sleep } from "./page.js";

const LONGEST_MS = 3000; // nothing waits longer for a finger that is left lying

let held = null; // {target, released, done}

/** Resolves once no pointer is down in `element`: at once, as a rule. */
export async function unpressed(element) {
  if (held && element.contains(held.target)) await Promise.race([held.released, sleep(LONGEST_MS)]);
}

function release() {
  if (held) setTimeout(held.done, 0); // the click comes first
  held = null;
}

function press({ target, button }) {
  if (button !== 0) return; // a menu of the browser may keep its end to itself
  release();
  held = { target };
  held.released = new Promise((done) => (held.done = done));
}

addEventListener("pointerdown", press, true);
addEventListener("pointerup", release, true);
addEventListener("pointercancel", release, true);
addEventListener("blur", release); // of the window
