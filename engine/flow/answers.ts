import { EngineError } from '../errors.ts';
import { self } from '../stage/self.ts';
import { describe } from '../trace/trace-value.ts';

/**
 * What a function of a program has answered, as something to go through. A string is one event's text, not its letters, as in
 * Elixir.
 *
 * @param operator - Whose function it is, for the error.
 * @throws {EngineError} `flow_answer`.
 */
export function iterableOf(answer: unknown, operator: string): Iterable<unknown> {
  if (isIterable(answer)) return answer;
  throw wrongAnswer(operator, 'an iterable, such as an array', answer);
}

/**
 * The two parts of a pair.
 *
 * @throws {EngineError} `flow_not_pair`.
 */
export function pairOf(event: unknown, operator: string): readonly [key: unknown, value: unknown] {
  if (Array.isArray(event) && event.length === 2) return [event[0], event[1]];
  throw new EngineError('flow_not_pair', { operator, stage: self().id, received: describe(event) });
}

/** Whether it can be gone through, and is no string. */
export function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

/** A function of a program has answered with something that its operator cannot take. */
export function wrongAnswer(operator: string, requirement: string, received: unknown): EngineError {
  return new EngineError('flow_answer', {
    operator,
    stage: self().id,
    requirement,
    received: describe(received),
  });
}
