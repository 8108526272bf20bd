// Translated texts: Django's catalogue (a classic script, loaded before) as functions to import.

const { gettext, ngettext, interpolate } = globalThis;

/** A text with its named values put in: fill(gettext("%(n)s left"), { n: 3 }). */
export const fill = (text, values) => interpolate(text, values, true);

export { gettext, ngettext };
