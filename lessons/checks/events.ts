import type { EntryOf, Seq, StageId, StageKind, TraceValue } from 'sluice';
import type { RunSoFar } from '../schema.ts';
import { stagesOf } from './roles.ts';

/** One event at one moment of a run. */
export interface Moment {
  readonly value: TraceValue;
  readonly at: Seq;
  readonly stage: StageId;
}

/** One call of a callback that has returned. Times are of the run's clock. */
export interface Call {
  readonly stage: StageId;
  readonly begin: EntryOf<'begin'>;
  readonly end: EntryOf<'end'>;
}

/** Calls of a callback at the stages of a kind, in order of their ends. */
export function callsAt(
  run: RunSoFar,
  kind: StageKind,
  callback: 'handleDemand' | 'handleEvents',
): readonly Call[] {
  const stages = new Set(stagesOf(run.plan, kind));
  const begins = new Map<StageId, Call['begin']>();
  const calls: Call[] = [];
  for (const entry of run.entries) {
    if (!stages.has(entry.stage)) continue;
    if (entry.type === 'begin') begins.set(entry.stage, entry);
    if (entry.type !== 'end' || entry.callback !== callback) continue;
    const begin = begins.get(entry.stage);
    if (begin?.callback === callback) calls.push({ stage: entry.stage, begin, end: entry });
  }
  return calls;
}

/** Everything the stages of a kind returned as events, from any callback. */
export function emittedBy(run: RunSoFar, kind: StageKind): readonly Moment[] {
  const stages = new Set(stagesOf(run.plan, kind));
  return run.entries.flatMap((entry) =>
    entry.type === 'end' && stages.has(entry.stage)
      ? entry.emitted.map((value) => ({ value, at: entry.seq, stage: entry.stage }))
      : [],
  );
}

/** Everything that was handed to `handleEvents` of the stages of a kind. */
export function receivedBy(run: RunSoFar, kind: StageKind): readonly Moment[] {
  const stages = new Set(stagesOf(run.plan, kind));
  return run.entries.flatMap((entry) =>
    entry.type === 'begin' && entry.callback === 'handleEvents' && stages.has(entry.stage)
      ? (entry.events ?? []).map((value) => ({ value, at: entry.seq, stage: entry.stage }))
      : [],
  );
}
