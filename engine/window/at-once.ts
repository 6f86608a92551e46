import { EngineError } from '../errors.ts';

/**
 * Refuses an async function where an answer is needed at once: the promise would be taken for the answer, and a filter, for one,
 * would let everything pass.
 *
 * @param argument - What it is to the operator.
 * @throws {EngineError} `flow_async`.
 */
export function checkAtOnce(at: string, argument: string, fn: unknown): void {
  const tag = Object.prototype.toString.call(fn);
  if (tag === '[object AsyncFunction]' || tag === '[object AsyncGeneratorFunction]') {
    throw new EngineError('flow_async', { at, argument });
  }
}
