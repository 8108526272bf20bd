// The keys of the reply.

import { openMenu, press } from "./press.js";
import { gettext } from "./words.js";

export const replyKeys = (reply) => [
  { key: "r", label: gettext("write the reply"), act: () => reply.focus() },
  { key: "Control+Enter", label: gettext("send it, or finish what is typed live"), act: () => reply.sendFromAfar() },
  { key: "Control+j", label: gettext("form or JSON"), act: () => reply.toggle() },
  { key: "t", label: gettext("type live, to a call that streams"), act: () => reply.typeLive() },
  { key: "Control+p", label: gettext("pause what is typed live, or go on"), act: () => reply.togglePause() },
  { key: "c", label: gettext("claim the call, or let go of it"), act: () => reply.claimIt() },
  { key: "o", label: gettext("take over from who is replying"), act: () => press("#take-over") },
  { key: "e 4", label: gettext("an error: 400"), act: () => reply.error(400) },
  { key: "e 5", label: gettext("an error: 500"), act: () => reply.error(500) },
  { key: "e r", label: gettext("an error: 429, rate limit"), act: () => reply.error(429) },
  { key: "f", label: gettext("a fault: how it goes wrong"), act: () => reply.fault() },
  { key: "+", label: gettext("hold the call 60 s longer"), act: () => reply.extend() },
  { key: "x", label: gettext("cut the connection"), act: () => reply.abort() },
  { key: "q", label: gettext("queue a reply that came too late"), act: () => press("#keep") },
  { key: "Delete", label: gettext("discard it"), act: () => press("#discard") },
  { key: "y", label: gettext("copy the call or its reply"), act: () => openMenu("#copy-as") },
];
