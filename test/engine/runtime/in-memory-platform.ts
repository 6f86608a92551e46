import type { Plan, Platform, WorkerLink } from 'sluice';
import { PROTOCOL_VERSION, viewOfPlan } from 'sluice';
import { WorkerRun } from '../../../engine/runtime/worker-run.ts';
import type { VirtualScheduler } from '../../../engine/time/virtual-scheduler.ts';
import { inMemoryPair } from '../../../engine/transport/in-memory.ts';
import type { FromWorker } from '../../../engine/transport/protocol.ts';
import type { Transport } from '../../../engine/transport/transport.ts';

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
export function inMemoryPlatform(options: InMemoryOptions): Platform & { readonly terminated: Set<number> } {
  const { scheduler, plan, version = PROTOCOL_VERSION, mute, hasTasks = false } = options;
  const terminated = new Set<number>();
  const defer = (task: () => void) => void scheduler.after(0, task);
  return {
    name: 'in memory',
    terminated,
    spawn(count) {
      const peers = Array.from({ length: count }, () =>
        Array.from({ length: count }, (): Transport | null => null),
      );
      for (let a = 0; a < count; a += 1) {
        for (let b = a + 1; b < count; b += 1) {
          const [one, other] = inMemoryPair(line(options));
          peers[a]?.splice(b, 1, one);
          peers[b]?.splice(a, 1, other);
        }
      }
      const links = peers.map((own, worker): WorkerLink => {
        let listener: (message: FromWorker) => void = () => undefined;
        const toController = line(options);
        const toWorker = line(options);
        const post = (message: FromWorker) => {
          if (worker === mute) return;
          toController(() => {
            if (!terminated.has(worker)) listener(message);
          });
        };
        const declared = plan(worker);
        const run = new WorkerRun({
          worker,
          workers: count,
          plan: declared,
          peers: own,
          post,
          scheduler,
          defer,
        });
        if (worker === mute) toController(() => listener({ type: 'booted', worker }));
        post({ type: 'booted', worker });
        post({
          type: 'ready',
          version,
          worker,
          hasTasks,
          plan: viewOfPlan(declared),
          warnings: declared.warnings,
        });
        return {
          post: (message) => {
            toWorker(() => {
              if (!terminated.has(worker)) run.handle(message);
            });
          },
          onMessage: (next) => void (listener = next),
          onFailure: () => undefined,
          terminate: () => void terminated.add(worker),
        };
      });
      return Promise.resolve(links);
    },
  };
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
