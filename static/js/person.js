// The person at this browser: a guest's name, kept here and shown in the bar.

import { keep, kept } from "./kept.js";
import { find } from "./page.js";

const NAME = "person";

function guest() {
  const [number] = crypto.getRandomValues(new Uint16Array(1));
  return `guest-${number.toString(36)}`;
}

export function personName() {
  if (document.body.dataset.who) return document.body.dataset.who; // the account's
  if (!kept(NAME)) keep(NAME, guest());
  return kept(NAME);
}

function show() {
  const name = personName();
  find("#person .avatar").textContent = [...name][0].toUpperCase();
  find("#person .person-name").textContent = name;
}

export function showPerson() {
  if (document.body.dataset.who) return show();
  const dialog = find("#person-dialog");
  const input = find("#person-input");
  find("#person").addEventListener("click", () => {
    input.value = personName();
    dialog.returnValue = "";
    dialog.showModal();
    input.select();
  });
  dialog.addEventListener("close", () => {
    const name = input.value.trim();
    if (dialog.returnValue === "ok" && name) keep(NAME, name);
    show();
  });
  // Enter in the field must save: it would press the first button, which cancels.
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    dialog.close("ok");
  });
  addEventListener("storage", show);
  return show();
}
