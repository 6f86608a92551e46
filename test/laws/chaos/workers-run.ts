import { findInconsistency, seededRandom, startRun } from 'sluice';
import { VirtualScheduler } from '../../../engine/time/virtual-scheduler.ts';
import { inMemoryPlatform, passTime } from '../../engine/runtime/in-memory-platform.ts';
import { chaosProgram, sharingIn } from './chaos-plan.ts';
import type { ChaosCase, Fault } from './chaos-shapes.ts';
import type { Outcome } from './chaos-story.ts';
import { unexplainedIn } from './handle-account.ts';
import { HandleFaults } from './handle-faults.ts';

/** Longest way of a message, ms: those of one line stay in order, those of others overtake them. */
const MAX_DELAY_MS = 4;
const HEARTBEAT_MS = 500;

/** What a run on virtual workers has shown. */
export interface WorkersOutcome extends Outcome {
  readonly done: ReadonlySet<Fault['what']>;
}

/** Runs a case under the controller, on workers of one thread in virtual time, over lines that delay and overtake. */
export async function runOnVirtualWorkers(one: ChaosCase): Promise<WorkersOutcome> {
  const scheduler = new VirtualScheduler();
  const random = seededRandom(one.seed);
  const { plan, journal } = chaosProgram(one.shape);
  const platform = inMemoryPlatform({
    scheduler,
    plan: () => plan,
    delayMs: () => Math.floor(random() * MAX_DELAY_MS),
  });
  const run = startRun(platform, {
    workers: one.workers,
    seed: one.seed,
    speed: { kind: 'full' },
    trace: 'full',
    entryBudget: 1_000_000,
    heartbeatMs: HEARTBEAT_MS,
    keepAlive: true,
    scheduler,
  });
  const step = () =>
    passTime(
      scheduler,
      Promise.resolve().then(() => scheduler.advance()),
    );
  for (let steps = 0; run.now.plan === null && steps < 1_000; steps += 1) await step();
  const view = run.now.plan;
  if (!view) throw new Error(`The run has not begun: ${JSON.stringify(run.now.end)}`);
  const faults = new HandleFaults(run, view);
  for (const fault of one.faults) {
    for (let steps = 0; steps < fault.after; steps += 1) await step();
    faults.inject(fault);
  }
  faults.release();
  await passTime(scheduler, run.settled());
  run.stop();
  await passTime(scheduler, run.done);
  const { entries } = run.now;
  // What a worker had not told when it was killed is missing, and others have gone on from it.
  const isWhole = !faults.done.has('killWorker');
  const odd = isWhole ? findInconsistency(view, entries) : null;
  const unexplained =
    unexplainedIn(run.now, (stage) => sharingIn(plan, one.shape, stage), journal) ??
    (odd && `entry ${odd.seq} ${odd.problem}`);
  return { unexplained, entries, done: faults.done };
}
