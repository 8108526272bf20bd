// Keeps a page as it would look freshly loaded: by events, and by polling while there are none.

import { showMode } from "./hold.js";
import { find, findAll } from "./page.js";
import { personName } from "./person.js";
import { hear, refreshRegions } from "./regions.js";
import { Socket } from "./socket.js";
import { fill, gettext, ngettext } from "./words.js";

const POLL_MS = 5000;

let socket = null;
const greetings = [];

/** Sends a frame to the server, if the socket is open. */
export const tell = (frame) => socket?.say(frame);

/** Has that done each time the socket opens. */
export const greet = (act) => greetings.push(act);

function address() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${location.host}/ws?person=${encodeURIComponent(personName())}`;
}

/** In the footer in full; beside the hold switch in a word. */
function say(state, text, short = text) {
  find("#connection").dataset.state = state;
  for (const line of findAll("[data-connection]")) {
    line.dataset.connection = state;
    const words = line.id ? text : short;
    const place = find("[data-text]", line);
    if (place.textContent !== words) place.textContent = words;
  }
}

const NAMES_SHOWN = 4;

function showPeople({ people, names }) {
  const place = find("#people");
  const count = fill(ngettext("%(n)s person here", "%(n)s people here", people), { n: people });
  const known = names.slice(0, NAMES_SHOWN).join(", ") + (names.length > NAMES_SHOWN ? ", …" : "");
  place.textContent = known ? `${count}: ${known}` : count;
  place.title = names.join(", ");
  place.hidden = !people;
}

/** `onEvent(kind, data)` hears what changed; `refetch()` has to make true again what no live region does. */
export function live({ onEvent, refetch }) {
  let seen = 0;
  let polling = null;

  function refetchAll() {
    refreshRegions();
    refetch();
  }

  function onState(state, seconds) {
    if (state === "open") {
      clearInterval(polling);
      polling = null;
      seen = 0;
      say("open", gettext("live"), gettext("connected"));
      refetchAll();
      for (const act of greetings) act();
    } else if (state === "closed") {
      polling ??= setInterval(refetchAll, POLL_MS);
      showPeople({ people: 0, names: [] });
      const long = gettext("reconnecting in %(n)s s · looking every 5 s meanwhile");
      say("closed", fill(long, { n: seconds }), fill(gettext("reconnecting in %(n)s s"), { n: seconds }));
    } else if (polling) {
      say("closed", gettext("reconnecting… · looking every 5 s meanwhile"), gettext("reconnecting…"));
    }
  }

  function onFrame({ type, data, seq }) {
    const missed = seq && seen && seq !== seen + 1;
    seen = seq || seen;
    if (missed || type === "resync") refetchAll();
    if (type === "presence") showPeople(data);
    else if (type === "fallback_updated") showMode(data.text);
    if (type === "resync" || type === "pong") return;
    hear(type, data ?? {});
    onEvent(type, data ?? {});
  }

  socket = new Socket({ url: address, onState, onFrame });
}
