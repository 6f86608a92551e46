import { realScheduler, startRun, type RunUpdate } from 'sluice';
import { NodePlatform, type NodeProgram } from '#engine/platform/node.ts';
import type { Timed } from '../work.ts';
import type { Latencies } from './latencies.ts';
import { saidIn } from './stopwatch.ts';

/** Entries a run may record: what its few lines need. */
const ENTRIES = 10_000;
/** What loads programs may take its time. */
const HEARTBEAT_MS = 10_000;

/** Where one of the bench's programs runs. */
export function platformOf(
  program: string,
  parameters: Readonly<Record<string, number>>,
  options: Pick<NodeProgram, 'transport' | 'reuse'>,
): NodePlatform {
  const address = new URL(`./${program}.mjs`, import.meta.url);
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, `${value}`);
  const workerFile = new URL('./node-worker.mjs', import.meta.url).pathname;
  return new NodePlatform({ workerFile, programUrl: address.href, ...options });
}

/**
 * Runs one of the bench's programs on Node's worker_threads. Threads are new for each run, and load the program before the
 * time begins.
 *
 * @param program - Name of its file.
 * @throws {Error} when the run fails.
 */
export async function onWorkers(
  program: string,
  workers: number,
  parameters: Readonly<Record<string, number>>,
  { transport = 'ring' }: Pick<NodeProgram, 'transport'> = {},
): Promise<Timed & Partial<Latencies>> {
  const platform = platformOf(program, parameters, { transport, reuse: false });
  const { begunMs, foundMs, ...came } = await onPlatform(platform, workers);
  return { ...came, ms: foundMs - begunMs };
}

/** What a run came to, and when by the clock of all threads. */
export interface Outcome extends Partial<Latencies> {
  readonly result: number;
  readonly begunMs: number;
  readonly foundMs: number;
  /** Of all threads, since the stages began. */
  readonly processorMs: number;
}

/**
 * A run to its end.
 *
 * @throws {Error} when the run fails.
 */
export async function onPlatform(platform: NodePlatform, workers: number): Promise<Outcome> {
  const run = startRun(platform, {
    workers,
    seed: 1,
    speed: { kind: 'full' },
    trace: 'counters',
    entryBudget: ENTRIES,
    heartbeatMs: HEARTBEAT_MS,
    scheduler: realScheduler(),
  });
  let processorMs = 0;
  const ended = new Promise<RunUpdate>((resolve) => {
    let began = false;
    const stop = run.onUpdate((update) => {
      if (!began && update.status === 'running') {
        began = true;
        processorMs -= usedMs();
      }
      if (!update.end) return;
      processorMs += usedMs();
      stop();
      resolve(update);
    });
  });
  const update = await ended;
  if (update.end?.type === 'failed') throw new Error(update.end.error.message);
  const said = update.entries.flatMap((entry) => (entry.type === 'log' ? entry.values.map(saidIn) : []));
  const begunMs = Math.min(...said.map((one) => one.begunMs ?? Infinity));
  const foundMs = Math.max(...said.map((one) => one.foundMs ?? -Infinity));
  const result = said.reduce((sum, one) => sum + (one.result ?? 0), 0);
  const [took] = said.filter(({ p50 }) => p50 !== undefined);
  return { ...took, result, begunMs, foundMs, processorMs };
}

/** Processor time of all threads so far. */
function usedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
