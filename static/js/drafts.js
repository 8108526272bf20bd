// Drafts: what is being written, kept in this tab so that neither a redraw nor a reload loses it.

const PREFIX = "mockopenai.draft.";
const ORDER = "mockopenai.drafts"; // their names, the one written last at the end
const KEPT = 50;

const order = () => {
  try {
    return JSON.parse(sessionStorage.getItem(ORDER)) ?? [];
  } catch {
    return [];
  }
};

export function loadDraft(name) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + name));
  } catch {
    return null;
  }
}

function store(key, text) {
  try {
    sessionStorage.setItem(key, text);
    return true;
  } catch {
    return false; // the tab's storage is full
  }
}

/** Keeps a draft (null: forgets it); of very many the oldest goes. */
export function saveDraft(name, draft) {
  const names = order().filter((other) => other !== name);
  sessionStorage.removeItem(PREFIX + name);
  if (draft) {
    const text = JSON.stringify(draft);
    while (names.length >= KEPT) sessionStorage.removeItem(PREFIX + names.shift());
    while (!store(PREFIX + name, text) && names.length) sessionStorage.removeItem(PREFIX + names.shift());
    names.push(name);
  }
  store(ORDER, JSON.stringify(names));
}
