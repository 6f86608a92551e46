import type { TraceValue } from './trace-entry.ts';
import { traceEvents } from './trace-value.ts';

/** Batches that are remembered: more than are on their way between the stages of a worker, mostly. A power of two. */
const REMEMBERED = 32;

/**
 * What a trace keeps of the events of a batch, made once: the entries that a batch is returned, dispatched and handled by
 * share it.
 */
export class KeptEvents {
  readonly #batches: (readonly unknown[])[] = [];
  readonly #kept: (readonly TraceValue[])[] = [];
  #latest = 0;

  /** Of a batch that comes from a callback: the array may have been returned before, and hold something else now. */
  add(events: readonly unknown[]): readonly TraceValue[] {
    const kept = traceEvents(events);
    const known = this.#batches.indexOf(events);
    this.#latest = known < 0 ? (this.#latest + 1) % REMEMBERED : known;
    this.#batches[this.#latest] = events;
    this.#kept[this.#latest] = kept;
    return kept;
  }

  /** Of a batch on its way. */
  of(events: readonly unknown[]): readonly TraceValue[] {
    const known = this.#batches.indexOf(events);
    const kept = known < 0 ? undefined : this.#kept[known];
    return kept ?? this.add(events);
  }
}
