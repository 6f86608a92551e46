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
const { freeze, preventExtensions } = Object;

/**
 * Freezes what all code of this realm shares: the intrinsics, those that only syntax leads to included, and `others` with
 * all that can be read from them. From now on code of the engine does the same whatever a program does.
 *
 * V8 writes beyond the end of an array in a slow way once a prototype of arrays is frozen, about 40 ns for each; it has no
 * other way to make `Array.prototype[Symbol.iterator]` constant that would not slow down every loop. `push` is as quick as ever.
 */
export function freezeShared(others: Iterable<unknown>): void {
  mendAssignedProperties();
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
  for (const each of seen) if (each !== globalThis) makeConstant(each);
}

function makeConstant(value: object): void {
  if (ArrayBuffer.isView(value)) return;
  if (value !== Object.prototype) {
    freeze(value);
    return;
  }
  // The same, except for what V8 concludes from it: that records may have elements that cannot be written.
  for (const key of ownKeys(value)) {
    const property = getOwnPropertyDescriptor(value, key);
    const constant = property && 'value' in property ? { writable: false } : {};
    defineProperty(value, key, { ...constant, configurable: false });
  }
  preventExtensions(value);
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
