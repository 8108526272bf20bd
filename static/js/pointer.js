// Where a pointer or the space bar is down: what is replaced under it would lose the click.

import { sleep } from "./page.js";

const LONGEST_MS = 3000; // nothing waits longer for a finger that is left lying
const CLICKED = "button, summary, [type=checkbox], [type=radio]"; // by the space bar, once it is let go

let held = null; // {target, released, done}

/** Resolves once nothing is pressed in `element`: at once, as a rule. */
export async function unpressed(element) {
  if (held && element.contains(held.target)) await Promise.race([held.released, sleep(LONGEST_MS)]);
}

function release() {
  if (held) setTimeout(held.done, 0); // the click comes first
  held = null;
}

function hold(target) {
  release();
  held = { target };
  held.released = new Promise((done) => (held.done = done));
}

/** A menu of the browser may keep the end of another button to itself. */
const press = ({ target, button }) => button === 0 && hold(target);

const pressKey = ({ target, key, repeat }) => key === " " && !repeat && target.matches(CLICKED) && hold(target);

addEventListener("pointerdown", press, true);
addEventListener("pointerup", release, true);
addEventListener("pointercancel", release, true);
addEventListener("keydown", pressKey, true);
addEventListener("keyup", ({ key }) => key === " " && release(), true);
addEventListener("blur", release); // of the window
