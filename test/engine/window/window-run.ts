import { valueKey } from '../../../engine/flow/by-value.ts';
import type { Window } from '../../../engine/window/window-builder.ts';
import type {
  TriggerName,
  WindowEntry,
  WindowId,
  WindowReducer,
  WindowTimer,
  Windows,
} from '../../../engine/window/window.ts';
import { windowsOf } from '../../../engine/window/windows.ts';

/** What a window has emitted: its name, why, and all events it has got so far. */
export type Fired = readonly [id: WindowId, trigger: TriggerName, events: readonly unknown[]];

/** Keeps the events of a window in order of arrival. */
const KEEPING: WindowReducer<unknown[]> = {
  create: () => [],
  reduce: (events, slice) => {
    for (let i = slice.from; i < slice.to; i++) events.push(slice.events[i]);
  },
  fire: (events, { id, trigger }, out) => {
    out.push([id, trigger, events.slice()] satisfies Fired);
  },
};

/** Emits each event as it is reduced, as `emitAndReduce` may. */
export const ECHOING: WindowReducer<unknown[]> = {
  ...KEEPING,
  reduce: (events, slice, out) => {
    KEEPING.reduce(events, slice, out);
    out.push(...slice.events.slice(slice.from, slice.to));
  },
};

/** The windows of one stage, with a clock that is moved by hand. */
export class WindowRun {
  readonly windows: Windows;
  readonly entries: WindowEntry[] = [];
  #nowMs = 0;
  #timers: { readonly atMs: number; readonly timer: WindowTimer }[] = [];

  constructor(
    window: Window<never>,
    { upstreams = ['a'], tracing = true, reducer = KEEPING }: Partial<WindowRunOptions> = {},
  ) {
    this.windows = windowsOf(window.spec, reducer, {
      nowMs: () => this.#nowMs,
      after: (delayMs, timer) => void this.#timers.push({ atMs: this.#nowMs + delayMs, timer }),
      keyOf: valueKey,
      tracing,
      record: (entry) => void this.entries.push(entry),
    });
    for (const upstream of upstreams) this.windows.join(upstream);
  }

  /** Timers that are still to come. */
  get waiting(): number {
    return this.#timers.length;
  }

  /** Takes a batch; answers with what was emitted. */
  take(events: readonly unknown[], upstream = 'a'): unknown[] {
    return this.#emitted((out) => this.windows.take(upstream, events, out));
  }

  takeAll(batches: readonly (readonly unknown[])[]): unknown[] {
    return batches.flatMap((batch) => this.take(batch));
  }

  trigger(name: TriggerName): unknown[] {
    return this.#emitted((out) => this.windows.trigger(name, out));
  }

  finish(): unknown[] {
    return this.#emitted((out) => this.windows.finish(out));
  }

  /** So much time passes. */
  pass(ms: number): unknown[] {
    const endMs = this.#nowMs + ms;
    return this.#emitted((out) => {
      for (let due = this.#due(endMs); due; due = this.#due(endMs)) {
        this.#nowMs = due.atMs;
        this.windows.wake(due.timer, out);
      }
      this.#nowMs = endMs;
    });
  }

  /** A stage that was busy for so long hears of no timer meanwhile. */
  beBusy(ms: number): void {
    this.#nowMs += ms;
  }

  #due(endMs: number): { readonly atMs: number; readonly timer: WindowTimer } | undefined {
    const first = this.#timers.toSorted((a, b) => a.atMs - b.atMs)[0];
    if (!first || first.atMs > endMs) return undefined;
    this.#timers = this.#timers.filter((timer) => timer !== first);
    return { ...first, atMs: Math.max(first.atMs, this.#nowMs) };
  }

  #emitted(act: (out: unknown[]) => void): unknown[] {
    const out: unknown[] = [];
    act(out);
    return out;
  }
}

interface WindowRunOptions {
  readonly upstreams: readonly string[];
  readonly tracing: boolean;
  readonly reducer: WindowReducer<unknown[]>;
}

/** All that a window emits of these batches of one upstream, until the end. */
export function outputs(window: Window<never>, batches: readonly (readonly unknown[])[]): unknown[] {
  const run = new WindowRun(window);
  return [...run.takeAll(batches), ...run.finish()];
}

/** The code of what is thrown. */
export function codeOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error ? error.code : error;
  }
  return null;
}
