/** A part of a value that structured clone refuses. */
export interface UncloneablePart {
  /** Where it is: `events[3].onclick`. */
  readonly path: string;
  /** What it is: `function`, `symbol`, or the name of its class. */
  readonly kind: string;
}

/** Objects looked at before the search gives up: it only runs to word an error. */
const MAX_VISITED = 100_000;

/** Classes that a structured clone keeps only in part or not at all, by the name `Object.prototype.toString` gives. */
const UNCLONEABLE_TAGS: ReadonlySet<string> = new Set([
  'Promise',
  'WeakMap',
  'WeakSet',
  'WeakRef',
  'Generator',
  'AsyncGenerator',
  'GeneratorFunction',
  'AsyncFunction',
  'Window',
  'MessagePort',
]);

/** The first part of a value that cannot be cloned; `null` if none is found. Reads data only: no getter is called. */
export function uncloneablePart(value: unknown): UncloneablePart | null {
  const seen = new Set<object>();
  const rest: { readonly value: unknown; readonly path: string }[] = [{ value, path: '' }];
  for (let next = rest.pop(); next && seen.size < MAX_VISITED; next = rest.pop()) {
    const { path } = next;
    if (typeof next.value === 'function' || typeof next.value === 'symbol')
      return { path, kind: typeof next.value };
    if (typeof next.value !== 'object' || next.value === null || seen.has(next.value)) continue;
    seen.add(next.value);
    const tag = Object.prototype.toString.call(next.value).slice('[object '.length, -1);
    if (UNCLONEABLE_TAGS.has(tag)) return { path, kind: tag };
    // The last one pushed is looked at first: push in reverse to find the first in order.
    rest.push(...partsOf(next.value, path).reverse());
  }
  return null;
}

function partsOf(value: object, path: string): { readonly value: unknown; readonly path: string }[] {
  if (value instanceof Map) {
    return [...value].flatMap(([key, item], i) => [
      { value: key, path: `${path}.keys()[${i}]` },
      { value: item, path: `${path}.get(${typeof key === 'string' ? JSON.stringify(key) : String(i)})` },
    ]);
  }
  if (value instanceof Set)
    return [...value].map((item, i) => ({ value: item, path: `${path}.values()[${i}]` }));
  return Object.entries(Object.getOwnPropertyDescriptors(value))
    .filter(([, descriptor]) => descriptor.enumerable)
    .map(([key, descriptor]) => ({ value: descriptor.value, path: join(path, key, Array.isArray(value)) }));
}

function join(path: string, key: string, isIndex: boolean): string {
  if (isIndex) return `${path}[${key}]`;
  if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
