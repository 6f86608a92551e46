const { getPrototypeOf, prototype: objectPrototype, getOwnPropertySymbols } = Object;

/** Its instances keep something inside, and their prototypes have no symbols to tell. */
const WITH_INSIDES: ReadonlySet<object> = new Set([Error.prototype, Boolean.prototype, Number.prototype]);

/** The class seen last: most batches have one. */
let lastKnown: object | null = null;

/**
 * Whether a structured clone takes nothing of an object but its own fields: it is a record, or an instance of a class that
 * was written in the language itself.
 *
 * Classes that keep something inside (`Map`, `Date`, a `Blob`) are told by the symbols among their methods; a class of a
 * program that has some, too, counts as one of them.
 */
export function isPlain(value: object): boolean {
  const prototype: unknown = getPrototypeOf(value);
  if (prototype === objectPrototype || prototype === lastKnown || prototype === null) return true;
  if (typeof prototype !== 'object' || !isOfLanguage(prototype)) return false;
  lastKnown = prototype;
  return true;
}

function isOfLanguage(prototype: object): boolean {
  let next: unknown = prototype;
  while (next !== objectPrototype) {
    if (typeof next !== 'object' || next === null) return next === null;
    if (WITH_INSIDES.has(next) || getOwnPropertySymbols(next).length > 0) return false;
    next = getPrototypeOf(next);
  }
  return true;
}
