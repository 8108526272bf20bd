// What lies in a queue that the open call does not reach, as a draft for it.

import { ask } from "./api.js";
import { asShown } from "./content.js";
import { notice } from "./notices.js";
import { Queue } from "./queue.js";
import { tryJson, writeJson } from "./rawjson.js";
import { fill, gettext } from "./words.js";

/** What an entry says next: of a sequence its first reply, or the one whose turn it is. */
function nextOf(entry, given = 0) {
  const { sequence } = tryJson(entry.body) ?? {};
  if (!sequence) return asShown(entry);
  const reply = sequence[given % sequence.length];
  const { response = reply, ...fields } = reply.response === undefined ? {} : reply;
  return asShown({ ...entry, ...fields, body: writeJson(response) });
}

/** The first preset of the queue of `copyFrom` that is `meant` for such a call. */
export async function copyFrom({ copyFrom: caller, meant }, call, reply) {
  const { id } = call;
  const queue = new Queue({ caller, href: `/queues/${encodeURIComponent(caller)}` });
  const { code, data } = await ask("GET", queue.path);
  const first = code === 200 && data.items.find(({ endpoint }) => meant.split(" ").includes(endpoint));
  const entry = first && (await queue.entry(first.id));
  if (!entry) return notice(fill(gettext("The queue of %(caller)s holds nothing for such a call by now."), { caller }), { level: "warn" });
  return call.id === id && reply.fillIn(nextOf(entry, first.given));
}
