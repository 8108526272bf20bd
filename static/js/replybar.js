// The bar below a reply: how long there is, whose the call is, and which buttons make sense now.

import { tick } from "./clock.js";
import { find, findAll } from "./page.js";
import { personName } from "./person.js";
import { fill, gettext } from "./words.js";

/** The buttons by what is the case. */
const shownWhen = ({ isWaiting, other, isLive, hasBegun, canType, isLeft }) => ({
  "#send-split": isWaiting && !other && !isLive,
  "#type-live": isWaiting && !other && !isLive && canType,
  "#finish, #pause": isLive,
  "#take-over": Boolean(other),
  "#keep, #discard": isLeft,
  "#claim": isWaiting && !other && !isLive,
  "#abort": isWaiting && !other && !hasBegun,
});

function standing({ isWaiting, other, isLive, isSending }, storyText) {
  if (other && isWaiting) return fill(gettext("%(name)s is replying to this call."), { name: other });
  if (other) return fill(gettext("%(name)s is typing a reply to this call, live."), { name: other });
  if (isWaiting || isLive) return "";
  if (isSending) return gettext("Your reply is on its way.");
  return `${storyText} ${gettext("Your draft was not sent. It is kept here until you discard it.")}`;
}

function say(text, level) {
  const note = find("#reply-note");
  note.hidden = !text;
  note.dataset.level = level;
  if (note.textContent !== text) note.textContent = text;
}

/** Whose patience it is: in sight when it ends soon, or when more time was asked for. */
function showPatience(left, story) {
  const note = find("#reply-patience");
  note.hidden = left.hidden || story?.timeLeftOf !== "client";
  left.title = note.hidden ? "" : note.textContent;
}

/** More time was asked for. */
export const askedForTime = (yes) => find("#reply-patience").toggleAttribute("data-asked", yes);

/** `now`: {isWaiting, other, isLive, hasBegun, canType, isLeft, isSending}; `call` is the open one. */
export function showBar(form, now, { story, storyText }) {
  const left = find("#reply-left");
  left.hidden = !now.isWaiting || now.hasBegun;
  Object.assign(left.dataset, { until: story?.until ?? 0, patience: story?.patience ?? 1 });
  showPatience(left, story);
  const isMine = story?.claimedBy === personName();
  find("#reply-whose").textContent = isMine ? gettext("yours ·") : "";
  find("#claim [data-text]").textContent = isMine ? gettext("Let go") : gettext("Claim");
  tick(form);
  for (const [names, yes] of Object.entries(shownWhen(now))) {
    findAll(names, form).forEach((button) => (button.hidden = !yes));
  }
  say(standing(now, storyText), now.other || now.isLeft ? "warn" : "ok");
}
