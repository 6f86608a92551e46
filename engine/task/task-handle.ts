import { EngineError } from '../errors.ts';
import type { TaskId } from '../ids.ts';
import type { Reason } from '../stage/definition.ts';
import type { TaskOutcome } from '../stage/message.ts';
import { describe } from '../trace/trace-value.ts';
import type { StartedTask, TaskScope } from './task-scope.ts';

/** How a task ended: Elixir's `{:ok, value}` or `{:exit, reason}`. `'ok' in result` tells which. */
export type TaskResult<Value> = { readonly ok: Value } | { readonly exit: Reason };

/** A task that was started, for whoever waits for it. Made by `Task.async`. */
export class TaskHandle<Value> {
  readonly #scope: TaskScope;
  readonly #started: StartedTask;
  #linked: boolean;
  #outcome: TaskOutcome | null = null;
  readonly #waiting = new Set<(outcome: TaskOutcome) => void>();
  /** For the compiler alone. */
  declare protected readonly value: Value;

  constructor(
    scope: TaskScope,
    link: boolean,
    start: (onEnd: (outcome: TaskOutcome) => void) => StartedTask,
  ) {
    this.#scope = scope;
    this.#linked = link;
    this.#started = start((outcome) => this.#over(outcome));
  }

  get id(): TaskId {
    return this.#started.id;
  }

  /** Waits until it is over, at most so long: `null` then. */
  outcome(timeoutMs: number): Promise<TaskOutcome | null> {
    const over = this.#outcome;
    const scope = this.#scope;
    return new Promise((resolve) => {
      if (over) {
        scope.owned(() => resolve(over))();
        return;
      }
      let cancelTimer: () => void = () => undefined;
      const settle = (outcome: TaskOutcome | null): void => {
        cancelTimer();
        this.#waiting.delete(settle);
        scope.owned(() => resolve(outcome))();
      };
      this.#waiting.add(settle);
      if (timeoutMs !== Infinity) cancelTimer = scope.after(timeoutMs, () => settle(null));
    });
  }

  /** Its failure is no longer its owner's. */
  unlink(): void {
    this.#linked = false;
  }

  end(kill: boolean): void {
    this.#started.end({ reason: 'shutdown', kill, as: 'shutdown' });
  }

  #over(outcome: TaskOutcome): void {
    this.#outcome = outcome;
    // Whoever waits is told; a failure that nobody waits for ends the owner, which is linked to the task.
    if (this.#waiting.size > 0) for (const settle of [...this.#waiting]) settle(outcome);
    else if (!outcome.ok && this.#linked) this.#scope.fail(taskFailed(this.id, outcome));
  }
}

/** The failure of a task as an error of whoever needed it; its stack is where the task threw. */
export function taskFailed(
  task: TaskId,
  { reason, stack }: Extract<TaskOutcome, { readonly ok: false }>,
): EngineError<'task_failed'> {
  const error = new EngineError('task_failed', { task, reason: worded(reason) });
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** `{ error: "RangeError", message: "too big" }` as a person would say it. */
function worded(reason: Reason): string {
  if (typeof reason === 'object' && reason !== null && 'error' in reason && 'message' in reason) {
    return `${String(reason.error)}: ${String(reason.message)}`;
  }
  return describe(reason);
}
