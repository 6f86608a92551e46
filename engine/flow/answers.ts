import { EngineError } from '../errors.ts';
import { self } from '../stage/self.ts';
import { describe } from '../trace/trace-value.ts';

/** Elements that one answer may hold: of what has no end, memory would. */
const MAX_ELEMENTS = 10_000_000;

/**
 * What a function of a program has answered, as something to go through. A string is one event's text, not its letters, as in
 * Elixir. What does not come to an end fails on the way.
 *
 * @param operator - Whose function it is, for the error.
 * @throws {EngineError} `flow_answer`.
 */
export function iterableOf(answer: unknown, operator: string): Iterable<unknown> {
  if (Array.isArray(answer) || answer instanceof Map || answer instanceof Set) return answer;
  if (isIterable(answer)) return ending(answer, operator);
  throw wrongAnswer(operator, 'an iterable, such as an array', answer);
}

/** An iterable of which nobody knows how much is in it. */
function* ending(answer: Iterable<unknown>, operator: string): Iterable<unknown> {
  let count = 0;
  for (const element of answer) {
    count += 1;
    if (count > MAX_ELEMENTS) {
      throw wrongAnswer(operator, `an iterable of at most ${MAX_ELEMENTS} elements`, answer);
    }
    yield element;
  }
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
