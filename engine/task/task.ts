import { EngineError } from '../errors.ts';
import { describe } from '../trace/trace-value.ts';
import { streamOfTasks, streamOptions, type AsyncStreamOptions } from './async-stream.ts';
import { codeOf } from './declare.ts';
import { TaskHandle, taskFailed, type TaskResult } from './task-handle.ts';
import { scopeFor } from './task-scope.ts';

/** How long Elixir waits for a task unless told otherwise, ms. */
const DEFAULT_TIMEOUT_MS = 5_000;

type Runs<Args extends readonly unknown[], Result> = (...args: Args) => Result;

/**
 * Work beside a stage: Elixir's `Task`. A task is a process of its own that runs one function to its end. A function
 * declared with `task` runs on any worker of the run, the least loaded one first; any other runs on the worker that starts
 * it. Tasks are started by callbacks of stages, and by other tasks.
 *
 * @example
 * const slow = task(async (n: number) => {
 *   await sleep(100);
 *   return n * n;
 * });
 *
 * const squares = producerConsumer({
 *   handleEvents: async (numbers: number[]) => {
 *     const events: number[] = [];
 *     for await (const result of Task.asyncStream(numbers, slow, { maxConcurrency: 4 })) {
 *       if ('ok' in result) events.push(result.ok);
 *     }
 *     return { events };
 *   },
 * });
 */
export const Task = Object.freeze({
  /**
   * Starts a task. It is linked to the stage (or task) that starts it: when it fails while nobody waits for it, that stage
   * crashes too; when the stage fails, the task is ended.
   *
   * @throws {EngineError} `outside_callback`, `task_function`.
   */
  async<Args extends readonly unknown[], Result>(
    fn: Runs<Args, Result>,
    ...args: Args
  ): TaskHandle<Awaited<Result>> {
    return started(fn, args, true);
  },

  /** Like `async`, but not linked: its failure is known to whoever awaits it, and to nobody else. */
  asyncNolink<Args extends readonly unknown[], Result>(
    fn: Runs<Args, Result>,
    ...args: Args
  ): TaskHandle<Awaited<Result>> {
    return started(fn, args, false);
  },

  /**
   * What the task returned. Rejects with an `EngineError`: `task_failed` when it failed, `task_timeout` when it takes longer
   * than `timeoutMs`. A callback that does not catch that crashes, as in Elixir.
   */
  async await<Value>(handle: TaskHandle<Value>, timeoutMs: number = DEFAULT_TIMEOUT_MS): Promise<Value> {
    const task = handleOf(handle, 'await a task');
    const waitMs = timeoutOf(timeoutMs, 'Task.await');
    const outcome = await task.outcome(waitMs);
    if (outcome === null) throw new EngineError('task_timeout', { task: task.id, timeoutMs: waitMs });
    if (!outcome.ok) throw taskFailed(task.id, outcome);
    return valueOf<Value>(outcome.value);
  },

  /** What became of the task, or `null` when it still runs after `timeoutMs`: it can be asked again. */
  async yield<Value>(
    handle: TaskHandle<Value>,
    timeoutMs: number = DEFAULT_TIMEOUT_MS,
  ): Promise<TaskResult<Value> | null> {
    const task = handleOf(handle, 'yield to a task');
    const outcome = await task.outcome(timeoutOf(timeoutMs, 'Task.yield'));
    if (outcome === null) return null;
    return outcome.ok ? { ok: valueOf<Value>(outcome.value) } : { exit: outcome.reason };
  },

  /**
   * Ends a task. One that has asked for its signal ({@link Task.signal}) gets `timeoutMs` to finish before it is killed;
   * any other goes no further than its next `sleep`.
   *
   * @param timeoutMs - `"brutalKill"` ends it at once.
   * @returns Its result, if it finished all the same; `null` if it was ended.
   */
  async shutdown<Value>(
    handle: TaskHandle<Value>,
    timeoutMs: number | 'brutalKill' = DEFAULT_TIMEOUT_MS,
  ): Promise<TaskResult<Value> | null> {
    const task = handleOf(handle, 'shut a task down');
    task.unlink();
    const kill = timeoutMs === 'brutalKill';
    task.end(kill);
    let outcome = await task.outcome(kill ? Infinity : timeoutOf(timeoutMs, 'Task.shutdown'));
    if (outcome === null) {
      task.end(true);
      outcome = await task.outcome(Infinity);
    }
    if (outcome?.ok) return { ok: valueOf<Value>(outcome.value) };
    const reason = outcome?.reason;
    return reason === 'shutdown' || reason === 'killed' ? null : { exit: reason };
  },

  /**
   * Runs `fn` on every item, at most `maxConcurrency` at a time, and gives what became of each: `{ ok: value }` or
   * `{ exit: reason }`. Items are taken from `items` only when there is a free place, and only while somebody reads. Who stops
   * reading ends the tasks that still run. With `ordered`, results that come early wait for their turn.
   *
   * Tasks are linked: when one fails, reading rejects with `task_failed` and the others are ended; when one takes longer
   * than `timeoutMs`, reading rejects with `task_timeout`, or with `onTimeout: "killTask"` gives `{ exit: "timeout" }`.
   *
   * @throws {EngineError} `outside_callback`, `task_function`, `option_out_of_range`, `option_unknown`.
   */
  asyncStream<Item, Result>(
    items: Iterable<Item> | AsyncIterable<Item>,
    fn: (item: Item) => Result,
    options: AsyncStreamOptions = {},
  ): AsyncGenerator<TaskResult<Awaited<Result>>, void> {
    return stream(items, fn, options, true);
  },

  /** Like `asyncStream`, but not linked: a task that fails gives `{ exit: reason }`, and the others go on. */
  asyncStreamNolink<Item, Result>(
    items: Iterable<Item> | AsyncIterable<Item>,
    fn: (item: Item) => Result,
    options: AsyncStreamOptions = {},
  ): AsyncGenerator<TaskResult<Awaited<Result>>, void> {
    return stream(items, fn, options, false);
  },

  /**
   * For code that runs as a task: aborted when the task is shut down. A task that has asked for it is given time to finish.
   *
   * @throws {EngineError} `outside_callback` where no task runs.
   * @example
   * const fetching = task(async (pages: number) => {
   *   const signal = Task.signal();
   *   for (let page = 0; page < pages && !signal.aborted; page++) await sleep(10);
   * });
   */
  signal(): AbortSignal {
    const action = 'ask for the signal of a task';
    const signal = scopeFor(action).signal();
    if (signal === null) throw new EngineError('outside_callback', { action });
    return signal;
  },
});

