import { EngineError } from '../errors.ts';
import type { Seq, StageId, TaskId, WorkerId } from '../ids.ts';
import { failure, isPromise } from '../stage/callback-runner.ts';
import type { StageDefinition } from '../stage/definition.ts';
import { Fifo } from '../stage/fifo.ts';
import type { HostMessage, RemoteEnvelope, TaskOutcome } from '../stage/message.ts';
import type {
  StartedTask,
  TaskCode,
  TaskEnding,
  TaskRuntime,
  TaskScope,
  TaskStart,
} from '../task/task-scope.ts';
import { traceValue } from '../trace/trace-value.ts';
import type { TraceEvent, TraceValue } from '../trace/trace-entry.ts';
import type { Owner } from './code-owner.ts';
import { TaskFunctions } from './task-code.ts';
import { TaskRun } from './task-run.ts';

/** What tasks need of the worker they run on. */
export interface TaskHostOptions {
  readonly worker: WorkerId;
  /** Workers that tasks may run on: 0 … `workers` - 1, this one included. */
  readonly workers: number;
  /** What a stream of tasks takes for the number of workers; `workers` unless they are only played. */
  readonly concurrency: number;
  readonly tracing: boolean;
  nowMs(): number;
  after(delayMs: number, action: () => void): () => void;
  /** Whose code runs. */
  owner(): Owner | null;
  /** Runs code as its owner's. */
  as(owner: Owner, action: () => void): void;
  /** Makes a later action this owner's code. */
  ownedBy(owner: Owner, action: () => void): () => void;
  record(stage: StageId, event: TraceEvent, cause: Seq | null): Seq;
  post(envelope: RemoteEnvelope, worker: WorkerId): void;
  /** A function is about to run; `what` says which, for whoever watches. */
  entering(stage: StageId, what: string): void;
  definitionOf(stage: StageId): StageDefinition | null;
  isAlive(stage: StageId): boolean;
  fail(stage: StageId, error: unknown, cause: Seq | null): void;
  inform(stage: StageId, message: object, cause: Seq | null): void;
  takeBack(stage: StageId, isWanted: (message: unknown) => boolean): unknown;
  /** A task waits to be run, or has gone on. */
  changed(): void;
}

/** Messages between hosts that are about tasks. */
export type TaskMessage = Extract<HostMessage, { readonly type: 'spawn' | 'endTask' | 'taskEnded' }>;

/** A task started on this worker, wherever it runs. */
interface Started {
  readonly id: TaskId;
  readonly stage: StageId;
  /** The task whose code started it; `null` for the stage's own. */
  readonly parent: TaskRun | null;
  readonly args: readonly unknown[];
  readonly worker: WorkerId;
  readonly began: Seq | null;
  /** `null` once those who started it are gone. */
  onEnd: TaskStart['onEnd'] | null;
  /** How it was ended from here. */
  endedAs: TaskEnding['as'] | null;
}

/**
 * The tasks of one worker: those its stages have started, and those it runs for any worker. It moves them; when each begins
 * is up to its owner.
 */
export class TaskHost implements TaskRuntime {
  readonly #options: TaskHostOptions;
  readonly #started = new Map<TaskId, Started>();
  /** Tasks that run here, those that wait to begin included. */
  readonly #runs = new Map<TaskId, TaskRun>();
  /** Oldest first; some may have begun, or be over, meanwhile. */
  readonly #waiting = new Fifo<TaskRun>();
  #waitingCount = 0;
  /** Tasks of this worker's stages, by the worker they run on. */
  readonly #load: number[];
  /** The worker that got the latest task; at first this one, so that others come before it. */
  #latest: WorkerId;
  /** Tasks started so far, by stage: also a stage that is started again goes on counting. */
  readonly #counts = new Map<StageId, number>();
  readonly #functions: TaskFunctions;

  constructor(options: TaskHostOptions) {
    this.#options = options;
    this.#latest = options.worker;
    this.#functions = new TaskFunctions(options.worker, (stage) => options.definitionOf(stage));
    this.#load = Array.from({ length: options.workers }, () => 0);
  }

