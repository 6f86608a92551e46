import { EngineError, didYouMean } from '../errors.ts';
import type { TaskOutcome } from '../stage/message.ts';
import { describe } from '../trace/trace-value.ts';
import { taskFailed, type TaskResult } from './task-handle.ts';
import type { StartedTask, TaskCode, TaskScope } from './task-scope.ts';

/** How a stream of tasks goes. */
export interface AsyncStreamOptions {
  /** Tasks that run at the same time, at most. Integer >= 1; default: the workers of the run. */
  readonly maxConcurrency?: number;
  /** Results in the order of the items (default), or in the order in which tasks end. */
  readonly ordered?: boolean;
  /** How long one task may take, ms. Default 5,000; Infinity for no limit. */
  readonly timeoutMs?: number;
  /** A task that takes too long: reading fails (`"exit"`, default), or the task is ended and the rest goes on. */
  readonly onTimeout?: 'exit' | 'killTask';
}

const DEFAULT_TIMEOUT_MS = 5_000;
const OPTIONS = ['maxConcurrency', 'ordered', 'timeoutMs', 'onTimeout'];

/**
 * Checks the options of a stream and fills in the defaults.
 *
 * @throws {EngineError} `option_out_of_range`, `option_unknown`.
 */
export function streamOptions(options: AsyncStreamOptions, workers: number): Required<AsyncStreamOptions> {
  const at = 'Task.asyncStream';
  const refuse = (option: string, requirement: string, received: unknown): never => {
    throw new EngineError('option_out_of_range', { option, at, requirement, received: describe(received) });
  };
  for (const option of Object.keys(options)) {
    if (OPTIONS.includes(option)) continue;
    const details = { option, at, nearest: didYouMean(option, OPTIONS), allowed: OPTIONS.join(', ') };
    throw new EngineError('option_unknown', details);
  }
  const {
    maxConcurrency = workers,
    ordered = true,
    timeoutMs = DEFAULT_TIMEOUT_MS,
    onTimeout = 'exit',
  } = options;
  if (!Number.isInteger(maxConcurrency) || maxConcurrency < 1) {
    refuse('maxConcurrency', 'an integer >= 1', maxConcurrency);
  }
  if (typeof ordered !== 'boolean') refuse('ordered', 'true or false', ordered);
  if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0)) {
    refuse('timeoutMs', 'a number of milliseconds >= 0, or Infinity', timeoutMs);
  }
  if (onTimeout !== 'exit' && onTimeout !== 'killTask') {
    refuse('onTimeout', '"exit" or "killTask"', onTimeout);
  }
  return { maxConcurrency, ordered, timeoutMs, onTimeout };
}

interface StreamSetup extends Required<AsyncStreamOptions> {
  readonly scope: TaskScope;
  readonly code: TaskCode;
  readonly name: string;
  /** The failure of a task is the reader's. */
  readonly link: boolean;
}

/** Results of tasks run on items; see `Task.asyncStream`. Nothing is started before somebody reads. */
export async function* streamOfTasks<Item, Value>(
  items: Iterable<Item> | AsyncIterable<Item>,
  setup: StreamSetup,
): AsyncGenerator<TaskResult<Value>, void> {
  const source = new Source(items);
  const tasks = new TasksInStream(setup);
  try {
    for (;;) {
      while (tasks.hasRoom && !source.isOver) {
        const pulled = source.pull(() => tasks.wake());
        if (pulled === null) break;
        tasks.start(pulled.item);
      }
      const next = tasks.take();
      if (next) yield result<Value>(next);
      else if (source.isOver && tasks.isEmpty) return;
      else await tasks.change();
    }
  } finally {
    tasks.endAll();
    await source.close();
  }
}

function isAsyncIterable<Item>(items: Iterable<Item> | AsyncIterable<Item>): items is AsyncIterable<Item> {
  return typeof items === 'object' && Symbol.asyncIterator in items;
}

/** The items, one at a time, from either kind of iterable. */
class Source<Item> {
  readonly #sync: Iterator<Item> | null;
  readonly #async: AsyncIterator<Item> | null;
  #pulling = false;
  #pulled: { readonly item: Item }[] = [];
  #failed: { readonly error: unknown } | null = null;
  isOver = false;

  constructor(items: Iterable<Item> | AsyncIterable<Item>) {
    const isAsync = isAsyncIterable(items);
    this.#async = isAsync ? items[Symbol.asyncIterator]() : null;
    this.#sync = isAsync ? null : items[Symbol.iterator]();
  }

