import { EngineError } from '../errors.ts';
import { self } from '../stage/self.ts';
import { describe } from '../trace/trace-value.ts';
import { isIterable } from './answers.ts';

/**
 * The elements of a state (FL-042): of a Map and of a plain record its entries `[key, value]`, of anything else that can be
 * gone through its items. A string is one text, not its letters.
 *
 * @throws {EngineError} `flow_state_elements`.
 */
export function elementsOf(state: unknown): Iterable<unknown> {
  if (isIterable(state)) return state;
  if (isPlainRecord(state)) return Object.entries(state);
  throw new EngineError('flow_state_elements', { stage: self().id, received: describe(state) });
}

/** Pushes the elements of a state to `out`; as {@link elementsOf}. */
export function pushElements(state: unknown, out: unknown[]): void {
  for (const element of elementsOf(state)) out.push(element);
}

/**
 * A state as it can be sent on while its stage goes on with it: what has been emitted must not change. One level is copied;
 * what lies deeper, and objects of a class, a program has to treat as values.
 */
export function copyOf(state: unknown): unknown {
  if (Array.isArray(state)) return state.slice();
  if (state instanceof Map) return new Map(state);
  if (state instanceof Set) return new Set(state);
  return isPlainRecord(state) ? { ...state } : state;
}

function isPlainRecord(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
