/**
 * The override mistake: where a prototype's property cannot be written, assigning a property of that name to an object that
 * inherits it is refused as well. Programs do assign some of them; those become accessors that behave as a property that
 * can be written does. The language does the same for `Iterator.prototype.constructor`.
 */

/** The constructors of errors: each has a prototype of its own. */
const ERRORS = [
  'Error',
  'AggregateError',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'SuppressedError',
  'TypeError',
  'URIError',
];

/**
 * What programs assign, by the global whose prototype has it. Of `Object` it is everything: a record that counts words has
 * the keys that the words are. Of the others it is what errors, functions and values of one's own are told apart and
 * shown by. `then`, `push`, `next` and `constructor` of arrays, promises and iterators stay as they are: V8 has quick
 * ways that end for the whole realm once one of them is an accessor.
 */
const ASSIGNED: readonly (readonly [name: string, keys: readonly string[] | 'all'])[] = [
  ['Object', 'all'],
  ['Function', ['constructor', 'toString']],
  ...ERRORS.map((name) => [name, ['constructor', 'message', 'name', 'toString']] as const),
  ['Array', ['toString', 'toLocaleString']],
  ['Date', ['constructor', 'toJSON', 'toString', 'valueOf']],
  ['URL', ['toJSON', 'toString']],
];

const { defineProperty, getOwnPropertyDescriptor, ownKeys } = Reflect;

/** Mends what is there. Must be called before the prototypes are frozen. */
export function mendAssignedProperties(): void {
  for (const [name, keys] of ASSIGNED) {
    const { prototype } = Object(Reflect.get(globalThis, name)) as { readonly prototype?: object };
    if (!prototype) continue;
    for (const key of keys === 'all' ? ownKeys(prototype) : keys) mend(prototype, key);
  }
}

function mend(holder: object, key: PropertyKey): void {
  const property = getOwnPropertyDescriptor(holder, key);
  if (!property || !('value' in property) || !property.configurable) return;
  const shared: unknown = property.value;
  const { get, set } = {
    get(): unknown {
      return shared;
    },
    set(this: unknown, value: unknown): void {
      const isAnObject = (typeof this === 'object' && this !== null) || typeof this === 'function';
      if (!isAnObject || this === holder) throw readOnly(key);
      const own = { value, writable: true, enumerable: true, configurable: true };
      if (!defineProperty(this, key, own)) throw notExtensible(key);
    },
  };
  defineProperty(holder, key, { get, set, enumerable: property.enumerable ?? false, configurable: true });
}

// In the words of V8, as for any other property that cannot be written.

function readOnly(key: PropertyKey): TypeError {
  return new TypeError(`Cannot assign to read only property '${String(key)}' of a shared object`);
}

function notExtensible(key: PropertyKey): TypeError {
  return new TypeError(`Cannot add property ${String(key)}, object is not extensible`);
}
