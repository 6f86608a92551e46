import { EngineError } from '../errors.ts';
import type { Seq, StageId, TaskId } from '../ids.ts';
import type { PortableCode, TaskOutcome } from '../stage/message.ts';
import type { TraceValue } from '../trace/trace-entry.ts';

/** What a task runs: something every worker can find, or a function that never leaves the worker it was made on. */
export type TaskCode =
  PortableCode | { readonly type: 'closure'; readonly run: (...args: readonly unknown[]) => unknown };

/** What is to be started. */
export interface TaskStart {
  readonly code: TaskCode;
  readonly args: readonly unknown[];
  /** Name of the function, if it has one; part of the task's id. */
  readonly name: string;
  /** It is over. Called once, unless whoever started it has ended before; never before `start` has returned. */
  readonly onEnd: (outcome: TaskOutcome, cause: Seq | null) => void;
}

/** How a task is to be ended from outside. */
export interface TaskEnding {
  readonly reason: unknown;
  /** At once. Otherwise a task that has looked at its signal may come to an end by itself. */
  readonly kill: boolean;
  /** What the trace says of it. */
  readonly as: 'shutdown' | 'timeout';
}

/** A task as seen from where it was started. */
export interface StartedTask {
  readonly id: TaskId;
  /** Ends it; `onEnd` hears of that. Does nothing if it is over. */
  end(ending: TaskEnding): void;
}

/** What the code of one stage, or of one task, may do about tasks. Stays valid as long as its owner lives. */
export interface TaskScope {
  readonly stage: StageId;
  /** Tasks that can run at the same time: the workers of the run. */
  readonly concurrency: number;
  /** Aborted when this task is shut down; `null` for the code of a stage. Who asks for it is given time to finish. */
  signal(): AbortSignal | null;
  start(start: TaskStart): StartedTask;
  nowMs(): number;
  /** Runs `action` once, `delayMs` from now; what it returns takes that back. */
  after(delayMs: number, action: () => void): () => void;
  /** Makes an action, and what follows from it in promises, part of the owner's code. */
  owned(action: () => void): () => void;
  /** Ends the owner because something it is linked to has failed. */
  fail(error: unknown): void;
  /** Puts a message into the stage's own mailbox. */
  inform(message: object, cause: Seq | null): void;
  /** Takes a message of the stage's own back out of its mailbox: the first that is one of these. */
  takeBack<Message extends object>(isWanted: (message: unknown) => message is Message): Message | null;
  /** Records a warning of the engine's at the stage. */
  warn(code: string, message: string, values: readonly TraceValue[]): void;
}

/** Who knows whose code runs. */
export interface TaskRuntime {
  /** `null` when no code of a stage or a task has run yet. */
  scope(): TaskScope | null;
}

let ambient: TaskRuntime | null = null;

/** Makes tasks belong to the stages of this runtime from now on; returns the one before. For whoever hosts stages. */
export function tasksOn(runtime: TaskRuntime | null): TaskRuntime | null {
  const before = ambient;
  ambient = runtime;
  return before;
}

/**
 * Of whoever's code runs.
 *
 * @param action - What is wanted, for the error.
 * @throws {EngineError} `outside_callback`.
 */
export function scopeFor(action: string): TaskScope {
  const scope = ambient?.scope() ?? null;
  if (scope === null) throw new EngineError('outside_callback', { action });
  return scope;
}
