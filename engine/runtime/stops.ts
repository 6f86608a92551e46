import { EngineError } from '../errors.ts';
import { readStopConditions, type StopCondition, type StopNames } from '../trace/stop-condition.ts';
import type { TraceLevel } from '../transport/protocol.ts';

/** What conditions need to know of a plan. */
export interface StopPlan {
  readonly stages: readonly { readonly id: string }[];
  readonly subscriptions: readonly { readonly id: string }[];
}

/** What conditions on a run of this plan may speak of. */
function stopNamesIn({ stages, subscriptions }: StopPlan): StopNames {
  return { stages: stages.map(({ id }) => id), subscriptions: subscriptions.map(({ id }) => id) };
}

/**
 * Conditions for a run of this plan.
 *
 * @throws {EngineError} `stop_condition`, also where too little is recorded to find any.
 */
export function stopsOf(
  conditions: readonly StopCondition[],
  plan: StopPlan,
  trace: TraceLevel,
): readonly StopCondition[] {
  const read = readStopConditions(conditions, stopNamesIn(plan));
  if (trace === 'full') return read;
  const requirement = 'used with trace: "full", as conditions are looked for in the trace';
  throw new EngineError('stop_condition', {
    at: 'stopWhen',
    requirement,
    received: `trace: "${trace}"`,
    nearest: '',
  });
}

/** Conditions are to be looked for in a run that has not counted what waits where. */
export function cannotStop(): EngineError {
  const requirement = 'given when the run is started, as [] where conditions come later';
  return new EngineError('stop_condition', {
    at: 'stopWhen',
    requirement,
    received: 'a run started without it',
    nearest: '',
  });
}
