// The desk: the list that fills by itself, the open call, its reply.

import { ask } from "./api.js";
import { OpenCall } from "./call.js";
import { nextOf } from "./content.js";
import { rescueFocus } from "./focus.js";
import { startFrame } from "./frame.js";
import { moveInList, startList } from "./list.js";
import { notice } from "./notices.js";
import { coalesce, find, findAll, on } from "./page.js";
import { Queue } from "./queue.js";
import { Reply } from "./reply.js";
import { replyKeys } from "./replykeys.js";
import { refresh } from "./swap.js";
import { startWelcome } from "./welcome.js";
import { fill, gettext } from "./words.js";

const waiting = find("#waiting");

const call = new OpenCall({ onChange: () => reply.update() });
const reply = new Reply(call, { onSent: next });

const refetchStory = coalesce(() => call.refresh(), 200);

function onFresh() {
  const count = Number(find("[data-count]", waiting).dataset.count);
  find("#choose").hidden = !count;
  find("#empty").hidden = Boolean(count);
  call.mark();
}

/** After an answer: on to the call with the least time left. */
async function next(id) {
  if (call.wanted !== id) return; // another one was opened while the answer was on its way
  await refresh(waiting);
  if (call.wanted !== id) return;
  const row = findAll(".row[data-until]", waiting).find((other) => other.dataset.call !== id);
  await call.open(row?.dataset.call ?? "");
  find(`.row[data-call="${CSS.escape(call.id)}"]`, waiting)?.focus();
  rescueFocus("#call h1", "#empty h1", "#choose");
}

async function openTestCall(id) {
  await call.open(id);
  rescueFocus("#call h1");
}

/** What lies in a queue that this call does not reach, as a draft for it. */
async function copyFrom({ copyFrom: caller, meant }) {
  const { id } = call;
  const queue = new Queue({ caller, href: `/queues/${encodeURIComponent(caller)}` });
  const { code, data } = await ask("GET", queue.path);
  const first = code === 200 && data.items.find(({ endpoint }) => meant.split(" ").includes(endpoint));
  const entry = first && (await queue.entry(first.id));
  if (!entry) return notice(fill(gettext("The queue of %(caller)s holds nothing for such a call by now."), { caller }), { level: "warn" });
  return call.id === id && reply.fillIn(nextOf(entry, first.given));
}

on(find("#call"), "click", "[data-copy-from]", (_, button) => copyFrom(button.dataset));
startList({ onFresh });
startWelcome({ open: openTestCall });
startFrame({
  keys: [
    { key: "j", label: gettext("next call"), act: () => moveInList(1) },
    { key: "k", label: gettext("previous call"), act: () => moveInList(-1) },
    ...replyKeys(reply),
  ],
  onEvent(kind, { id }) {
    if (kind === "released") reply.claim.heard(id);
    if (id && id === call.id) refetchStory();
  },
  refetch: refetchStory,
});
