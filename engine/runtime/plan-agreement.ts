import { EngineError } from '../errors.ts';
import type { WorkerId } from '../ids.ts';
import type { PlanView } from '../trace/plan-view.ts';
import { planDifference } from './plan-difference.ts';

/** What is known of a run's plan. */
export type Agreement =
  /** Workers are still loading the program. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'agreed'; readonly plan: PlanView }
  | { readonly kind: 'differs'; readonly worker: WorkerId; readonly error: EngineError };

/** The plans that the workers have come to: all must be the same (RUN-1). */
export class PlanAgreement {
  readonly #plans = new Map<WorkerId, PlanView>();

  /** The first of so many workers that has no plan yet; `undefined` when all have. */
  missing(workers: number): WorkerId | undefined {
    for (let worker = 0; worker < workers; worker += 1) if (!this.#plans.has(worker)) return worker;
    return undefined;
  }

  /** A worker has come to a plan. */
  add(worker: WorkerId, plan: PlanView, workers: number): Agreement {
    this.#plans.set(worker, plan);
    const first = this.#plans.get(0);
    if (!first || this.missing(workers) !== undefined) return { kind: 'waiting' };
    for (const [other, theirs] of this.#plans) {
      const difference = planDifference(first, theirs);
      if (difference === null) continue;
      const error = new EngineError('plan_differs', { worker: other + 1, difference });
      return { kind: 'differs', worker: other, error };
    }
    return { kind: 'agreed', plan: first };
  }
}
