// What this browser remembers: choices of one person at one computer, by name.

const PREFIX = "mockopenai.";

export const kept = (name) => localStorage.getItem(PREFIX + name) ?? "";

export function keep(name, value) {
  if (value) localStorage.setItem(PREFIX + name, value);
  else localStorage.removeItem(PREFIX + name);
}
