// The desk: the list that fills by itself, the open call, its reply.

import { OpenCall } from "./call.js";
import { rescueFocus } from "./focus.js";
import { startFrame } from "./frame.js";
import { moveInList, startList } from "./list.js";
import { coalesce, find, findAll, on } from "./page.js";
import { Reply } from "./reply.js";
import { replyKeys } from "./replykeys.js";
import { refresh } from "./swap.js";
import { startWelcome } from "./welcome.js";
import { gettext } from "./words.js";

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

on(find("#call"), "click", "[data-copy-from]", async (_, { dataset }) => (await import("./copyfrom.js")).copyFrom(dataset, call, reply));
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
