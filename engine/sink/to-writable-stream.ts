import { EngineError } from '../errors.ts';
import type { Consumer } from '../stage/definition.ts';
import { describe } from '../trace/trace-value.ts';
import { makerOf } from '../source/maker-of.ts';
import { writerSink, type Writer } from './writer-sink.ts';

/**
 * Defines a consumer that writes what it gets to a web stream. It asks for more once the stream is ready for more, so that
 * demand follows the stream's pace. When its last producer has ended it closes the stream and ends; when the pipeline fails
 * it aborts the stream with the reason; a stream that fails crashes it.
 *
 * @param stream - Or a function that makes one, called when the stage starts.
 * @throws {EngineError} `sink_not_writable`.
 * @example
 * const page = toWritableStream<string>(() => new WritableStream({ write: (line) => { lines.push(line); } }));
 */
export function toWritableStream<Event>(
  stream: WritableStream<Event> | (() => WritableStream<Event>),
): Consumer<void, Event> {
  const make = makerOf(stream, checkWritable);
  return writerSink((fail) => writerOf(make().getWriter(), fail));
}

function writerOf<Event>(
  writer: WritableStreamDefaultWriter<Event>,
  fail: (error: unknown) => void,
): Writer<Event> {
  writer.closed.catch(fail);
  return {
    async write(events) {
      for (const event of events) {
        await writer.ready;
        // Whether the write goes well is told by `ready` and `closed`: the stream takes the next one meanwhile.
        writer.write(event).catch(fail);
      }
      await writer.ready;
    },
    end: () => writer.close(),
    abort: (reason) => {
      // The stage is gone: nobody is left to hear of what goes wrong from here on.
      void writer.abort(reason).catch(() => undefined);
    },
  };
}

function checkWritable(stream: unknown): void {
  if (typeof stream === 'object' && stream !== null && 'getWriter' in stream) return;
  throw new EngineError('sink_not_writable', {
    at: 'toWritableStream',
    requirement: 'a WritableStream, or a function that makes one',
    received: describe(stream),
  });
}
