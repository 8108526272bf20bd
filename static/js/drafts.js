// Drafts: what is being written, kept in this tab so that neither a redraw nor a reload loses it.

const PREFIX = "mockopenai.draft.";

export function loadDraft(name) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + name));
  } catch {
    return null;
  }
}

export function saveDraft(name, draft) {
  if (draft) sessionStorage.setItem(PREFIX + name, JSON.stringify(draft));
  else sessionStorage.removeItem(PREFIX + name);
}
