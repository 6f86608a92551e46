import type { SubscriptionId } from '../ids.ts';
import { customTrigger } from './trigger.ts';
import type { Slice, TriggerName, WindowContext, WindowId, WindowReducer, WindowSpec } from './window.ts';

/** What one open window holds. */
export interface Cell<Accumulator> {
  id: WindowId;
  readonly accumulator: Accumulator;
  /** Events reduced into it so far. */
  count: number;
  /** Whether the trace knows of it: not before its first event, or before it fires without one. */
  announced: boolean;
  /** How often it has fired. */
  fired: number;
  /** Of `triggerEvery`: events until it fires. */
  left: number;
  /** Of `trigger`: the state of the program's own function. */
  custom: unknown;
}

/** A range of a batch that is moved on, so that none is allocated per run of events. */
interface MovingSlice extends Slice {
  events: readonly unknown[];
  from: number;
  to: number;
  upstream: SubscriptionId;
}

/** Opens, fills, fires and closes windows. Which ones, and when, is for the kinds of windows to say. */
export class Cells<Accumulator> {
  readonly #spec: WindowSpec;
  readonly #reducer: WindowReducer<Accumulator>;
  readonly #context: WindowContext;
  readonly #slice: MovingSlice = { events: [], from: 0, to: 0, upstream: '' };
  /** Windows open now. */
  open = 0;

  constructor(spec: WindowSpec, reducer: WindowReducer<Accumulator>, context: WindowContext) {
    this.#spec = spec;
    this.#reducer = reducer;
    this.#context = context;
  }

  /** A window begins. */
  create(id: WindowId): Cell<Accumulator> {
    const { punctuation } = this.#spec;
    this.open += 1;
    return {
      id,
      accumulator: this.#reducer.create(),
      count: 0,
      announced: false,
      fired: 0,
      left: punctuation?.type === 'every' ? punctuation.count : Infinity,
      custom: punctuation?.type === 'custom' ? punctuation.init() : undefined,
    };
  }

  /** `events[from]` … `events[to - 1]` enter a window; it fires as its trigger says. */
  add(
    cell: Cell<Accumulator>,
    events: readonly unknown[],
    from: number,
    to: number,
    upstream: SubscriptionId,
    out: unknown[],
  ): void {
    this.#announce(cell);
    const { punctuation } = this.#spec;
    if (punctuation?.type === 'custom') {
      this.#ask(cell, punctuation.fn, from === 0 && to === events.length ? events : events.slice(from, to), {
        upstream,
        out,
      });
      return;
    }
    let next = from;
    while (punctuation && to - next >= cell.left) {
      const end = next + cell.left;
      const before = out.length;
      this.#reduce(cell, events, next, end, upstream, out);
      cell.left = punctuation.count;
      this.#fireBefore(cell, ['every', punctuation.count], before, out);
      next = end;
    }
    if (next === to) return;
    cell.left -= to - next;
    this.#reduce(cell, events, next, to, upstream, out);
  }

  /** A trigger fires. */
  fire(cell: Cell<Accumulator>, trigger: TriggerName, out: unknown[]): void {
    this.#announce(cell);
    const before = out.length;
    const { id } = cell;
    const state = this.#reducer.fire(cell.accumulator, { type: this.#spec.type, id, trigger }, out);
    cell.fired += 1;
    if (!this.#context.tracing) return;
    this.#context.record({
      type: 'window',
      phase: 'fire',
      window: this.#spec.type,
      id,
      trigger,
      count: cell.count,
      emitted: out.length - before,
      firing: cell.fired,
      ...(state && { state }),
    });
  }

  /** A window is over: it fires for the last time. */
  done(cell: Cell<Accumulator>, out: unknown[]): void {
    this.#reducer.end?.(cell.accumulator);
    this.fire(cell, 'done', out);
    this.forget(cell);
  }

  /** A window is no more; it does not fire. */
  forget(cell: Cell<Accumulator>): void {
    this.open -= 1;
    if (cell.announced) this.#record(cell, 'close');
  }

  /** Asks the program's own trigger about events that enter a window, until it has said something of all of them. */
  #ask(
    cell: Cell<Accumulator>,
    fn: (events: never[], state: never) => unknown,
    events: readonly unknown[],
    { upstream, out }: { readonly upstream: SubscriptionId; readonly out: unknown[] },
  ): void {
    const ask = customTrigger(fn);
    let rest = events;
    while (rest.length > 0) {
      const step = ask(rest, cell.custom);
      cell.custom = step.state;
      const before = out.length;
      this.#reduce(cell, step.events, 0, step.events.length, upstream, out);
      if (!step.fires) return;
      this.#fireBefore(cell, step.trigger, before, out);
      rest = step.after;
    }
  }

  /** Fires, and puts what that emits in front of what was emitted since `out` was `before` long (FL-126). */
  #fireBefore(cell: Cell<Accumulator>, trigger: TriggerName, before: number, out: unknown[]): void {
    const reduced = out.length > before ? out.splice(before) : null;
    this.fire(cell, trigger, out);
    if (reduced) for (const event of reduced) out.push(event);
  }

  #reduce(
    cell: Cell<Accumulator>,
    events: readonly unknown[],
    from: number,
    to: number,
    upstream: SubscriptionId,
    out: unknown[],
  ): void {
    if (from === to) return;
    cell.count += to - from;
    const slice = this.#slice;
    slice.events = events;
    slice.from = from;
    slice.to = to;
    slice.upstream = upstream;
    this.#reducer.reduce(cell.accumulator, slice, out);
  }

  #announce(cell: Cell<Accumulator>): void {
    if (cell.announced || !this.#context.tracing) return;
    cell.announced = true;
    this.#record(cell, 'open');
  }

  #record({ id, count }: Cell<Accumulator>, phase: 'open' | 'close'): void {
    this.#context.record({ type: 'window', phase, window: this.#spec.type, id, count });
  }
}
