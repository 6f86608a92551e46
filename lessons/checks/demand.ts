import type { EntryOf, StageId } from 'sluice';
import type { Check, RunRecord, RunSoFar } from '../schema.ts';
import { callsAt, receivedBy, type Call } from './events.ts';
import { stagesOf } from './roles.ts';
import { counted, met, unmet } from './verdict.ts';

/** What one producer had been asked for and had returned, after one of its callbacks. */
export interface Balance {
  readonly asked: number;
  readonly emitted: number;
  readonly end: EntryOf<'end'>;
}

/** The balances of every producer, in order. */
export function balances(run: RunSoFar): readonly Balance[] {
  const producers = new Set(stagesOf(run.plan, 'producer'));
  const asked = new Map<StageId, number>();
  const emitted = new Map<StageId, number>();
  return run.entries.flatMap((entry) => {
    if (!producers.has(entry.stage)) return [];
    if (entry.type === 'asked') raise(asked, entry.stage, entry.count);
    if (entry.type !== 'end') return [];
    raise(emitted, entry.stage, entry.count);
    return { asked: asked.get(entry.stage) ?? 0, emitted: emitted.get(entry.stage) ?? 0, end: entry };
  });
}

/** The first moment at which a producer had returned more than it was asked for. */
export function firstOverrun(run: RunSoFar): Balance | null {
  return balances(run).find(({ asked, emitted }) => emitted > asked) ?? null;
}

/** Answers to demand, with what each was asked for: `handleDemand(10)` that returned 3 is `{ demand: 10, count: 3 }`. */
export function answers(
  run: RunSoFar,
): readonly (Call & { readonly demand: number; readonly count: number })[] {
  return callsAt(run, 'producer', 'handleDemand').map((call) => ({
    ...call,
    demand: call.begin.demand ?? 0,
    count: call.end.count,
  }));
}

/** Passes when no producer ever returns more events than it was asked for. */
export const noOverrun: Check = {
  id: 'no-overrun',
  says: 'The producer never sends more than it was asked for.',
  test(run) {
    const overrun = firstOverrun(run);
    const last = balances(run).at(-1);
    if (overrun) {
      return unmet({
        expected: `at most ${counted(overrun.asked, 'event')} so far`,
        got: `${counted(overrun.emitted, 'event')} sent`,
        at: overrun.end.seq,
      });
    }
    if (!last || last.emitted === 0)
      return unmet({ expected: 'some events', got: 'the producer sent nothing' });
    return met({
      expected: `at most ${counted(last.asked, 'event')} in all`,
      got: `${counted(last.emitted, 'event')} sent`,
      at: last.end.seq,
    });
  },
};

/** Passes when at least `least` events reach the consumers. `says` names them in the lesson's words. */
export function keepsFlowing(least: number, says: string): Check {
  return {
    id: 'keeps-flowing',
    says,
    test(run) {
      const received = receivedBy(run, 'consumer');
      const finding = {
        expected: `at least ${counted(least, 'event')} at the consumer`,
        got: howItStopped(run, received.length),
        at: received.at(-1)?.at ?? null,
      };
      return received.length >= least ? met(finding) : unmet(finding);
    },
  };
}

function howItStopped(run: RunRecord, count: number): string {
  const crash = run.entries.find((entry) => entry.type === 'crash');
  if (crash) return `${counted(count, 'event')}, and “${crash.stage}” crashed`;
  if (run.ended === 'idle') return `${counted(count, 'event')}, then nothing moved any more`;
  return counted(count, 'event');
}

function raise(counts: Map<StageId, number>, stage: StageId, by: number): void {
  counts.set(stage, (counts.get(stage) ?? 0) + by);
}