  // --- What the host of the stages calls ------------------------------------------------------------------------

  /** The task that has waited longest to begin here; `null` when none does. */
  get next(): TaskRun | null {
    const waiting = this.#waiting;
    let run = waiting.peek();
    for (; run && !run.isWaiting; run = waiting.peek()) waiting.shift();
    return run ?? null;
  }

  /** Tasks that wait to begin here, the oldest first. */
  get waiting(): readonly TaskRun[] {
    const waiting: TaskRun[] = [];
    this.#waiting.retain((run) => run.isWaiting && waiting.push(run) > 0);
    return waiting;
  }

  /** Tasks that have begun here and are not over. */
  get running(): readonly TaskRun[] {
    return [...this.#runs.values()].filter((run) => !run.isWaiting);
  }

  /** How many tasks {@link TaskHost.running} has. */
  get runningCount(): number {
    return this.#runs.size - this.#waitingCount;
  }

  get idle(): boolean {
    return this.#runs.size === 0;
  }

  /** Tasks of this worker's stages that are not over, in the order they were started. */
  get started(): readonly {
    readonly id: TaskId;
    readonly stage: StageId;
    readonly args: readonly unknown[];
  }[] {
    return [...this.#started.values()];
  }

  /** How many tasks of a stage are not over. */
  countOf(stage: StageId): number {
    let count = 0;
    for (const each of this.#started.values()) if (each.stage === stage) count++;
    return count;
  }

  /** Lets a task begin. */
  begin(run: TaskRun): void {
    if (!run.isWaiting) return;
    this.#waitingCount--;
    this.#options.entering(run.stage, `task "${run.id}"`);
    let returned: unknown;
    const thrown: unknown[] = [];
    this.#options.as({ stage: run.stage, cause: run.cause, task: run }, () => {
      try {
        returned = run.begin();
      } catch (error) {
        thrown.push(error);
      }
    });
    if (thrown.length > 0) return this.#threw(run, thrown[0]);
    if (!isPromise(returned)) return this.#over(run, { ok: true, value: returned });
    returned.then(
      (value) => this.#over(run, { ok: true, value }),
      (error: unknown) => this.#threw(run, error),
    );
  }

  /** Ends a task at once, as if its function had: in an orderly way for `"normal"`, else with that reason. */
  finish(id: TaskId, reason: unknown): void {
    const run = this.#runs.get(id);
    if (run) this.#over(run, reason === 'normal' ? { ok: true, value: undefined } : { ok: false, reason });
  }

  take({ from, to, cause }: RemoteEnvelope, message: TaskMessage): void {
    switch (message.type) {
      case 'spawn': {
        const { task, code, args, origin } = message;
        this.#run({ id: task, stage: from ?? to, origin, cause }, code, args);
        return;
      }
      case 'endTask': {
        const run = this.#runs.get(message.task);
        if (run) this.#endRun(run, message);
        return;
      }
      case 'taskEnded':
        return this.#ended(message.task, message.outcome, cause);
    }
  }

  /** A message about a task cannot cross to another worker, because of what the task was given or has returned. */
  refused(envelope: RemoteEnvelope, message: TaskMessage, error: EngineError<'not_cloneable'>): void {
    const { cause } = envelope;
    if (message.type === 'endTask') return;
    const named = new EngineError('not_cloneable', { ...error.details, stage: message.task });
    const outcome: TaskOutcome = { ok: false, reason: failure(named) };
    if (message.type === 'spawn') return this.#ended(message.task, outcome, cause);
    this.#options.post({ ...envelope, message: { ...message, outcome } }, message.origin);
  }

  /** A stage has ended: its tasks are linked to it, and go with it unless it ended with `"normal"`. */
  ownerEnded(stage: StageId, reason: unknown): void {
    this.#orphan((each) => each.stage === stage, reason);
  }

  /**
   * Another worker is gone: tasks that ran there for this one have failed, and those that run here for it end, as nobody hears of
   * them any more.
   */
  loseWorker(worker: WorkerId, cause: Seq | null): void {
    for (const run of [...this.#runs.values()]) {
      if (run.origin !== worker) continue;
      this.#drop(run, { ok: false, reason: 'killed' });
      this.#options.as({ stage: run.stage, cause: run.cause, task: run }, () => run.abort('killed'));
    }
    for (const started of [...this.#started.values()]) {
      if (started.worker === worker) this.#ended(started.id, { ok: false, reason: 'killed' }, cause);
    }
  }

  // --- What programs call ---------------------------------------------------------------------------------------

  scope(): TaskScope | null {
    const owner = this.#options.owner();
    return owner === null || owner.task?.isOver ? null : this.#scopeOf(owner);
  }

  // --- Within ---------------------------------------------------------------------------------------------------

  #scopeOf(owner: Owner): TaskScope {
    const { stage, cause } = owner;
    const parent = owner.task ?? null;
    const options = this.#options;
    return {
      stage,
      concurrency: options.concurrency,
      signal: () => parent?.signal ?? null,
      start: (start) => this.#start({ stage, parent, cause }, start),
      nowMs: () => options.nowMs(),
      after: (delayMs, action) => options.after(delayMs, action),
      owned: (action) => options.ownedBy(owner, action),
      fail: (error) => {
        if (parent) this.#threw(parent, error);
        else options.fail(stage, error, cause);
      },
      inform: (message, informing) => options.inform(stage, message, informing),
      takeBack: (isWanted) => {
        const taken = options.takeBack(stage, isWanted);
        return isWanted(taken) ? taken : null;
      },
      warn: (code, message, values) =>
        void options.record(stage, { type: 'warning', code, message, values }, cause),
    };
  }

  #start(
    { stage, parent, cause }: Pick<Started, 'stage' | 'parent'> & { cause: Seq | null },
    start: TaskStart,
  ) {
    const { args, onEnd } = start;
    // Code may go on after its stage has ended: then it does nothing any more.
    if (parent ? parent.isOver : !this.#options.isAlive(stage)) {
      throw new EngineError('outside_callback', { action: 'start a task' });
    }
    const code = this.#functions.portable(start.code);
    const worker = code.type === 'closure' ? this.#options.worker : this.#leastLoaded();
    const prefix = parent?.id ?? stage;
    const id = `${prefix}${start.name === '' ? '' : `/${start.name}`}#${this.#number(stage, parent)}`;
    const began = this.#record(stage, { task: id, phase: 'start', on: worker, value: shown(args) }, cause);
    const started: Started = { id, stage, parent, args, worker, began, onEnd, endedAs: null };
    this.#started.set(id, started);
    this.#load[worker] = (this.#load[worker] ?? 0) + 1;
    if (code.type === 'closure' || worker === this.#options.worker) {
      this.#run({ id, stage, origin: this.#options.worker, cause: began }, code, args);
    } else {
      const { worker: origin } = this.#options;
      const message = { type: 'spawn', task: id, code, args, origin } as const;
      this.#options.post({ to: stage, from: stage, cause: began, message }, worker);
      this.#options.changed();
    }
    return { id, end: (ending: TaskEnding) => this.#end(started, ending) } satisfies StartedTask;
  }

  /** The worker with the fewest tasks of this one's; equals take turns. */
  #leastLoaded(): WorkerId {
    const { workers } = this.#options;
    let best = (this.#latest + 1) % workers;
    for (let i = 2; i <= workers; i++) {
      const other = (this.#latest + i) % workers;
      if ((this.#load[other] ?? 0) < (this.#load[best] ?? 0)) best = other;
    }
    this.#latest = best;
    return best;
  }

  #number(stage: StageId, parent: TaskRun | null): number {
    if (parent) return ++parent.started;
    const number = (this.#counts.get(stage) ?? 0) + 1;
    this.#counts.set(stage, number);
    return number;
  }

  /** Takes a task in, to begin when it is let. */
  #run(place: Pick<TaskRun, 'id' | 'stage' | 'origin' | 'cause'>, code: TaskCode, args: readonly unknown[]) {
    const run = new TaskRun(place, (self) => this.#functions.call(self, code, args));
    this.#runs.set(run.id, run);
    this.#waiting.push(run);
    this.#waitingCount++;
    this.#options.changed();
  }

  #threw(run: TaskRun, error: unknown): void {
    if (run.isAbort(error)) return this.#over(run, { ok: false, reason: run.signal.reason });
    const stack = error instanceof Error && typeof error.stack === 'string' ? { stack: error.stack } : {};
    this.#over(run, { ok: false, reason: failure(error), ...stack });
  }

  /** A task that runs here is over; what its function still does counts no more. */
  #over(run: TaskRun, outcome: TaskOutcome): void {
    if (run.isOver) return;
    this.#drop(run, outcome);
    const { origin, stage, cause, id } = run;
    if (origin === this.#options.worker) return this.#ended(id, outcome, cause);
    const message = { type: 'taskEnded', task: id, outcome, origin } as const;
    this.#options.post({ to: stage, from: stage, cause, message }, origin);
    this.#options.changed();
  }

  /** A task runs here no longer, and what it has started goes with it. */
  #drop(run: TaskRun, outcome: TaskOutcome): void {
    if (run.isOver) return;
    if (run.isWaiting) this.#waitingCount--;
    run.end();
    this.#runs.delete(run.id);
    this.#orphan((each) => each.parent === run, outcome.ok ? 'normal' : outcome.reason);
  }

  /** A task started here is over. */
  #ended(id: TaskId, outcome: TaskOutcome, cause: Seq | null): void {
    const started = this.#started.get(id);
    if (!started) return;
    this.#forget(started);
    const { stage, worker, endedAs, onEnd } = started;
    const said = outcome.ok ? 'ok' : (endedAs ?? 'failed');
    const value = traceValue(outcome.ok ? outcome.value : outcome.reason);
    const ended = this.#record(stage, { task: id, phase: 'end', on: worker, outcome: said, value }, cause);
    onEnd?.(outcome, ended);
    this.#options.changed();
  }

  #end(started: Started, { reason, kill, as }: TaskEnding): void {
    const { id, stage, worker, began } = started;
    if (this.#started.get(id) !== started) return;
    started.endedAs ??= as;
    const run = this.#runs.get(id);
    if (run) return this.#endRun(run, { reason, kill });
    const message = { type: 'endTask', task: id, reason, kill } as const;
    this.#options.post({ to: stage, from: stage, cause: began, message }, worker);
    this.#options.changed();
  }

  #endRun(run: TaskRun, { reason, kill }: Pick<TaskEnding, 'reason' | 'kill'>): void {
    const finishes = !kill && run.finishesItself;
    if (!finishes) this.#over(run, { ok: false, reason });
    this.#options.as({ stage: run.stage, cause: run.cause, task: run }, () => run.abort(reason));
  }

  /** Those who started these tasks are gone, for this reason: nobody hears of the tasks any more. */
  #orphan(isOne: (started: Started) => boolean, reason: unknown): void {
    for (const started of [...this.#started.values()]) {
      if (started.onEnd === null || !isOne(started)) continue;
      started.onEnd = null;
      if (reason !== 'normal') this.#end(started, { reason, kill: false, as: 'shutdown' });
    }
  }

  #forget({ id, worker }: Started): void {
    this.#started.delete(id);
    this.#load[worker] = Math.max(0, (this.#load[worker] ?? 0) - 1);
  }

  #record(
    stage: StageId,
    event: Omit<Extract<TraceEvent, { readonly type: 'task' }>, 'type'>,
    cause: Seq | null,
  ): Seq | null {
    if (!this.#options.tracing) return cause;
    return this.#options.record(stage, { type: 'task', ...event }, cause);
  }
}

/** Whether a message is about a task. */
export function isTaskMessage(message: RemoteEnvelope['message']): message is TaskMessage {
  return message.type === 'spawn' || message.type === 'endTask' || message.type === 'taskEnded';
}

/** One argument as it is, several as a list. */
function shown(args: readonly unknown[]): TraceValue {
  return traceValue(args.length === 1 ? args[0] : args);
}
