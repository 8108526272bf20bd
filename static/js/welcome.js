// The empty desk: snippets to copy, and a test call that the page itself sends.

import { notice } from "./notices.js";
import { find, on } from "./page.js";
import { fill, gettext } from "./words.js";

const CALL = JSON.stringify({
  model: "gpt-4o",
  messages: [
    { role: "system", content: "You are a friendly person at the other end of a mock server." },
    { role: "user", content: "This is a test call from the desk. What is six times seven?" },
  ],
});

async function copy(button) {
  const pre = find("pre", button.parentElement);
  try {
    await navigator.clipboard.writeText(pre.textContent);
    button.textContent = gettext("Copied");
  } catch {
    // Without https the browser keeps the clipboard to itself; selected, it is one key away.
    getSelection().selectAllChildren(pre);
    button.textContent = gettext("Selected: press Ctrl+C");
  }
}

/** Sends a call like any SDK, and tells what came back whenever it comes. */
async function testCall() {
  try {
    const response = await fetch("/v1/chat/completions", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Mock-Caller": "test-call" },
      body: CALL,
    });
    const data = await response.json().catch(() => ({}));
    const words = data.choices?.[0]?.message?.content ?? data.error?.message ?? "";
    const text = fill(gettext("The test call got %(code)s: %(words)s"), { code: response.status, words });
    notice(text, { stay: true, level: response.ok ? "ok" : "warn" });
  } catch {
    notice(gettext("The test call got no answer: its connection was cut."), { stay: true, level: "warn" });
  }
}

export function startWelcome() {
  on(find("#empty"), "click", "[data-copy]", (_, button) => copy(button));
  find("#test-call").addEventListener("click", testCall);
}
