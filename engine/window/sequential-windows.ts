import type { SubscriptionId } from '../ids.ts';
import { AssignLog } from './assign-log.ts';
import { Cells, type Cell } from './cells.ts';
import { PeriodicTriggers } from './trigger.ts';
import { isPlainWindow } from './window.ts';
import type {
  OpenWindow,
  TriggerName,
  WindowContext,
  WindowReducer,
  WindowSpec,
  WindowTimer,
  Windows,
} from './window.ts';

/** What the end of a periodic window calls its timer. */
const TICK = 'tick';

/**
 * Windows that know nothing of event time, so that exactly one is open at a time, also while it is empty. A global window
 * takes everything (FL-120). A count window is done when it is full (FL-130), a periodic one at its tick (FL-150); the next
 * one begins anew, whatever `onTrigger` has made of the last (FL-131). The end of the input ends the current one (FL-123).
 */
export class SequentialWindows<Accumulator> implements Windows {
  readonly #spec: WindowSpec;
  readonly #context: WindowContext;
  readonly #cells: Cells<Accumulator>;
  readonly #periodic: PeriodicTriggers;
  readonly #log: AssignLog | null;
  readonly #size: number;
  #number = 0;
  #current: Cell<Accumulator>;
  /** Events that the current window still takes. */
  #room: number;
  readonly late = 0;

  constructor(spec: WindowSpec, reducer: WindowReducer<Accumulator>, context: WindowContext) {
    this.#spec = spec;
    this.#context = context;
    this.#size = spec.type === 'count' ? spec.length : Infinity;
    this.#room = this.#size;
    this.#cells = new Cells(spec, reducer, context);
    // Of a plain global window there is nothing to tell: whatever comes is its.
    this.#log = isPlainWindow(spec) ? null : AssignLog.of(context);
    this.#current = this.#cells.create(spec.type === 'global' ? 'global' : 0);
    this.#periodic = new PeriodicTriggers(spec, context);
    if (spec.type === 'periodic') this.#tick();
  }

  get open(): number {
    return this.#cells.open;
  }

  join(): void {
    // Event time has no say here, and so no upstream has.
  }

  leave(): void {
    // As above.
  }

  take(upstream: SubscriptionId, events: readonly unknown[], out: unknown[]): void {
    let from = 0;
    while (from < events.length) {
      const to = Math.min(from + this.#room, events.length);
      this.#log?.entered(this.#current, from, to);
      this.#cells.add(this.#current, events, from, to, upstream, out);
      this.#room -= to - from;
      if (this.#room === 0) this.#next(out);
      from = to;
    }
    this.#log?.record(upstream, events.length, null);
  }

  wake(timer: WindowTimer, out: unknown[]): void {
    if (timer.windowTimer === TICK) {
      this.#next(out);
      this.#tick();
      return;
    }
    const name = this.#periodic.due(timer);
    if (name !== null) this.trigger(name, out);
  }

  trigger(name: TriggerName, out: unknown[]): void {
    this.#cells.fire(this.#current, name, out);
  }

  finish(out: unknown[]): void {
    this.#cells.done(this.#current, out);
  }

  peek(limit: number): readonly OpenWindow[] {
    return this.#cells.open > 0 && limit > 0 ? [this.#current] : [];
  }

  #next(out: unknown[]): void {
    this.#cells.done(this.#current, out);
    this.#number += 1;
    this.#current = this.#cells.create(this.#number);
    this.#room = this.#size;
  }

  /** The timer starts again after each tick: time in which the stage was busy is not made up for. */
  #tick(): void {
    this.#context.after(this.#spec.length, { windowTimer: TICK });
  }
}
