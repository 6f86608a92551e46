import { watchArrays } from '../stage/array-integrity.ts';
import { mendAssignedProperties } from './mended-properties.ts';

/** What the language puts into the global scope, and programs may use. What shares memory between workers is not among it. */
export const LANGUAGE: readonly string[] = [
  ...['AggregateError', 'Array', 'ArrayBuffer', 'AsyncDisposableStack', 'AsyncIterator', 'Atomics', 'BigInt'],
  ...[
    'BigInt64Array',
    'BigUint64Array',
    'Boolean',
    'DataView',
    'Date',
    'DisposableStack',
    'Error',
    'EvalError',
  ],
  ...[
    'FinalizationRegistry',
    'Float16Array',
    'Float32Array',
    'Float64Array',
    'Function',
    'Infinity',
    'Int16Array',
  ],
  ...[
    'Int32Array',
    'Int8Array',
    'Intl',
    'Iterator',
    'JSON',
    'Map',
    'Math',
    'NaN',
    'Number',
    'Object',
    'Promise',
  ],
  ...[
    'Proxy',
    'RangeError',
    'ReferenceError',
    'Reflect',
    'RegExp',
    'Set',
    'String',
    'SuppressedError',
    'Symbol',
  ],
  ...['SyntaxError', 'Temporal', 'TypeError', 'URIError', 'Uint16Array', 'Uint32Array', 'Uint8Array'],
  ...['Uint8ClampedArray', 'WeakMap', 'WeakRef', 'WeakSet', 'decodeURI', 'decodeURIComponent', 'encodeURI'],
  ...['encodeURIComponent', 'escape', 'eval', 'globalThis', 'isFinite', 'isNaN', 'parseFloat', 'parseInt'],
  ...['undefined', 'unescape'],
];

const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
const { freeze, seal } = Object;

/** What is left of `Array.prototype`: see {@link freezeShared}. */
export type Arrays = 'frozen' | 'quick';

/**
 * Freezes what all code of this realm shares: the intrinsics, those that only syntax leads to included, and `others` with
 * all that can be read from them. From now on code of the engine does the same whatever a program does.
 *
 * @param arrays - Once a prototype of arrays is frozen, V8 writes every element of every array in a slow way, and it has no
 *   other way to make `constructor` and `[Symbol.iterator]` constant without slowing down every `map` and spread. So
 *   `'quick'` leaves these two writable, and whoever calls code of the program puts them back ({@link watchArrays}); the
 *   rest of `Array.prototype` is as constant as all else. `'frozen'` is for where the trace decides about something.
 */
export function freezeShared(others: Iterable<unknown>, arrays: Arrays): void {
  if (arrays === 'quick') watchArrays();
  mendAssignedProperties();
  for (const each of sharedObjects(others)) makeConstant(each, arrays);
}

/** The intrinsics, `others`, and all that can be read from them; not the global scope itself. */
export function sharedObjects(others: Iterable<unknown>): ReadonlySet<object> {
  const seen = new Set<object>([globalThis]);
  const todo: object[] = [];
  const reach = (value: unknown): void => {
    const isAnObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
    if (!isAnObject || seen.has(value)) return;
    seen.add(value);
    todo.push(value);
  };
  for (const name of LANGUAGE) reach(getOwnPropertyDescriptor(globalThis, name)?.value);
  for (const value of madeBySyntax()) reach(value);
  for (const other of others) reach(other);
  for (let next = todo.pop(); next; next = todo.pop()) {
    for (const key of ownKeys(next)) {
      const property = getOwnPropertyDescriptor(next, key);
      reach(property?.value);
      reach(property?.get);
      reach(property?.set);
    }
    reach(getPrototypeOf(next));
  }
  seen.delete(globalThis);
  return seen;
}

const shared = Array.prototype;
/** Properties that V8 watches: to define them anew, though as they are, ends its quick ways for all arrays. */
const WATCHED: ReadonlySet<PropertyKey> = new Set<PropertyKey>(['constructor', Symbol.iterator]);

function makeConstant(value: object, arrays: Arrays): void {
  // What a buffer holds cannot be frozen.
  if (ArrayBuffer.isView(value)) return;
  const isQuick = value === Object.prototype || (value === shared && arrays === 'quick');
  if (!isQuick) {
    freeze(value);
    return;
  }
  // The same, except for what V8 concludes from it: that all objects inherit elements that cannot be written.
  for (const key of ownKeys(value)) {
    const property = getOwnPropertyDescriptor(value, key);
    const constant = property && 'value' in property ? { writable: false } : {};
    if (value !== shared || !WATCHED.has(key))
      defineProperty(value, key, { ...constant, configurable: false });
  }
  // Makes the two that are left at least impossible to remove or to turn into accessors.
  seal(value);
}

/** Values whose prototypes have no name. */
function madeBySyntax(): unknown[] {
  const iterators = [
    [][Symbol.iterator](),
    ''[Symbol.iterator](),
    new Map().entries(),
    new Set().values(),
    ''.matchAll(/-/g),
    (function* () {})(),
    (async function* () {})(),
  ];
  const made: unknown[] = iterators.map(getPrototypeOf);
  made.push(async () => {});
  if ('Segmenter' in Intl) {
    const segments = new Intl.Segmenter().segment('');
    made.push(getPrototypeOf(segments), getPrototypeOf(segments[Symbol.iterator]()));
  }
  const helpers: unknown = Reflect.get(globalThis, 'Iterator');
  if (typeof helpers === 'function') {
    made.push(helpers, getPrototypeOf([].values().map?.(Number) ?? made[0]));
    const from: unknown = Reflect.get(helpers, 'from');
    const plain = { next: () => ({ done: true, value: undefined }) };
    if (typeof from === 'function') made.push(getPrototypeOf(Object(Reflect.apply(from, helpers, [plain]))));
  }
  return made;
}
