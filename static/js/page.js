// Small words for looking at the page: find, listen, make.

export const find = (selector, root = document) => root.querySelector(selector);
export const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Listens on `root` for events whose target lies in something that `selector` names. */
export function on(root, kind, selector, act) {
  root.addEventListener(kind, (event) => {
    const target = event.target.closest?.(selector);
    if (target && root.contains(target)) act(event, target);
  });
}

/** An element with properties and children; children that are strings become text, never markup. */
export function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

const LONGEST_PAUSE_MS = 2500;

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * At most one run of `work` at a time, then a pause: of `pause_ms`, and longer when the work took long, so that a
 * busy server is not asked without end; but somebody waits for what is new. Calls meanwhile become one more run.
 */
export function coalesce(work, pause_ms = 350) {
  let running = false;
  let again = false;
  return async function run() {
    if (running) {
      again = true;
      return;
    }
    do {
      running = true;
      again = false;
      const began_ms = performance.now();
      try {
        await work();
      } finally {
        await sleep(Math.max(pause_ms, Math.min(LONGEST_PAUSE_MS, 3 * (performance.now() - began_ms))));
        running = false; // also when it threw: that is not the end of all runs
      }
    } while (again);
  };
}

/** At most one run of `work` at a time: what is pressed twice is done once. */
export function single(work) {
  let running = false;
  return async function run(...given) {
    if (running) return;
    running = true;
    try {
      await work(...given);
    } finally {
      running = false;
    }
  };
}

/** One run of `work` after the other, as they were asked for: else the server would see another order. */
export function inOrder(work) {
  let last = Promise.resolve();
  return function run(...given) {
    const ended = last.then(() => work(...given));
    last = ended.catch(() => {}); // one that fails holds up none
    return ended;
  };
}
