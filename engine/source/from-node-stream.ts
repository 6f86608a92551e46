import { EngineError } from '../errors.ts';
import type { Producer } from '../stage/definition.ts';
import { describe } from '../trace/trace-value.ts';
import type { Read, Reader } from './pump.ts';
import { makerOf } from './maker-of.ts';
import { pumpedSource, type PumpedOptions } from './pumped-source.ts';

/** What is needed of a stream of Node that can be read. */
export interface NodeReadable<Event> {
  read(): Event | null;
  on(event: string, listener: (value?: unknown) => void): unknown;
  destroy(error?: Error): unknown;
}

/**
 * Defines a producer of what a readable stream of Node gives: objects in object mode, else chunks as large as they come. It
 * takes at most as many as are wanted, and as one batch what is there; what the stream keeps ready by itself is up to its
 * `highWaterMark`. At the end it ends with `"normal"`, once what is buffered has been sent; an error of the stream crashes
 * it. However the stage ends, the stream is destroyed.
 *
 * @param stream - Or a function that makes one, called when the first event is wanted.
 * @throws {EngineError} `source_not_readable`, `option_unknown`, `option_out_of_range`.
 * @example
 * import { createReadStream } from 'node:fs';
 *
 * const text = fromNodeStream<string>(() => createReadStream('flights.csv', { encoding: 'utf8' }));
 */
export function fromNodeStream<Event>(
  stream: NodeReadable<Event> | (() => NodeReadable<Event>),
  options: PumpedOptions = {},
): Producer<void, Event> {
  const make = makerOf(stream, checkReadable);
  return pumpedSource('fromNodeStream', () => new NodeReader(make()), options);
}

class NodeReader<Event> implements Reader<Event> {
  readonly #stream: NodeReadable<Event>;
  #ended = false;
  #failure: { readonly error: unknown } | null = null;
  /** Whoever waits for the stream to have something to say. */
  #wake: () => void = () => undefined;

  constructor(stream: NodeReadable<Event>) {
    this.#stream = stream;
    stream.on('readable', () => this.#wake());
    stream.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
    stream.on('error', (error) => this.#fail(error));
    stream.on('close', () => {
      if (!this.#ended) this.#fail(new EngineError('source_closed', { at: 'fromNodeStream' }));
    });
  }

  read(count: number): Read<Event> | Promise<Read<Event>> {
    const events: Event[] = [];
    while (events.length < count) {
      const event = this.#stream.read();
      if (event === null) break;
      events.push(event);
    }
    if (events.length > 0) return { events, done: false };
    if (this.#failure) throw this.#failure.error;
    if (this.#ended) return { events, done: true };
    return new Promise<void>((resolve) => {
      this.#wake = resolve;
    }).then(() => this.read(count));
  }

  close(): void {
    this.#ended = true;
    this.#stream.destroy();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }
}

function checkReadable(stream: unknown): void {
  if (typeof stream === 'object' && stream !== null && 'read' in stream && 'on' in stream) return;
  throw new EngineError('source_not_readable', {
    at: 'fromNodeStream',
    requirement: 'a readable stream of Node, or a function that makes one',
    received: describe(stream),
  });
}
