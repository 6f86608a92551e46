import type { SubscriptionId } from '../ids.ts';
import { MAX_EVENTS } from '../trace/trace-value.ts';
import type { AssignedSlice, WindowContext, WindowId } from './window.ts';

/** A window as the log knows it: its name may still change until the batch has been handled. */
interface Named {
  readonly id: WindowId;
}

interface Noted {
  window: Named;
  readonly from: number;
  readonly count: number;
  readonly late: boolean;
}

/** What a trace is to tell of the batch that is handled: the event times in their order, and which windows got which of them. */
export class AssignLog {
  readonly #context: WindowContext;
  #times: number[] = [];
  #slices: Noted[] = [];

  private constructor(context: WindowContext) {
    this.#context = context;
  }

  /** The log of a stage; `null` where nobody would read it, so that it costs nothing. */
  static of(context: WindowContext): AssignLog | null {
    return context.tracing ? new AssignLog(context) : null;
  }

  /** The event time of the next event, ms. */
  time(timeMs: number): void {
    if (this.#times.length < MAX_EVENTS) this.#times.push(timeMs);
  }

  /** `events[from]` … `events[to - 1]` are counted to a window. */
  entered(window: Named, from: number, to: number): void {
    this.#note({ window, from, count: to - from, late: false });
  }

  /** They came too late for a window. */
  missed(id: WindowId, from: number, to: number): void {
    this.#note({ window: { id }, from, count: to - from, late: true });
  }

  /** What one window has got belongs to another one from now on. */
  joined(later: Named, earlier: Named): void {
    for (const slice of this.#slices) if (slice.window === later) slice.window = earlier;
  }

  /**
   * The batch has been handled.
   *
   * @param latestMs - The latest event time that its upstream has sent so far; `null` where windows know none.
   */
  record(upstream: SubscriptionId, count: number, latestMs: number | null): void {
    const slices = this.#slices.map(({ window: { id }, from, count: size, late }): AssignedSlice => {
      const slice = { id, from, count: size };
      return late ? { ...slice, late } : slice;
    });
    const eventTimes = latestMs === null ? {} : { times: this.#times, latestMs };
    this.#times = [];
    this.#slices = [];
    if (count === 0) return;
    this.#context.record({ type: 'assign', subscription: upstream, count, ...eventTimes, slices });
  }

  #note(slice: Noted): void {
    if (this.#slices.length < MAX_EVENTS) this.#slices.push(slice);
  }
}
