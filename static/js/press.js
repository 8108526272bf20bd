// What a key presses on the page: a button that is there, or a menu's.

import { bootstrap } from "./menus.js";
import { find } from "./page.js";

const shown = (selector) => {
  const element = find(selector);
  return element?.checkVisibility() && !element.disabled ? element : null;
};

/** Presses a button or follows a link; what is not shown now leaves the key alone. */
export function press(selector) {
  const element = shown(selector);
  if (!element) return false;
  element.focus();
  return element.click();
}

/** Opens the menu of a button, and goes into it. */
export function openMenu(selector) {
  const button = shown(selector);
  if (!button) return false;
  return bootstrap().then(({ Dropdown }) => {
    Dropdown.getOrCreateInstance(button).show();
    find(".dropdown-item:not(:disabled)", button.parentElement).focus();
  });
}
