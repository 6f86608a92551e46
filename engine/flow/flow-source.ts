import { EngineError } from '../errors.ts';
import { fromAsyncIterable } from '../source/from-async-iterable.ts';
import { fromIterable } from '../source/from-iterable.ts';
import { fromReadableStream } from '../source/from-readable-stream.ts';
import type { StageDefinition } from '../stage/definition.ts';
import { describe } from '../trace/trace-value.ts';
import { isIterable } from './answers.ts';
import type { Spec } from './draft.ts';
import { isFlow } from './flow-mark.ts';
import { isDefinition } from './givens.ts';
import { madeSource } from './made-source.ts';

/** Ends with the last of its consumers, as whatever a flow reads (FL-009). */
const OPTIONS = { onCancel: 'stop' } as const;

/**
 * The producer that reads what a flow is made from.
 *
 * @throws {EngineError} `flow_of_flow`, `source_not_readable`.
 */
export function sourceOf(at: string, given: unknown): Spec {
  const isGiven = isDefinition(given);
  const definition = isGiven ? given : isMaker(given) ? makerSource(at, given) : dataSource(at, given);
  return { definition, arg: undefined, own: !isGiven, options: {} };
}

function makerSource(at: string, make: () => unknown): StageDefinition {
  // What a generator function makes is known before it is called.
  if (isGenerator(make)) return fromIterable(make, OPTIONS);
  return madeSource(make, (made) => dataSource(at, made));
}

function dataSource(at: string, given: unknown): StageDefinition {
  if (isFlow(given)) throw new EngineError('flow_of_flow', { at });
  if (typeof given === 'string' || isIterable(given)) return fromIterable(given, OPTIONS);
  if (isReadable(given)) return fromReadableStream(given, OPTIONS);
  if (isAsyncIterable(given)) return fromAsyncIterable(given, OPTIONS);
  throw new EngineError('source_not_readable', {
    at,
    requirement: 'an iterable, such as an array, or a function that makes one',
    received: describe(given),
  });
}

function isReadable(value: unknown): value is ReadableStream<unknown> {
  return typeof value === 'object' && value !== null && 'getReader' in value;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function isGenerator(make: () => unknown): make is () => Iterable<unknown> {
  return Object.prototype.toString.call(make) === '[object GeneratorFunction]';
}

function isMaker(value: unknown): value is () => unknown {
  return typeof value === 'function';
}
