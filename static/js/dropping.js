// Files that are dropped, and texts that are pasted, onto the page outside of any field.

import { find } from "./page.js";

const hasFile = (event) => [...event.dataTransfer.types].includes("Files");

function isField(element) {
  return element.closest?.("input, textarea, select, [contenteditable]") !== null;
}

export function startDropping({ onFile, onText }) {
  const sign = find("#drop");
  let depth = 0; // dragenter and dragleave come for every element on the way
  const show = (now) => {
    depth = now;
    sign.hidden = depth <= 0;
  };
  document.addEventListener("dragenter", (event) => hasFile(event) && show(depth + 1));
  document.addEventListener("dragleave", (event) => hasFile(event) && show(depth - 1));
  // Without this the browser would leave the page for the file.
  document.addEventListener("dragover", (event) => hasFile(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    show(0);
    onFile(event.dataTransfer.files[0]);
  });
  document.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text");
    if (!isField(event.target) && text.trim() && !find("dialog[open]")) onText(text);
  });
}
