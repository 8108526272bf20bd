// To the log-in and back, when the server knows this page's person no more.

/** The codes a socket is closed with: nobody is logged in; the account may not see this. */
export const LEFT = [4401, 4403];

export function toLogin() {
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}
