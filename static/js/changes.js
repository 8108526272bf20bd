// What was changed of an object, field by field: two people may write in the same one.

const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** The fields of `now` that are not as they were in `was`. */
export function changes(was, now) {
  const names = Object.keys({ ...was, ...now }).filter((name) => !isSame(was[name], now[name]));
  return Object.fromEntries(names.map((name) => [name, now[name]]));
}

/** The names of what is changed in `mine`, and by somebody else, too, from `opened` to `theirs`, to something else. */
export function clashes(opened, mine, theirs) {
  const others = changes(opened, theirs);
  return Object.keys(mine).filter((name) => name in others && !isSame(mine[name], theirs[name]));
}