  /** The next item; `null` when it is over, or when it has to be waited for: `onChange` tells that there is news. */
  pull(onChange: () => void): { readonly item: Item } | null {
    if (this.#failed) throw this.#failed.error;
    const ready = this.#pulled.shift();
    if (ready) return ready;
    if (this.#sync) return this.#took(this.#sync.next());
    if (this.#async && !this.#pulling) {
      this.#pulling = true;
      void this.#wait(this.#async).then(onChange);
    }
    return null;
  }

  /** Nobody wants more. An iterator in the middle of a step hears of it behind that step, which nobody waits for. */
  async close(): Promise<void> {
    if (this.isOver || this.#failed) return;
    this.isOver = true;
    this.#sync?.return?.();
    const closed = this.#async?.return?.();
    if (!this.#pulling) await closed;
    // What it fails with after all is of no interest to anybody.
    else closed?.catch(() => undefined);
  }

  async #wait(iterator: AsyncIterator<Item>): Promise<void> {
    try {
      const taken = this.#took(await iterator.next());
      if (taken) this.#pulled.push(taken);
    } catch (error) {
      this.#failed = { error };
    }
    this.#pulling = false;
  }

  #took(next: IteratorResult<Item, unknown>): { readonly item: Item } | null {
    if (!next.done) return { item: next.value };
    this.isOver = true;
    return null;
  }
}

interface Running {
  readonly task: StartedTask;
  readonly cancelTimer: () => void;
  isLate: boolean;
}

/** A result that has not been read yet: what a task came to, or why reading has to fail. */
type Ended =
  | { readonly type: 'ok'; readonly value: unknown }
  | { readonly type: 'exit'; readonly reason: unknown }
  | { readonly type: 'fail'; readonly error: EngineError };

/** The tasks of one stream. With `ordered`, results that came early wait here: as many as end while the slowest runs. */
class TasksInStream {
  readonly #setup: StreamSetup;
  readonly #running = new Map<number, Running>();
  readonly #ended = new Map<number, Ended>();
  /** A task has failed and takes the reader with it. */
  #failure: EngineError | null = null;
  #started = 0;
  #taken = 0;
  #wake: (() => void) | null = null;

  constructor(setup: StreamSetup) {
    this.#setup = setup;
  }

  get hasRoom(): boolean {
    return this.#failure === null && this.#running.size < this.#setup.maxConcurrency;
  }

  get isEmpty(): boolean {
    return this.#running.size === 0 && this.#ended.size === 0;
  }

  start(item: unknown): void {
    const { scope, code, name, timeoutMs } = this.#setup;
    const position = this.#started++;
    const task = scope.start({ code, args: [item], name, onEnd: (outcome) => this.#over(position, outcome) });
    const cancelTimer =
      timeoutMs === Infinity ? () => undefined : scope.after(timeoutMs, () => this.#late(position));
    this.#running.set(position, { task, cancelTimer, isLate: false });
  }

  /** The next result to be read, if it is there. */
  take(): Ended | null {
    if (this.#failure) return { type: 'fail', error: this.#failure };
    const [first] = this.#ended.keys();
    const position = this.#setup.ordered ? this.#taken : first;
    const ended = position === undefined ? undefined : this.#ended.get(position);
    if (position === undefined || ended === undefined) return null;
    this.#ended.delete(position);
    this.#taken++;
    return ended;
  }

  /** Resolves when a task has ended, or {@link wake} is called. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = this.#setup.scope.owned(resolve);
    });
  }

  wake(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  endAll(): void {
    for (const { task, cancelTimer } of this.#running.values()) {
      cancelTimer();
      task.end({ reason: 'shutdown', kill: true, as: 'shutdown' });
    }
    this.#running.clear();
  }

  #late(position: number): void {
    const running = this.#running.get(position);
    if (!running) return;
    const { onTimeout, timeoutMs } = this.#setup;
    running.isLate = true;
    if (onTimeout === 'exit') {
      this.#failure ??= new EngineError('task_timeout', { task: running.task.id, timeoutMs });
      this.wake();
    }
    running.task.end({ reason: 'timeout', kill: true, as: 'timeout' });
  }

  #over(position: number, outcome: TaskOutcome): void {
    const running = this.#running.get(position);
    if (!running) return;
    running.cancelTimer();
    this.#running.delete(position);
    // What comes too late does not count, even if it was on its way.
    if (running.isLate) this.#ended.set(position, { type: 'exit', reason: 'timeout' });
    else if (outcome.ok) this.#ended.set(position, { type: 'ok', value: outcome.value });
    else if (!this.#setup.link) this.#ended.set(position, { type: 'exit', reason: outcome.reason });
    else this.#failure ??= taskFailed(running.task.id, outcome);
    this.wake();
  }
}

function result<Value>(ended: Ended): TaskResult<Value> {
  switch (ended.type) {
    case 'ok':
      // What the function of the stream returned: its type is the stream's.
      return { ok: ended.value as Value };
    case 'exit':
      return { exit: ended.reason };
    case 'fail':
      throw ended.error;
  }
}
