import { readFileSync } from 'node:fs';
import { realScheduler } from 'sluice';
import { NodePlatform, type NodeProgram } from '../../../engine/platform/node.ts';
import { nodeProgram, startOnThreads, until } from '../../support/node-runner.ts';
import { chaosProgram, sharingIn } from './chaos-plan.ts';
import { chaosCase, type ChaosCase, type Fault } from './chaos-shapes.ts';
import type { Outcome } from './chaos-story.ts';
import { unexplainedIn } from './handle-account.ts';
import { HandleFaults } from './handle-faults.ts';

/** Steps of a case that pass in one ms. */
const STEPS_PER_MS = 3;
/** So many times the events, so that something still runs when a fault comes. */
const MORE = 6;

/** What a run on threads has shown. */
export interface ThreadsOutcome extends Outcome {
  readonly done: ReadonlySet<Fault['what']>;
}

/** Its numbers are such as no other worker makes, nor one that takes its place: when it was loaded, and a count. */
const START = `
import { chaos } from 'sluice/data';
import { chaosPlan } from './chaos-program.ts';

const first = (Date.now() % 2 ** 26) * 2 ** 20;
let made = 0;

export default chaosPlan(chaos[0].shape, {
  next: (count) => Array.from({ length: count }, () => first + made++),
  taken: () => undefined,
});
`;

/** The program of all cases, compiled once: which one it is comes as its data. */
export function threadsProgram(): Promise<NodeProgram> {
  const program = readFileSync(new URL('chaos-program.ts', import.meta.url), 'utf8');
  return nodeProgram({ 'start.ts': START, 'chaos-program.ts': program }, ['chaos']);
}

/** The case of a number, for real workers: it has more to do, and its sinks take their time. */
export function threadsCase(seed: number): ChaosCase {
  const one = chaosCase(seed);
  const { shape } = one;
  if (shape.type === 'flow') return { ...one, shape: { ...shape, lists: shape.lists.map((n) => n * MORE) } };
  const sources = shape.sources.map((source) => ({ ...source, limit: source.limit * MORE }));
  return {
    ...one,
    shape: { ...shape, sources, sinks: shape.sinks.map((sink) => ({ ...sink, slow: true })) },
  };
}

/** Runs a case on real threads, every other one over shared memory, until nothing is left to do, and looks for what is not accounted for. */
export async function runOnThreads(program: NodeProgram, one: ChaosCase): Promise<ThreadsOutcome> {
  const transport = one.seed % 2 === 0 ? 'ring' : 'port';
  const platform = new NodePlatform({ ...program, transport, data: { chaos: JSON.stringify([one]) } });
  const run = startOnThreads(platform, {
    workers: one.workers,
    seed: one.seed,
    entryBudget: 400_000,
    keepAlive: true,
  });
  const { plan } = await until(run, (update) => update.plan !== null);
  if (!plan) throw new Error('unreachable: there is a plan');
  const faults = new HandleFaults(run, plan);
  for (const fault of one.faults) {
    await passed(fault.after / STEPS_PER_MS);
    faults.inject(fault);
  }
  faults.release();
  await run.settled();
  run.stop();
  await run.done;
  const planned = chaosProgram(one.shape).plan;
  const unexplained = unexplainedIn(run.now, (stage) => sharingIn(planned, one.shape, stage), null);
  return { unexplained, entries: run.now.entries, done: faults.done };
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => void realScheduler().after(ms, resolve));
}
