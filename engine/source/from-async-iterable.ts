import { EngineError } from '../errors.ts';
import type { Producer } from '../stage/definition.ts';
import { describe } from '../trace/trace-value.ts';
import type { Reader } from './pump.ts';
import { pumpedSource, type PumpedOptions } from './pumped-source.ts';

/**
 * Defines a producer of the elements of an async iterable, such as an async generator. It reads as many as are wanted and
 * never one ahead; while it waits, the stage handles other messages. After the last one it ends with `"normal"`, once what
 * is buffered has been sent; what the iterable throws crashes it. However the stage ends, the iterator is closed.
 *
 * @param iterable - Or a function that makes one, called when the first event is wanted.
 * @throws {EngineError} `source_not_readable`, `option_unknown`, `option_out_of_range`.
 * @example
 * const ticks = fromAsyncIterable(async function* () {
 *   for (let n = 0; ; n++) { await sleep(100); yield n; }
 * });
 */
export function fromAsyncIterable<Event>(
  iterable: AsyncIterable<Event> | (() => AsyncIterable<Event>),
  options: PumpedOptions = {},
): Producer<void, Event> {
  if (typeof iterable !== 'function') checkAsyncIterable(iterable);
  const make = typeof iterable === 'function' ? iterable : () => iterable;
  const open = (): Reader<Event> => {
    const made = make();
    checkAsyncIterable(made);
    return readerOf(made[Symbol.asyncIterator]());
  };
  return pumpedSource('fromAsyncIterable', open, options);
}

function readerOf<Event>(iterator: AsyncIterator<Event>): Reader<Event> {
  return {
    read: async () => {
      const { done, value } = await iterator.next();
      return done ? { events: [], done } : { events: [value], done: false };
    },
    close: () => {
      // The stage is gone: nobody is left to hear of what goes wrong from here on.
      void Promise.resolve(iterator.return?.()).catch(() => undefined);
    },
  };
}

function checkAsyncIterable(iterable: unknown): void {
  if (typeof iterable === 'object' && iterable !== null && Symbol.asyncIterator in iterable) return;
  throw new EngineError('source_not_readable', {
    at: 'fromAsyncIterable',
    requirement: 'an async iterable, or a function that makes one',
    received: describe(iterable),
  });
}
