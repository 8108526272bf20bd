// Translated texts: the catalogue of the page's language as functions. English needs none: its texts stand in the code.

const NONE = { catalog: {}, plural: (n) => Number(n !== 1) };
const address = document.documentElement.dataset.words;
// A page whose catalogue cannot be had is still a page: in English.
const { catalog, plural } = address ? await import(address).catch(() => NONE) : NONE;

export const gettext = (text) => catalog[text] ?? text;

export function ngettext(one, many, n) {
  return catalog[one]?.[plural(n)] ?? (n === 1 ? one : many);
}

/** A text with its named values put in: fill(gettext("%(n)s left"), { n: 3 }). */
export const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => String(values[name]));
