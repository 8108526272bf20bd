// The tab's icon, with a badge while calls wait.

import { find } from "./page.js";

const link = find("#favicon");
const plain = link.href;
let drawn = "";

function badge(count) {
  const text = count > 9 ? "9+" : String(count);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
    <defs><linearGradient id="a" x2="1" y2="1"><stop stop-color="#4f6bed"/><stop offset="1" stop-color="#8b5cf6"/></linearGradient></defs>
    <rect width="28" height="28" y="4" rx="8" fill="url(#a)"/><circle cx="21" cy="11" r="11" fill="#c4283f"/>
    <text x="21" y="17" font-family="sans-serif" font-size="16" font-weight="700" fill="#fff" text-anchor="middle">${text}</text></svg>`;
}

export function showInIcon(count) {
  const wanted = count ? `data:image/svg+xml,${encodeURIComponent(badge(count))}` : plain;
  if (wanted === drawn) return;
  drawn = wanted;
  link.href = wanted;
}
