import { EngineError } from '../errors.ts';
import type { Consumer } from '../stage/definition.ts';
import { describe } from '../trace/trace-value.ts';
import { makerOf } from '../source/maker-of.ts';
import { writerSink, type Writer } from './writer-sink.ts';

/** What is needed of a stream of Node that can be written to. */
export interface NodeWritable<Event> {
  /** `false`: wait for `drain` before more is written. */
  write(event: Event): boolean;
  end(done: () => void): unknown;
  destroy(error?: Error): unknown;
  on(event: string, listener: (value?: unknown) => void): unknown;
}

/**
 * Defines a consumer that writes what it gets to a writable stream of Node. It asks for more once the stream has drained, so
 * that demand follows the stream's pace. When its last producer has ended it ends the stream, waits until all is written,
 * and ends; when the pipeline fails it destroys the stream; a stream that fails crashes it.
 *
 * @param stream - Or a function that makes one, called when the stage starts.
 * @throws {EngineError} `sink_not_writable`.
 * @example
 * import { createWriteStream } from 'node:fs';
 *
 * const file = toNodeStream<string>(() => createWriteStream('out.txt'));
 */
export function toNodeStream<Event>(
  stream: NodeWritable<Event> | (() => NodeWritable<Event>),
): Consumer<void, Event> {
  const make = makerOf(stream, checkWritable);
  return writerSink((fail) => new NodeWriter(make(), fail));
}

class NodeWriter<Event> implements Writer<Event> {
  readonly #stream: NodeWritable<Event>;
  #failed = false;
  #ended = false;
  /** Whoever waits for the stream to have something to say. */
  #wake: () => void = () => undefined;

  constructor(stream: NodeWritable<Event>, fail: (error: unknown) => void) {
    this.#stream = stream;
    const failed = (error: unknown) => {
      this.#failed = true;
      if (!this.#ended) fail(error);
      this.#wake();
    };
    stream.on('drain', () => this.#wake());
    stream.on('error', failed);
    stream.on('close', () => {
      if (!this.#ended && !this.#failed) failed(new EngineError('sink_closed', { at: 'toNodeStream' }));
    });
  }

  async write(events: readonly Event[]): Promise<void> {
    for (const event of events) {
      if (this.#failed) return;
      if (!this.#stream.write(event)) await this.#settled();
    }
  }

  end(): Promise<void> {
    this.#ended = true;
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#stream.end(resolve);
    });
  }

  abort(reason: unknown): void {
    this.#ended = true;
    this.#stream.destroy(reason instanceof Error ? reason : new Error(describe(reason)));
  }

  #settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

function checkWritable(stream: unknown): void {
  if (typeof stream === 'object' && stream !== null && 'write' in stream && 'on' in stream) return;
  throw new EngineError('sink_not_writable', {
    at: 'toNodeStream',
    requirement: 'a writable stream of Node, or a function that makes one',
    received: describe(stream),
  });
}
