// How the page looks to this person: theme and language, kept in cookies so that the server's first byte knows them.

import { findAll, on } from "./page.js";

const YEAR_S = 365 * 24 * 3600;

function setCookie(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=${value ? YEAR_S : 0}; samesite=lax`;
}

function choose(items, chosen) {
  for (const item of items) item.ariaChecked = String(item === chosen);
}

function setTheme(item) {
  const { theme } = item.dataset;
  setCookie("theme", theme === "system" ? "" : theme);
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  choose(findAll("button[data-theme]"), item);
}

function setLanguage(item) {
  setCookie("django_language", item.dataset.language);
  location.reload();
}

export function startLook() {
  on(document, "click", "button[data-theme]", (_, item) => setTheme(item));
  on(document, "click", "button[data-language]", (_, item) => setLanguage(item));
}
