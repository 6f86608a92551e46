import { MAX_EVENTS } from '../trace/trace-value.ts';
import type { WindowContext, WindowId, WindowSpec } from './window.ts';

/** Counts the events that come too late, tells the program of each, and records them, a window at a time. */
export class LateEvents {
  readonly #onLate: WindowSpec['onLate'];
  readonly #context: WindowContext;
  /** Those of the batch that is handled, by window. */
  readonly #batch = new Map<unknown, { readonly id: WindowId; count: number; readonly events: unknown[] }>();
  count = 0;

  constructor({ onLate }: WindowSpec, context: WindowContext) {
    this.#onLate = onLate;
    this.#context = context;
  }

  /** `events[from]` … `events[to - 1]` have missed a window. `key` tells windows apart. */
  add(events: readonly unknown[], from: number, to: number, id: WindowId, key: unknown): void {
    this.count += to - from;
    if (this.#onLate) {
      // The types of the window have checked the function against its events.
      for (let i = from; i < to; i++) this.#onLate(events[i] as never, id);
    }
    if (!this.#context.tracing) return;
    const known = this.#batch.get(key) ?? { id, count: 0, events: [] };
    this.#batch.set(key, known);
    known.count += to - from;
    for (let i = from; i < to && known.events.length < MAX_EVENTS; i++) known.events.push(events[i]);
  }

  /** The batch has been handled. */
  record(): void {
    if (this.#batch.size === 0) return;
    for (const late of this.#batch.values()) this.#context.record({ type: 'late', ...late });
    this.#batch.clear();
  }
}
