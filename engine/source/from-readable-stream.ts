import { EngineError } from '../errors.ts';
import type { Producer } from '../stage/definition.ts';
import { describe } from '../trace/trace-value.ts';
import type { Reader } from './pump.ts';
import { makerOf } from './maker-of.ts';
import { pumpedSource, type PumpedOptions } from './pumped-source.ts';

/**
 * Defines a producer of the chunks of a web stream. It reads a chunk only when one is wanted; what the stream keeps ready by
 * itself is up to its own strategy. After the last chunk it ends with `"normal"`, once what is buffered has been sent; a
 * stream that fails crashes it. However the stage ends, the stream is cancelled with its reason.
 *
 * @param stream - Or a function that makes one, called when the first event is wanted.
 * @throws {EngineError} `source_not_readable`, `option_unknown`, `option_out_of_range`.
 * @example
 * const numbers = fromReadableStream(() => new ReadableStream<number>({
 *   start(controller) { for (const n of [1, 2, 3]) controller.enqueue(n); controller.close(); },
 * }));
 */
export function fromReadableStream<Event>(
  stream: ReadableStream<Event> | (() => ReadableStream<Event>),
  options: PumpedOptions = {},
): Producer<void, Event> {
  const make = makerOf(stream, checkReadable);
  return pumpedSource('fromReadableStream', () => readerOf(make().getReader()), options);
}

function readerOf<Event>(reader: ReadableStreamDefaultReader<Event>): Reader<Event> {
  return {
    read: async () => {
      const { done, value } = await reader.read();
      return done ? { events: [], done } : { events: [value], done };
    },
    close: (reason) => {
      // The stage is gone: nobody is left to hear of what goes wrong from here on.
      void reader.cancel(reason).catch(() => undefined);
    },
  };
}

function checkReadable(stream: unknown): void {
  if (typeof stream === 'object' && stream !== null && 'getReader' in stream) return;
  throw new EngineError('source_not_readable', {
    at: 'fromReadableStream',
    requirement: 'a ReadableStream, or a function that makes one',
    received: describe(stream),
  });
}
