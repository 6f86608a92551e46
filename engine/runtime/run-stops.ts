import { readStopConditions, type StopCondition } from '../trace/stop-condition.ts';
import type { PlanView } from '../trace/plan-view.ts';
import type { RunOptions } from './run-handle.ts';
import { cannotStop, stopsOf } from './stops.ts';

/** At what a run is held. Once its plan is known, conditions speak of nothing else. */
export class RunStops {
  readonly #trace: RunOptions['trace'];
  /** Left out: at nothing, also later. */
  #conditions: readonly StopCondition[] | undefined;
  /** Asked for them once the plan is known, unless somebody has given others by then. */
  #ask: ((plan: PlanView) => readonly StopCondition[]) | null;

  constructor({ stopWhen, trace }: Pick<RunOptions, 'stopWhen' | 'trace'>) {
    this.#trace = trace;
    const isAsked = typeof stopWhen === 'function';
    this.#conditions = isAsked ? [] : stopWhen;
    this.#ask = isAsked ? stopWhen : null;
  }

  /** `undefined` of a run that is never held. */
  get conditions(): readonly StopCondition[] | undefined {
    return this.#conditions;
  }

  /**
   * Others from now on.
   *
   * @param plan - `null` while it is not known.
   * @throws {EngineError} `stop_condition`
   */
  set(conditions: readonly StopCondition[], plan: PlanView | null): void {
    if (!this.#conditions) throw cannotStop();
    this.#ask = null;
    this.#conditions = plan ? stopsOf(conditions, plan, this.#trace) : readStopConditions(conditions);
  }

  /**
   * The plan is known.
   *
   * @throws {EngineError} `stop_condition` where they speak of something else.
   */
  know(plan: PlanView): void {
    if (this.#conditions)
      this.#conditions = stopsOf(this.#ask?.(plan) ?? this.#conditions, plan, this.#trace);
  }
}
