/** Parts nested deeper than this are taken for alike: an event may hold itself. */
const MAX_LEVELS = 8;

const FIRST = 0x811c9dc5;
const bytes = new DataView(new ArrayBuffer(8));

/**
 * A number from 0 to 2³² - 1 for any event, the same on every worker and in every run. Equal data gives equal numbers: the
 * order of an object's keys, of a Set and of a Map does not count. Functions and symbols count by their kind alone.
 */
export function eventHash(event: unknown): number {
  return finished(ofValue(FIRST, event, 0));
}

function ofValue(hash: number, value: unknown, level: number): number {
  switch (typeof value) {
    case 'number':
      return ofNumber(hash, value);
    case 'string':
      return ofText(mixed(hash, 3), value);
    case 'boolean':
      return mixed(hash, value ? 4 : 5);
    case 'bigint':
      return ofText(mixed(hash, 6), value.toString());
    case 'object':
      return value === null ? mixed(hash, 7) : ofObject(hash, value, level);
    case 'undefined':
      return mixed(hash, 8);
    case 'function':
      return mixed(hash, 9);
    case 'symbol':
      return mixed(hash, 10);
  }
}

function ofObject(hash: number, value: object, level: number): number {
  if (level === MAX_LEVELS) return mixed(hash, 11);
  if (Array.isArray(value)) {
    let all = mixed(hash, 12);
    for (const item of value) all = ofValue(all, item, level + 1);
    return mixed(all, value.length);
  }
  if (value instanceof Date) return ofNumber(mixed(hash, 13), value.getTime());
  // The parts of these are summed up, and a sum does not depend on their order.
  let sum = 0;
  if (value instanceof Set) {
    for (const item of value) sum = (sum + finished(ofValue(FIRST, item, level + 1))) | 0;
    return mixed(mixed(hash, 14), sum);
  }
  const isMap = value instanceof Map;
  // Of typed arrays, the items are the entries too.
  for (const [key, item] of isMap ? value : Object.entries(value)) {
    sum = (sum + finished(ofValue(ofValue(FIRST, key, level + 1), item, level + 1))) | 0;
  }
  return mixed(mixed(hash, isMap ? 15 : 16), sum);
}

function ofNumber(hash: number, value: number): number {
  if ((value | 0) === value) return mixed(mixed(hash, 1), value | 0);
  bytes.setFloat64(0, value);
  return mixed(mixed(mixed(hash, 2), bytes.getInt32(0)), bytes.getInt32(4));
}

function ofText(hash: number, text: string): number {
  let all = hash;
  for (let i = 0; i < text.length; i++) all = mixed(all, text.charCodeAt(i));
  return mixed(all, text.length);
}

// The mixing and finishing steps of MurmurHash3 (32 bit), by Austin Appleby, in the public domain.
function mixed(hash: number, part: number): number {
  let k = Math.imul(part, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const h = hash ^ Math.imul(k, 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function finished(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