function started<Value>(fn: unknown, args: readonly unknown[], link: boolean): TaskHandle<Value> {
  const scope = scopeFor('start a task');
  const code = codeOf(fn, 'start a task');
  const name = typeof fn === 'function' ? fn.name : '';
  return new TaskHandle(scope, link, (onEnd) => scope.start({ code, args, name, onEnd }));
}

function stream<Item, Value>(
  items: Iterable<Item> | AsyncIterable<Item>,
  fn: unknown,
  options: AsyncStreamOptions,
  link: boolean,
): AsyncGenerator<TaskResult<Value>, void> {
  const scope = scopeFor('start a stream of tasks');
  const code = codeOf(fn, 'start a stream of tasks');
  const name = typeof fn === 'function' ? fn.name : '';
  return streamOfTasks(items, { scope, code, name, link, ...streamOptions(options, scope.concurrency) });
}

function handleOf<Value>(handle: TaskHandle<Value>, action: string): TaskHandle<Value> {
  const given: unknown = handle;
  if (given instanceof TaskHandle) return handle;
  throw new EngineError('not_a_task', { action, received: describe(given) });
}

function timeoutOf(timeoutMs: number, at: string): number {
  if (typeof timeoutMs === 'number' && timeoutMs >= 0) return timeoutMs;
  const requirement = 'a number of milliseconds >= 0, or Infinity';
  throw new EngineError('option_out_of_range', {
    option: 'timeoutMs',
    at,
    requirement,
    received: describe(timeoutMs),
  });
}

/** What a task returned is what its function returns: the handle's type was taken from it. */
export function valueOf<Value>(value: unknown): Value {
  return value as Value;
}
