// What is done with a waiting call beside answering it: more time, or its end.

import { ask, problems } from "./api.js";
import { notice, sure } from "./notices.js";
import { fill, gettext } from "./words.js";

const warn = (result) => notice(problems(result).join(" "), { level: "warn" });

export async function extendCall(id) {
  const result = await ask("POST", `/api/desk/${id}/extend`, { body: '{"seconds": 60}' });
  if (result.code === 200) notice(gettext("Held 60 s longer. The caller's own patience may end sooner."));
  else warn(result);
}

/** Cuts its connection, once the person is sure. */
export async function abortCall(id, caller) {
  const text = fill(gettext("%(caller)s gets no answer at all: its connection just ends."), { caller });
  if (!(await sure({ title: gettext("Cut this connection?"), text, yes: gettext("Cut it") }))) return;
  const result = await ask("POST", `/api/desk/${id}/abort`);
  if (result.code !== 200) warn(result);
}
