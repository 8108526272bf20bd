// Keeps a page as it would look freshly loaded: by events, and by polling while there are none.

import { ask } from "./api.js";
import { find, findAll } from "./page.js";
import { personName } from "./person.js";
import { Socket } from "./socket.js";
import { fill, gettext, ngettext } from "./words.js";

const POLL_MS = 5000;

function address() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${location.host}/ws?person=${encodeURIComponent(personName())}`;
}

function say(state, text) {
  const line = find("#connection");
  line.dataset.state = state;
  const place = find("[data-text]", line);
  if (place.textContent !== text) place.textContent = text;
}

function showPeople(count) {
  const text = ngettext("%(n)s person here", "%(n)s people here", count);
  find("#people").textContent = count ? fill(text, { n: count }) : "";
}

function showMode(mode) {
  find(".mode").dataset.mode = mode;
  const chosen = find(`#fallback [value="${CSS.escape(mode)}"]`);
  if (chosen) chosen.checked = true;
}

/** `onEvent(kind, data)` hears what changed; `refetch()` has to make the whole page true again. */
export function live({ onEvent, refetch }) {
  let seen = 0;
  let polling = null;

  function onState(state, seconds) {
    if (state === "open") {
      clearInterval(polling);
      polling = null;
      seen = 0;
      say("open", gettext("live"));
      refetch();
    } else if (state === "closed") {
      polling ??= setInterval(refetch, POLL_MS);
      showPeople(0);
      say("closed", fill(gettext("reconnecting in %(n)s s · looking every 5 s meanwhile"), { n: seconds }));
    } else if (polling) {
      say("closed", gettext("reconnecting… · looking every 5 s meanwhile"));
    }
  }

  function onFrame({ type, data, seq }) {
    const missed = seq && seen && seq !== seen + 1;
    seen = seq || seen;
    if (missed || type === "resync") refetch();
    if (type === "presence") showPeople(data.people);
    else if (type === "fallback_updated") showMode(data.text);
    else if (type !== "resync" && type !== "pong") onEvent(type, data ?? {});
  }

  new Socket({ url: address, onState, onFrame });
}

/** Shows how many calls wait, in the bar, in the title and to screen readers. */
export function showWaiting(count) {
  const before = Number(find("[data-waiting-count]").textContent);
  findAll("[data-waiting-count]").forEach((element) => {
    element.textContent = count;
  });
  document.title = document.title.replace(/^\(\d+\) /, "");
  if (count) document.title = `(${count}) ${document.title}`;
  if (count === before) return;
  const text = ngettext("%(n)s call is waiting", "%(n)s calls are waiting", count);
  find("#announce").textContent = count ? fill(text, { n: count }) : gettext("No call is waiting");
}

/** For pages without the list: asks for the count. */
export async function countWaiting() {
  const { code, data } = await ask("GET", "/api/exchanges/count?state=waiting");
  if (code === 200) showWaiting(data.count);
}
