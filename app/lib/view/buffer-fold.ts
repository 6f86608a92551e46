import type { EntryOf, StageView } from 'sluice';
import { EventQueue, sizeOf, slice, type EventRun, type QueueMark } from './event-queue.ts';

/** What {@link BufferFold.goBack} needs. */
export interface BufferMark<Run> {
  readonly queue: QueueMark<Run>;
  readonly told: number;
}

/** Events that found no room in a buffer. */
export interface NoRoom<Run> {
  /** They were stored longest, and had to make room. */
  readonly pushedOut: readonly Run[];
  /** They were never stored. */
  readonly refused: readonly Run[];
}

/**
 * Which events a stage has stored, oldest first. The trace counts them: those that are stored are the last ones of what nobody
 * asked for, and a buffer that keeps its first events lets go of those that come last.
 */
export class BufferFold<Run extends EventRun> {
  /** It keeps its first events, not its last ones. */
  readonly #keepsFirst: boolean;
  readonly #queue = new EventQueue<Run>();
  /** Events in it, as the trace has told last. */
  #told = 0;

  constructor(stage?: Pick<StageView, 'bufferKeep'>) {
    this.#keepsFirst = stage?.bufferKeep === 'first';
  }

  /** Events of which something is known. */
  get size(): number {
    return this.#queue.size;
  }

  /** The first `most` events. */
  first(most: number): readonly Run[] {
    return this.#queue.peek(most);
  }

  /** @param rest - What nobody asked for, in order; the first of it may be left out where nobody wants to know. */
  store({ added, size }: EntryOf<'buffer'>, rest: readonly Run[]): NoRoom<Run> {
    const pushedOut = this.#queue.take(this.#told + added - size);
    const over = Math.max(0, sizeOf(rest) - added);
    this.#queue.add(slice(rest, this.#keepsFirst ? 0 : over, added));
    this.#told = size;
    return { pushedOut, refused: over === 0 ? [] : slice(rest, this.#keepsFirst ? added : 0, over) };
  }

  /** @returns The events that leave. */
  unstore({ removed, size }: EntryOf<'unbuffer'>): readonly Run[] {
    this.#told = size;
    return this.#queue.take(removed);
  }

  /** @returns All there was. */
  empty(): readonly Run[] {
    this.#told = 0;
    return this.#queue.take(Infinity);
  }

  /** These are in it instead of what is known. */
  refill(runs: readonly Run[]): void {
    this.empty();
    this.#queue.add(runs);
    this.#told = this.#queue.size;
  }

  /** What is in it now, to go back to. */
  mark(): BufferMark<Run> {
    return { queue: this.#queue.mark(), told: this.#told };
  }

  goBack({ queue, told }: BufferMark<Run>): void {
    this.#queue.goBack(queue);
    this.#told = told;
  }
}
