import { fromIterable, type SourceOptions, type StageDefinition } from 'sluice';
import { isList, list } from './functions.ts';
import type { Json, JsonRecord } from './recording.ts';

/** What a recorded enumerable yields, as a source. */
export function enumerableOf(behaviour: JsonRecord, options: Record<string, unknown>): StageDefinition {
  // Wrong options are the point of some scenarios, so nothing about them is known to the compiler.
  const { on_cancel: onCancel, ...rest } = options;
  const given: SourceOptions = {
    ...rest,
    ...(onCancel === undefined ? {} : { onCancel: onCancel as never }),
  };
  const { range, list: items, halt_after: halt, raise_after: raise, infinite } = behaviour;
  if (isList(range)) return fromIterable(() => numbers(Number(range[0]), Number(range[1])), given);
  if (items !== undefined) return fromIterable<Json>(list(items), given);
  if (halt !== undefined) return fromIterable(() => numbers(0, Infinity), { ...given, take: Number(halt) });
  if (raise !== undefined) return fromIterable(() => failing(Number(raise)), given);
  return fromIterable(() => numbers(Number(infinite), Infinity), given);
}

function* numbers(first: number, last: number): Generator<number> {
  for (let n = first; n <= last; n++) yield n;
}

function* failing(after: number): Generator<number> {
  yield* numbers(0, after - 1);
  throw new Error('stream failed');
}
