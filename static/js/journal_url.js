// The journal's addresses: /journal/ID?q=FILTER.

/** What the page's own address shows: {id, query}. */
export function where() {
  const { pathname, searchParams } = new URL(location);
  return { id: pathname.split("/")[2] ?? "", query: searchParams.get("q") ?? "" };
}

export function address({ id = "", query = "" }) {
  return `/journal${id ? `/${encodeURIComponent(id)}` : ""}${query ? `?q=${encodeURIComponent(query)}` : ""}`;
}
