import type { Seq, TraceValue } from 'sluice';
import { stagesOf } from '../../checks/roles.ts';
import type { RunSoFar } from '../../schema.ts';

/** What a consumer's state holds by airport, as far as a trace shows it (its first 20 entries). */
export interface AirportCounts {
  readonly counts: ReadonlyMap<string, number>;
  readonly at: Seq;
}

/** The consumer's last state that counts airports; `null` when none does. A record, a Map, or one inside another. */
export function airportCounts(run: RunSoFar): AirportCounts | null {
  const consumers = new Set(stagesOf(run.plan, 'consumer'));
  const last = run.entries.findLast((entry) => entry.type === 'end' && consumers.has(entry.stage));
  if (last?.type !== 'end') return null;
  const counts = new Map(pairsIn(last.state));
  return counts.size === 0 ? null : { counts, at: last.seq };
}

function pairsIn(state: TraceValue): readonly (readonly [string, number])[] {
  if (state === null || typeof state !== 'object') return [];
  // A Map is traced as its pairs.
  const pairs: readonly (readonly [unknown, unknown])[] = isList(state)
    ? state.flatMap((item) => (isList(item) && item.length === 2 ? [[item[0], item[1]]] : []))
    : Object.entries(state);
  const own = pairs.flatMap(([key, count]) =>
    typeof key === 'string' && /^[A-Z0-9]{3}$/.test(key) && typeof count === 'number'
      ? [[key, count] as const]
      : [],
  );
  if (own.length > 0) return own;
  return isList(state) ? [] : Object.values(state).flatMap(pairsIn);
}

function isList(value: TraceValue): value is readonly TraceValue[] {
  return Array.isArray(value);
}
