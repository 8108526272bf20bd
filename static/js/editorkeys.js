// The keys of an editor, wherever in it the focus is.

import { find } from "./page.js";

export function pressed(editor, event) {
  if (!(event.ctrlKey || event.metaKey) || event.isComposing) return;
  if (event.key === "Enter") {
    event.preventDefault();
    if (!event.repeat) editor.send();
  } else if (event.key === "j" && !find("[data-editor]", editor.root).hidden) {
    event.preventDefault();
    editor.view = editor.view === "json" ? "form" : "json";
  }
}
