import { EngineError, didYouMean } from '../errors.ts';
import type { StageId, SubscriptionId, WorkerId } from '../ids.ts';
import type { StageRef, SubscriptionRef } from '../stage/self.ts';
import { describe } from '../trace/trace-value.ts';

/**
 * What may be done to a run from outside, to see what it makes of it (FLT-1). Each is recorded as a `fault`, and what follows
 * from it names that entry as its cause. On what has already ended nothing happens.
 *
 * @throws {EngineError} `stage_unknown`, `subscription_unknown`, `worker_unknown`, `option_out_of_range`.
 */
export interface FaultAccess {
  /** Ends a worker at once. All that runs on it has ended with `"killed"` for everybody else. Workers count from 0. */
  killWorker(worker: WorkerId): void;
  /**
   * Makes a stage fail as if its next callback had thrown. In the middle of a callback that waits it ends at once, without
   * `terminate`.
   *
   * @param message - What the failure says.
   */
  crash(stage: StageRef, message?: string): void;
  /** From here on a stage takes no message, until it is thawed, stopped or started again. What it is at, it finishes. */
  freeze(stage: StageRef): void;
  /** Lets a frozen stage take messages again. */
  thaw(stage: StageRef): void;
  /**
   * Delays everything that travels on a subscription, both ways and in all lives of its stages; the order is kept.
   *
   * @param delayMs - In ms of the run's clock; 0 ends the delay, and what is under way arrives first.
   */
  slowLink(subscription: SubscriptionRef, delayMs: number): void;
}

/** One fault, as data. */
export type Fault =
  | { readonly fault: 'killWorker'; readonly worker: WorkerId }
  | { readonly fault: 'crash'; readonly stage: StageId; readonly message?: string }
  | { readonly fault: 'freeze' | 'thaw'; readonly stage: StageId }
  | { readonly fault: 'slowLink'; readonly subscription: SubscriptionId; readonly delayMs: number };

/** Does to a run what the data say. */
export function inflict(fault: Fault, on: FaultAccess): void {
  switch (fault.fault) {
    case 'killWorker':
      return on.killWorker(fault.worker);
    case 'crash':
      return on.crash(fault.stage, fault.message);
    case 'freeze':
      return on.freeze(fault.stage);
    case 'thaw':
      return on.thaw(fault.stage);
    case 'slowLink':
      return on.slowLink(fault.subscription, fault.delayMs);
  }
}

/** What an injected crash says when nobody has said what. */
export const DEFAULT_CRASH = 'a fault injected from outside';

/**
 * Whether something can take so much longer.
 *
 * @throws {EngineError} `option_out_of_range`.
 */
export function checkDelay(delayMs: number): void {
  if (Number.isFinite(delayMs) && delayMs >= 0) return;
  const details = { at: 'slowLink', requirement: 'a number of ms >= 0', received: describe(delayMs) };
  throw new EngineError('option_out_of_range', { option: 'delayMs', ...details });
}

/** Something is to be done to a stage that is not there. */
export function unknownStage(action: string, stage: StageId, known: readonly StageId[]): EngineError {
  return new EngineError('stage_unknown', {
    action,
    stage,
    nearest: didYouMean(stage, known),
    known: known.join(', '),
  });
}

/** Something is to be done to a subscription that is not there. */
export function unknownSubscription(
  action: string,
  subscription: SubscriptionId,
  known: readonly SubscriptionId[],
): EngineError {
  return new EngineError('subscription_unknown', {
    action,
    subscription,
    nearest: didYouMean(subscription, known),
    known: known.join(', '),
  });
}

/** Something is to be done to a worker that is not there. */
export function unknownWorker(action: string, worker: WorkerId, workers: number): EngineError {
  return new EngineError('worker_unknown', { action, received: describe(worker), workers });
}
