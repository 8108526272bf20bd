// Menus, and what slides in from the side: Bootstrap's, by their data-bs-* attributes; loaded when one is first wanted.

const OPENS = "[data-bs-toggle]";

let loading = null;
let isThere = false;

/** Bootstrap's module, with its Dropdown, Offcanvas and Tooltip. */
export function bootstrap() {
  loading ??= import("../vendor/bootstrap/bootstrap.js").then((module) => {
    isThere = true;
    return module;
  });
  return loading;
}

const opener = ({ target }) => target.closest?.(OPENS);

/** A click that came before Bootstrap is given to it. */
async function keep(event) {
  const button = opener(event);
  if (!button || isThere) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  await bootstrap();
  button.click();
}

export function startMenus() {
  for (const kind of ["pointerover", "focusin"]) document.addEventListener(kind, (event) => opener(event) && bootstrap());
  document.addEventListener("click", keep, true);
}
