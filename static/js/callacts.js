// What is done with a waiting call beside answering it: more time, or its end.

import { ask, problems } from "./api.js";
import { now, spell } from "./clock.js";
import { notice, sure } from "./notices.js";
import { fill, gettext } from "./words.js";

const warn = (result) => notice(problems(result).join(" "), { level: "warn" });

/** Holds it 60 s longer; whether that was done. */
export async function extendCall(id) {
  const result = await ask("POST", `/api/desk/${id}/extend`, { body: '{"seconds": 60}' });
  if (result.code !== 200) warn(result);
  return result.code === 200;
}

/** Says what a longer hold is good for, by the story of the call after it. */
export function sayExtended({ timeLeftOf, until }, caller) {
  const left = spell(until - now());
  const vain = gettext("60 s longer, but %(caller)s gives up in %(left)s.");
  if (timeLeftOf === "client") notice(fill(vain, { caller, left }), { level: "warn" });
  else notice(fill(gettext("Held 60 s longer: %(left)s left."), { left }));
}

/** Cuts its connection, once the person is sure. */
export async function abortCall(id, caller) {
  const text = fill(gettext("%(caller)s gets no reply at all: its connection just ends."), { caller });
  if (!(await sure({ title: gettext("Cut this connection?"), text, yes: gettext("Cut it") }))) return;
  const result = await ask("POST", `/api/desk/${id}/abort`);
  if (result.code !== 200) warn(result);
}
