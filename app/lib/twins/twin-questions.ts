import type { LabAnswers, LabQuestion } from '../labs/lab-prediction.ts';
import { STEP_MS, type TwinCounts } from './twin-account.ts';
import { BUFFER_LIMIT, EVERY_MS, type OverflowRule, type TwinName } from './twin-programs.ts';

/** What packing takes a packer that is slow, ms: orders come several times as quickly. */
export const SLOW_MS = 200;
/** It has been slow for so long when it is counted, ms. */
export const SLOWED_FOR_MS = 10_000;

const ORDERS = { kind: 'number', unit: 'orders', min: 0, max: 1_000 } as const;

/** What is asked before the first run. */
export const TWIN_QUESTIONS: readonly LabQuestion[] = [
  {
    ...ORDERS,
    id: 'push',
    asks: `Left: the packer has taken ${SLOW_MS} ms an order for ten seconds, and one came every ${EVERY_MS} ms. How many wait? The buffer holds ${BUFFER_LIMIT}.`,
    within: 8,
  },
  {
    ...ORDERS,
    id: 'pull',
    asks: 'Right: how many wait there? The packer may have asked for 4 at once; an order that it has in hand waits too.',
    within: 2,
  },
  {
    id: 'more',
    kind: 'choice',
    asks: 'Which packer has packed more in these ten seconds?',
    options: [
      { id: 'push', text: 'The left one: it has more to choose from' },
      { id: 'pull', text: 'The right one: it is not flooded' },
      { id: 'same', text: 'Neither: both pack as many' },
    ],
  },
];

/** Packed orders by which two runs may differ that pack as many: the two do not start in the same moment. */
const SAME = 4;

/** Since when the packers of both have been slow, ms of each run's own time. */
export type SlowSince = Readonly<Record<TwinName, number>>;

/** A twin when its packer had been slow for long enough. */
export interface SlowedTwin {
  readonly waiting: number;
  /** Since it was slowed. */
  readonly done: number;
}

/** Whether the questions are about runs with this rule: the buffer has a limit, and one of them pushes. */
export function isAsked(rule: OverflowRule): boolean {
  return rule === 'dropOld' || rule === 'dropNew';
}

/**
 * A twin after its packer was slow for {@link SLOWED_FOR_MS}; `null` where that has not come yet. Time in which nothing happened,
 * as both were paused, does not count.
 */
export function slowedTwin(curve: readonly TwinCounts[], sinceMs: number): SlowedTwin | null {
  const { first, last, forMs } = slowStretch(curve, sinceMs);
  return first && last && forMs >= SLOWED_FOR_MS
    ? { waiting: last.waiting, done: last.done - first.done }
    : null;
}

/** How long a packer has been slow while its run went on, ms; at the most {@link SLOWED_FOR_MS} and a step. */
export function slowedForMs(curve: readonly TwinCounts[], sinceMs: number): number {
  return slowStretch(curve, sinceMs).forMs;
}

/** What both have shown; answers wait for each other. */
export function twinAnswers(push: SlowedTwin | null, pull: SlowedTwin | null): LabAnswers {
  if (!push || !pull) return {};
  const by = push.done - pull.done;
  return {
    push: { kind: 'number', number: push.waiting },
    pull: { kind: 'number', number: pull.waiting },
    more: { kind: 'choice', choice: Math.abs(by) <= SAME ? 'same' : by > 0 ? 'push' : 'pull' },
  };
}

/** From one point of the curve to the next more time than this passes only while nothing happens, ms. */
const GAP_MS = 3 * STEP_MS;

function slowStretch(curve: readonly TwinCounts[], sinceMs: number) {
  let first: TwinCounts | null = null;
  let last: TwinCounts | null = null;
  let forMs = 0;
  for (const point of curve) {
    if (point.atMs < sinceMs) continue;
    first ??= point;
    const passedMs = point.atMs - (last ?? first).atMs;
    forMs += passedMs > GAP_MS ? STEP_MS : passedMs;
    last = point;
    if (forMs >= SLOWED_FOR_MS) break;
  }
  return { first, last, forMs };
}
