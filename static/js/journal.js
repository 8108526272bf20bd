// The journal: exchanges newest first, which come by themselves while the newest are looked at.

import { OpenCall } from "./call.js";
import { startFrame } from "./frame.js";
import { coalesce, find } from "./page.js";
import { refresh } from "./swap.js";

const rows = find("#rows");
const call = new OpenCall();

const refetchRows = coalesce(async () => {
  if (!("still" in rows.dataset)) await refresh(rows); // an older page stays as it was opened
  call.mark();
});
const refetchStory = coalesce(() => call.refresh(), 200);

function refetch() {
  refetchRows();
  refetchStory();
}

const CALLS = ["new_request", "completed_request", "settled"];

function onEvent(kind, data) {
  if (CALLS.includes(kind)) {
    refetchRows();
    }
  if (data.id && data.id === call.id) refetchStory();
}

startFrame({ onEvent, refetch });
