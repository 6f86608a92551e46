import type { TraceValue } from 'sluice';

/** More keys of one state than are looked at: a trace keeps no more of them either. */
const MOST_KEYS = 24;

/**
 * What a state keeps by key: of a record its fields, of a Map its pairs; also of those one level deeper, as in
 * `{ total, airports: new Map() }`. Keys are texts, as a record has them.
 */
export function* entriesByKey(state: TraceValue): Generator<readonly [key: string, value: TraceValue]> {
  let left = MOST_KEYS;
  for (const [key, value] of pairsOf(state)) {
    if (left === 0) return;
    left -= 1;
    yield [key, value];
  }
  if (state === null || typeof state !== 'object' || isList(state)) return;
  for (const inner of Object.values(state)) {
    for (const [key, value] of pairsOf(inner)) {
      if (left === 0) return;
      left -= 1;
      yield [key, value];
    }
  }
}

function* pairsOf(value: TraceValue): Generator<readonly [key: string, value: TraceValue]> {
  if (value === null || typeof value !== 'object') return;
  if (!isList(value)) {
    yield* Object.entries(value);
    return;
  }
  for (const pair of value) {
    if (pair === null || typeof pair !== 'object' || !isList(pair) || pair.length !== 2) continue;
    const [key = null, own = null] = pair;
    if (typeof key === 'string' || typeof key === 'number') yield [String(key), own];
  }
}

/** The texts and numbers by which an event may be known: itself, or what its fields hold. */
export function* namesIn(event: TraceValue): Generator<readonly [field: string, value: string | number]> {
  if (typeof event === 'string' || typeof event === 'number') yield ['', event];
  if (event === null || typeof event !== 'object') return;
  for (const [field, value] of Object.entries(event)) {
    if (typeof value === 'string' || typeof value === 'number') yield [field, value];
  }
}

export function isList(value: TraceValue): value is readonly TraceValue[] {
  return Array.isArray(value);
}
