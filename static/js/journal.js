// The journal: exchanges newest first, which come by themselves while the newest are looked at.

import { OpenCall } from "./call.js";
import { startClock } from "./clock.js";
import { listen } from "./keys.js";
import { countWaiting, live } from "./live.js";
import { coalesce, find } from "./page.js";
import { showPerson } from "./person.js";
import { refresh } from "./swap.js";

const rows = find("#rows");
const call = new OpenCall();

const refetchRows = coalesce(async () => {
  if (!("still" in rows.dataset)) await refresh(rows); // an older page stays as it was opened
  call.mark();
});
const recount = coalesce(countWaiting);
const refetchStory = coalesce(() => call.refresh(), 200);

function refetch() {
  refetchRows();
  recount();
  refetchStory();
}

const CALLS = ["new_request", "completed_request", "settled"];

function onEvent(kind, data) {
  if (CALLS.includes(kind)) {
    refetchRows();
    recount();
  }
  if (data.id && data.id === call.id) refetchStory();
}

showPerson();
startClock();
listen({ "/": () => find("#filter").focus() });
live({ onEvent, refetch });
