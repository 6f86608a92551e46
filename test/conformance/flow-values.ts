import { isList } from './functions.ts';
import type { Json } from './recording.ts';
import { isRecord } from './values.ts';

/** What an Elixir map is inside of a flow here: a Map, as a reducer makes it, or a record. */
export type FlowValue = Json | ReadonlyMap<Json, Json>;

/** A value of a flow as recordings write it: a map by its entries, sorted by key. */
export function written(value: unknown): Json {
  if (value instanceof Map) return entriesOf([...value]);
  if (Array.isArray(value)) return value.map(written);
  if (typeof value === 'object' && value !== null) {
    return '$map' in value ? entriesOf(Object(value.$map)) : entriesOf(Object.entries(value));
  }
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value;
  // Elixir's nil is both of JavaScript's.
  if (value === null || value === undefined) return null;
  throw new Error(`Cannot compare as it is no value of a recording: received ${typeof value}`);
}

function entriesOf(entries: readonly (readonly [unknown, unknown])[]): Json {
  return { $map: sortedByText(entries.map(([key, value]) => [written(key), written(value)])) };
}

/** In the order of their JSON texts: what has no order of its own gets one. */
export function sortedByText(values: readonly Json[]): readonly Json[] {
  const texts = values.map((value) => ({ value, text: JSON.stringify(value) }));
  return texts.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0)).map(({ value }) => value);
}

/** A recorded value as a flow works with it: `{"$map": …}` is a record when its keys are texts, else a Map. */
export function readValue(value: Json): FlowValue {
  if (isList(value)) return value.map((one) => asJson(readValue(one)));
  if (!isRecord(value)) return value;
  const { $map: entries } = value;
  if (entries === undefined) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asJson(readValue(one))]));
  }
  const pairs = (isList(entries) ? entries : []).map((pair): [Json, Json] => {
    const [key = null, one = null] = isList(pair) ? pair : [];
    return [asJson(readValue(key)), asJson(readValue(one))];
  });
  const isRecordLike = pairs.every(([key]) => typeof key === 'string');
  return isRecordLike ? Object.fromEntries(pairs.map(([key, one]) => [String(key), one])) : new Map(pairs);
}

/** Maps travel through functions of recordings as any other value: only those that know maps look inside. */
export function asJson(value: FlowValue): Json {
  return value as Json;
}

/** The entry of a key by value, as Elixir's maps compare them; a new Map with it changed. */
export function changed(
  state: unknown,
  key: Json,
  change: (value: Json | undefined) => Json,
): ReadonlyMap<Json, Json> {
  const next = new Map<Json, Json>(mapOf(state));
  const text = JSON.stringify(key);
  const known =
    typeof key === 'object' && key !== null
      ? ([...next.keys()].find((one) => JSON.stringify(one) === text) ?? key)
      : key;
  return next.set(known, change(next.get(known)));
}

/** @throws when a state that has to be a map is none. */
export function mapOf(state: unknown): ReadonlyMap<Json, Json> {
  if (state instanceof Map) return state;
  throw new Error(`Cannot reduce as a map is needed: received ${JSON.stringify(state)}`);
}
