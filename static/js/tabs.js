// Tabs by the book: one is selected, arrows move between them, each shows its panel.

import { find, findAll, on } from "./page.js";

function select(tab) {
  findAll('[role="tab"]', tab.closest('[role="tablist"]')).forEach((other) => {
    const chosen = other === tab;
    other.ariaSelected = String(chosen);
    other.tabIndex = chosen ? 0 : -1;
    const panel = document.getElementById(other.getAttribute("aria-controls"));
    panel.hidden = !chosen;
    if (chosen) panel.dispatchEvent(new Event("shown", { bubbles: true }));
  });
}

export function startTabs(root) {
  on(root, "click", '[role="tab"]', (_, tab) => select(tab));
  on(root, "keydown", '[role="tab"]', (event, tab) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const tabs = findAll('[role="tab"]', tab.closest('[role="tablist"]'));
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    select(next);
    next.focus();
  });
}

/** Reselects the tab of that id, if there is one. */
export function selectTab(id) {
  const tab = id && find(`#${id}`);
  if (tab) select(tab);
}
