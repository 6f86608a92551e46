import { EngineError } from '../errors.ts';
import { producer } from '../stage/define.ts';
import type { Producer } from '../stage/definition.ts';
import { lending, ownExternal, self, type Lending } from '../stage/self.ts';
import { Pictured, describe } from '../trace/trace-value.ts';
import { batchesOf, type Batches } from './batches.ts';
import {
  STOP,
  checkCount,
  checkSourceOptions,
  endingWithConsumers,
  stageOptionsOf,
  understanding,
  type SourceOptions,
} from './source-options.ts';

/** Options of {@link fromIterable}. */
export interface IterableOptions extends SourceOptions {
  /**
   * Events to read at most; the source ends with the last of them. Integer >= 0; default Infinity. An iterable that just
   * runs dry shows that only when one more event is asked of it.
   */
  readonly take?: number;
}

/**
 * Defines a producer of the elements of an iterable (GenStage.from_enumerable): each demand takes exactly as many as are
 * wanted. After the last one it ends with `"normal"`, once what is buffered has been sent. A throw of the iterable crashes
 * it. However the stage ends, the iterator is closed.
 *
 * @param iterable - Or a function that makes one, called when the first event is wanted: what a generator needs if the
 *   definition runs as several stages.
 * @throws {EngineError} `source_not_readable`, `option_unknown`, `option_out_of_range`.
 * @example
 * const words = fromIterable(['to', 'be', 'or', 'not']);
 * @example
 * const squares = fromIterable(function* () { for (let n = 0; ; n++) yield n * n; }, { take: 100 });
 */
export function fromIterable<Event>(
  iterable: Iterable<Event> | (() => Iterable<Event>),
  options: IterableOptions = {},
): Producer<void, Event> {
  checkSourceOptions('fromIterable', options, ['take']);
  const { onCancel, take = Infinity } = options;
  checkCount('fromIterable', 'take', take);
  const open = typeof iterable === 'function' ? iterable : () => iterable;
  if (typeof iterable !== 'function') checkIterable(iterable);
  const definition = producer<Event, Elements<Event>>({
    init: () => {
      const elements = new Elements(open, take);
      ownExternal({ close: () => elements.close() });
      return elements;
    },
    handleDemand: (demand, elements) => {
      if (elements.ended) return {};
      const events = elements.next(demand);
      // Sent before the events, and handled behind those of them that nobody wants yet (GS-202).
      if (elements.ended) self().queueInfo(STOP);
      return { events };
    },
    handleInfo: () => ({ stop: 'normal' }),
    ...endingWithConsumers<Elements<Event>>(onCancel),
    ...stageOptionsOf(options),
  });
  return understanding(definition, (message) => message === STOP);
}

/** How far an iterable has been read. */
class Elements<Event> extends Pictured {
  readonly #open: () => Iterable<Event>;
  readonly #most: number;
  readonly #lending: Lending = lending();
  #batches: Batches<Event> | null = null;
  taken = 0;
  ended = false;
  consumers = 0;

  constructor(open: () => Iterable<Event>, most: number) {
    super();
    this.#open = open;
    this.#most = most;
  }

  picture(): unknown {
    return this.ended ? { read: this.taken, atEnd: true } : { read: this.taken };
  }

  /** The next `count` elements; fewer when it ends with them. */
  next(count: number): readonly Event[] {
    this.#batches ??= this.#begin();
    const wanted = Math.min(count, this.#most - this.taken);
    const events = wanted > 0 ? this.#batches.next(wanted, this.#lending) : [];
    this.taken += events.length;
    if (events.length < wanted || this.taken === this.#most) this.close();
    return events;
  }

  /** Lets go of the iterator, wherever it stands. */
  close(): void {
    if (this.ended) return;
    this.ended = true;
    this.#batches?.close();
  }

  #begin(): Batches<Event> {
    const iterable = this.#open();
    checkIterable(iterable);
    return batchesOf(iterable);
  }
}

function checkIterable(iterable: unknown): void {
  if (typeof iterable === 'string') return;
  if (typeof iterable === 'object' && iterable !== null && Symbol.iterator in iterable) return;
  throw new EngineError('source_not_readable', {
    at: 'fromIterable',
    requirement: 'an iterable, such as an array, or a function that makes one',
    received: describe(iterable),
  });
}
