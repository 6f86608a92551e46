import type { PlanView, TraceEntry } from 'sluice';
import type { StageWindows } from '../../view/window-log.ts';
import { arrivalOrder, movedEvent } from '../../view/window-order.ts';
import { tryWindows, type WindowTrial } from './window-trial.ts';

/** What the engine made of the events as they came, and of a changed order. */
export interface Trial {
  readonly before: WindowTrial;
  readonly after: WindowTrial;
  /** Events that were moved. */
  readonly moves: number;
}

/** A stage of a run whose events are moved. */
export interface TriedStage {
  readonly plan: PlanView;
  readonly entries: readonly TraceEntry[];
  readonly own: StageWindows;
}

/** Orders that are tried on the windows of a stage, one move after the other. What was tried is of one run alone. */
export class WindowTrials {
  #tried = $state.raw<(Trial & { readonly plan: PlanView }) | null>(null);
  /** The run whose windows could not be tried. */
  #failedIn = $state.raw<PlanView | null>(null);
  #isTrying = $state(false);

  /** The engine is at it: another move has to wait. */
  get isTrying(): boolean {
    return this.#isTrying;
  }

  /** What was tried on this run last; `null` where nothing was. */
  of(plan: PlanView | null): Trial | null {
    return this.#tried?.plan === plan ? this.#tried : null;
  }

  /** Whether the last order could not be tried on this run. */
  hasFailed(plan: PlanView | null): boolean {
    return this.#failedIn !== null && this.#failedIn === plan;
  }

  reset(): void {
    this.#tried = null;
    this.#failedIn = null;
  }

  /** Tries what comes of it where an event arrives at another place; `false` where that cannot be told. */
  async move({ plan, entries, own }: TriedStage, from: number, to: number): Promise<boolean> {
    const { windowing } = own;
    if (!windowing || this.#isTrying) return false;
    this.#isTrying = true;
    try {
      // Another run may take its place meanwhile.
      const last = this.of(plan);
      const before = last?.before ?? (await tryWindows(windowing, arrivalOrder(own, entries)));
      const order = last?.after.order ?? before.order;
      const after = await tryWindows(windowing, movedEvent(order, from, to));
      this.#tried = { plan, before, after, moves: (last?.moves ?? 0) + 1 };
      this.#failedIn = null;
      return true;
    } catch {
      this.#failedIn = plan;
      return false;
    } finally {
      this.#isTrying = false;
    }
  }
}
