import { EngineError } from '../errors.ts';
import { describe } from '../trace/trace-value.ts';
import type { TaskCode } from './task-scope.ts';

const DECLARED: unique symbol = Symbol.for('sluice.task');

/** A function that any worker can run as a task. Called directly, it runs where it is called, as any function. */
export type DeclaredTask<Args extends readonly unknown[], Result> = ((...args: Args) => Result) & {
  readonly [DECLARED]: number;
};

type AnyFunction = (...args: readonly unknown[]) => unknown;

/** In the order of their declaration, which every worker comes to alike as it evaluates the program. */
const declared: AnyFunction[] = [];

/**
 * Declares a function that tasks run on any worker of the run. To be called at the top level of the program: functions are
 * numbered in the order of their declaration, and every worker must come to the same numbers. What the function takes and
 * returns crosses workers as plain data; what it refers to outside of itself is each worker's own.
 *
 * @throws {EngineError} `task_function`.
 * @example
 * const hash = task((text: string) => [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 0));
 *
 * const hashes = producerConsumer({
 *   handleEvents: async (texts: string[]) => {
 *     const running = texts.map((text) => Task.async(hash, text));
 *     const events: number[] = [];
 *     for (const each of running) events.push(await Task.await(each));
 *     return { events };
 *   },
 * });
 */
export function task<Args extends readonly unknown[], Result>(
  fn: (...args: Args) => Result,
): DeclaredTask<Args, Result> {
  if (typeof fn !== 'function') {
    throw new EngineError('task_function', { action: 'declare a task', received: describe(fn) });
  }
  // Arguments come back as they went out: the types of both ends are those of one declaration.
  const index = declared.push(fn as unknown as AnyFunction) - 1;
  const own = (...args: Args): Result => fn(...args);
  Object.defineProperty(own, 'name', { value: fn.name });
  return Object.assign(own, { [DECLARED]: index } as const);
}

/** How many functions have been declared in this realm. */
export function countDeclared(): number {
  return declared.length;
}

/** Begins anew: the next program declares its own. */
export function forgetDeclared(): void {
  declared.length = 0;
}

/** The function of this number; `null` when none was declared. */
export function declaredAt(index: number): AnyFunction | null {
  return declared[index] ?? null;
}

/**
 * How a task finds its function.
 *
 * @param action - What is wanted, for the error.
 * @throws {EngineError} `task_function`.
 */
export function codeOf(fn: unknown, action: string): TaskCode {
  if (!isFunction(fn)) throw new EngineError('task_function', { action, received: describe(fn) });
  const index: unknown = DECLARED in fn ? fn[DECLARED] : null;
  return typeof index === 'number' ? { type: 'declared', index } : { type: 'closure', run: fn };
}

function isFunction(value: unknown): value is AnyFunction {
  return typeof value === 'function';
}
