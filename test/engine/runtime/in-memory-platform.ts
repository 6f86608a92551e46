import type { Crew, Plan, Platform, TraceError, WorkerLink } from 'sluice';
import { PROTOCOL_VERSION, viewOfPlan } from 'sluice';
import { WorkerRun } from '../../../engine/runtime/worker-run.ts';
import type { VirtualScheduler } from '../../../engine/time/virtual-scheduler.ts';
import { inMemoryPair } from '../../../engine/transport/in-memory.ts';
import type { FromWorker } from '../../../engine/transport/protocol.ts';

/** How a platform of one thread behaves. */
export interface InMemoryOptions {
  readonly scheduler: VirtualScheduler;
  /** What each worker makes of the program. */
  readonly plan: (worker: number) => Plan;
  /** How long each message takes, ms; messages of one line stay in order. */
  readonly delayMs?: () => number;
  readonly version?: number;
  /** This worker never answers. */
  readonly mute?: number;
  /** The program says that it has tasks. */
  readonly hasTasks?: boolean;
}

/** Workers that all run on one thread, in virtual time. */
export interface InMemoryPlatform extends Platform {
  /** The workers that were let load the program, by number; a replacement counts again. */
  readonly started: readonly number[];
  /** The workers that have been ended, each as often as it was. */
  readonly terminated: readonly number[];
  /** Lets a worker of the latest run die by itself. */
  readonly die: (worker: number, message: string) => void;
  /** How the crews were let go of. */
  readonly partings: readonly ('release' | 'end')[];
}

export function inMemoryPlatform(options: InMemoryOptions): InMemoryPlatform {
  const started: number[] = [];
  const terminated: number[] = [];
  const partings: ('release' | 'end')[] = [];
  let latest = new Map<number, InMemoryWorker>();
  return {
    name: 'in memory',
    started,
    terminated,
    partings,
    die: (worker, message) => latest.get(worker)?.die(message),
    spawn() {
      const workers = new Map<number, InMemoryWorker>();
      const replaced = new Map<number, number>();
      latest = workers;
      const start = (index: number): WorkerLink => {
        const worker = new InMemoryWorker(index, options, () => terminated.push(index));
        started.push(index);
        for (const [other, { run }] of workers) {
          if (other === index) continue;
          const [ours, theirs] = inMemoryPair(line(options));
          worker.run.connect(other, ours, replaced.get(other) ?? 0);
          run.connect(index, theirs, replaced.get(index) ?? 0);
        }
        workers.set(index, worker);
        return worker;
      };
      const part = (how: 'release' | 'end') => {
        partings.push(how);
        for (const worker of workers.values()) worker.terminate();
      };
      const crew: Crew = {
        transport: 'port',
        start,
        replace(index) {
          workers.get(index)?.terminate();
          replaced.set(index, (replaced.get(index) ?? 0) + 1);
          return start(index);
        },
        release: () => part('release'),
        end: () => part('end'),
      };
      return Promise.resolve(crew);
    },
  };
}

/** A worker and the line of the controller to it. */
class InMemoryWorker implements WorkerLink {
  readonly run: WorkerRun;
  readonly #toWorker: (task: () => void) => void;
  readonly #onEnd: () => void;
  #listener: (message: FromWorker) => void = () => undefined;
  #isTerminated = false;
  #onFailure: (error: TraceError) => void = () => undefined;

  constructor(worker: number, options: InMemoryOptions, onEnd: () => void) {
    const { scheduler, version = PROTOCOL_VERSION, mute, hasTasks = false } = options;
    this.#toWorker = line(options);
    this.#onEnd = onEnd;
    const toController = line(options);
    const say = (message: FromWorker) =>
      toController(() => {
        if (!this.#isTerminated) this.#listener(message);
      });
    const post = (message: FromWorker) => {
      if (worker !== mute) say(message);
    };
    const plan = options.plan(worker);
    // A worker that has ended does nothing any more, whatever it was about to do.
    const alive = (task: () => void) => () => this.#isTerminated || task();
    const ownScheduler = {
      nowMs: () => scheduler.nowMs(),
      after: (delay: number, action: () => void) => scheduler.after(delay, alive(action)),
    };
    const defer = (task: () => void) => void scheduler.after(0, alive(task));
    this.run = new WorkerRun({ worker, plan, post, scheduler: ownScheduler, defer });
    say({ type: 'booted', worker });
    post({ type: 'ready', version, worker, hasTasks, plan: viewOfPlan(plan), warnings: plan.warnings });
  }

  post(message: Parameters<WorkerLink['post']>[0]): void {
    this.#toWorker(() => {
      if (!this.#isTerminated) this.run.handle(message);
    });
  }

  onMessage(listener: (message: FromWorker) => void): void {
    this.#listener = listener;
  }

  onFailure(listener: (error: TraceError) => void): void {
    this.#onFailure = listener;
  }

  /** Dies by itself. */
  die(message: string): void {
    this.terminate();
    this.#onFailure({ name: 'Error', message });
  }

  terminate(): void {
    if (this.#isTerminated) return;
    this.#isTerminated = true;
    // What it would say about that is not heard.
    this.run.handle({ type: 'stop' });
    this.#onEnd();
  }
}

/** A line that keeps its messages in order, however long each takes. */
function line({ scheduler, delayMs = () => 0 }: InMemoryOptions): (task: () => void) => void {
  let lastDueMs = 0;
  return (task) => {
    lastDueMs = Math.max(lastDueMs, scheduler.nowMs() + delayMs());
    scheduler.after(lastDueMs - scheduler.nowMs(), task);
  };
}

/** Lets virtual time pass until the promise has settled. */
export async function passTime<T>(scheduler: VirtualScheduler, promise: Promise<T>): Promise<T> {
  let settled = false;
  const mark = () => void (settled = true);
  promise.then(mark, mark);
  for (let turn = 0; !settled && turn < 1_000_000; turn += 1) {
    // Between two timers, everything that waits for promises alone goes on.
    for (let job = 0; job < 8; job += 1) await null;
    if (!settled) scheduler.advance();
  }
  if (!settled) throw new Error('Nothing happened for a million turns');
  return await promise;
}
