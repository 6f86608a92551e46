import { EngineError } from '../errors.ts';
import type { StageId } from '../ids.ts';
import { describe } from '../trace/trace-value.ts';
import type { CancelMode, SubscribeOptions } from './definition.ts';

/** GenStage's default. */
export const DEFAULT_MAX_DEMAND = 1_000;

const CANCEL_MODES: readonly unknown[] = ['permanent', 'transient', 'temporary'];

/** Options of a subscription with nothing left open. */
export interface DemandOptions {
  readonly maxDemand: number;
  readonly minDemand: number;
  readonly cancel: CancelMode;
}

/**
 * Checks the options of a subscription and fills in the defaults (GS-024, GS-025, GS-026).
 *
 * @param at - Whose options they are, for the error.
 * @throws {EngineError} `option_out_of_range`.
 */
export function demandOptions(options: SubscribeOptions, at: string): DemandOptions {
  const { cancel = 'permanent', maxDemand = DEFAULT_MAX_DEMAND } = options;
  const refuse = (option: string, requirement: string, received: unknown): never => {
    throw new EngineError('option_out_of_range', { option, at, requirement, received: describe(received) });
  };
  if (!CANCEL_MODES.includes(cancel)) refuse('cancel', '"permanent", "transient" or "temporary"', cancel);
  if (!Number.isInteger(maxDemand) || maxDemand < 1) refuse('maxDemand', 'an integer >= 1', maxDemand);
  const { minDemand = Math.floor(maxDemand / 2) } = options;
  if (!Number.isInteger(minDemand) || minDemand < 0 || minDemand >= maxDemand) {
    refuse('minDemand', `an integer from 0 to ${maxDemand - 1}, below maxDemand`, minDemand);
  }
  return { maxDemand, minDemand, cancel };
}

/** The option of a planned subscription that says of which stage its producer is one of several copies. */
export const COPIES_OF = 'sluice.copiesOf';

/** The stage of which the producer of a subscription is one of several copies; `null` where it is the only one. */
export function copiesOf(options: SubscribeOptions): StageId | null {
  const original = options[COPIES_OF];
  return typeof original === 'string' ? original : null;
}

/** How many events a subscription may have pending, and at how many it asks again. */
type Bounds = Pick<DemandOptions, 'maxDemand' | 'minDemand'>;

/** Part of a received message that `handleEvents` gets at once, and what is asked after it (0: nothing). */
export interface Batch {
  readonly events: readonly unknown[];
  readonly ask: number;
}

/** A message cut into batches, and the demand that is pending once all of them are handled. */
export interface Batches {
  readonly batches: readonly Batch[];
  readonly pending: number;
  /** Per offending batch, the number of events nobody had asked for. */
  readonly excess: readonly number[];
}

/** Events that are handled at once, at most (GS-051). */
export function batchSize({ maxDemand, minDemand }: Bounds): number {
  return maxDemand - minDemand;
}

/** What is asked when so many events are left pending after a batch (GS-052); 0: nothing yet. */
export function askAfter(left: number, { maxDemand, minDemand }: Bounds): number {
  return left <= minDemand ? maxDemand - left : 0;
}

/**
 * Cuts what an automatic subscription has received into batches of at most maxDemand - minDemand events, and says after
 * which of them to ask again (GS-051, GS-052, GS-055).
 *
 * @param pending - Events asked for and not yet handled, before this message.
 */
export function cutBatches(events: readonly unknown[], pending: number, bounds: Bounds): Batches {
  const batches: Batch[] = [];
  const excess: number[] = [];
  const size = batchSize(bounds);
  // What was asked before this message; asks made on the way do not cover events that are already here.
  let covered = pending;
  let left = pending;
  for (let from = 0; from < events.length; from += size) {
    const batch = events.length <= size ? events : events.slice(from, from + size);
    const counted = Math.min(batch.length, covered);
    if (counted < batch.length) excess.push(batch.length - counted);
    covered -= counted;
    left -= counted;
    const ask = askAfter(left, bounds);
    if (ask > 0) left = bounds.maxDemand;
    batches.push({ events: batch, ask });
  }
  return { batches, pending: left, excess };
}

/** Whether an end is orderly: `"normal"`, `"shutdown"` or `["shutdown", detail]`. */
export function isOrderly(reason: unknown): boolean {
  return (
    reason === 'normal' ||
    reason === 'shutdown' ||
    (Array.isArray(reason) && reason.length === 2 && reason[0] === 'shutdown')
  );
}

/** Whether a consumer ends when a subscription of this mode has ended for this reason (GS-161 … GS-166). */
export function endsConsumer(mode: CancelMode, reason: unknown): boolean {
  if (reason === 'already_subscribed') return false;
  return mode === 'permanent' || (mode === 'transient' && !isOrderly(reason));
}
