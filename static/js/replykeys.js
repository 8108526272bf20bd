// The keys of the reply.

import { gettext } from "./words.js";

export const replyKeys = (reply) => [
  { key: "r", label: gettext("write the reply"), act: () => reply.focus() },
  { key: "Control+Enter", label: gettext("send it, or finish what is typed live"), act: () => reply.sendFromAfar() },
  { key: "Control+j", label: gettext("form or JSON"), act: () => reply.toggle() },
  { key: "t", label: gettext("type live, to a call that streams"), act: () => reply.typeLive() },
  { key: "c", label: gettext("claim the call, or let go of it"), act: () => reply.claimIt() },
  { key: "e 4", label: gettext("an error: 400"), act: () => reply.error(400) },
  { key: "e 5", label: gettext("an error: 500"), act: () => reply.error(500) },
  { key: "e r", label: gettext("an error: 429, rate limit"), act: () => reply.error(429) },
  { key: "+", label: gettext("hold the call 60 s longer"), act: () => reply.extend() },
  { key: "x", label: gettext("cut the connection"), act: () => reply.abort() },
];
