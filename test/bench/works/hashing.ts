import { hash } from '../threads/hash.ts';
import { onWorkers } from '../threads/on-workers.ts';
import { POOLS, type Pool } from '../threads/pools.ts';
import type { Work } from '../work.ts';
import { ENGINE, LOOP, engine, loop, pooled } from './contenders.ts';

const EVENTS = 50_000;
const PER_TASK = 500;
const RUN_MS = 30_000;
const ROUNDS = 3;

/** The right sums so far, by the number of events. */
const sums: number[] = [0];

function rightSum(events: number): number {
  for (let n = sums.length; n <= events; n++) sums[n] = (sums[n - 1] ?? 0) + hash(n);
  return sums[events] ?? NaN;
}

export const w4 = hashingOn(1, 'W4×1');
export const w4OnTwo = hashingOn(2, 'W4');

function hashingOn(workers: number, name: string): Work {
  return {
    name,
    title: `about 20 µs of integer hashing per event, on ${workers === 1 ? 'one worker' : `${workers} workers`}`,
    events: EVENTS,
    time: 'wall',
    runMs: RUN_MS,
    rounds: ROUNDS,
    expected: rightSum,
    contenders: [
      loop((events) => {
        let sum = 0;
        for (let n = 1; n <= events; n++) sum += hash(n);
        return sum;
      }),
      engine((events) => onWorkers('hash-program', workers, { events, stages: workers })),
      ...POOLS.map((peer) => pooled(peer, workers, hashOn)),
    ],
    targets:
      workers === 1
        ? []
        : [
            { for: ENGINE, atMost: 0.53, of: LOOP },
            { for: ENGINE, atMost: 1 / 1.1, of: 'workerpool' },
          ],
  };
}

async function hashOn(pool: Pool, events: number): Promise<number> {
  const tasks: Promise<readonly number[]>[] = [];
  for (let first = 1; first <= events; first += PER_TASK) {
    const batch = Array.from({ length: Math.min(PER_TASK, events - first + 1) }, (_, i) => first + i);
    tasks.push(pool.hashAll(batch));
  }
  let sum = 0;
  for (const task of tasks) for (const n of await task) sum += n;
  return sum;
}
