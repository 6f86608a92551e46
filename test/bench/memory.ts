import { PerformanceObserver, performance } from 'node:perf_hooks';
import { INTEGERS, chainSum, plainSum } from './chain.ts';
import { integerChain, passThrough } from './engine.ts';

/** Bytes that a pipeline allocates while it runs. */
export interface Allocated {
  readonly name: string;
  readonly events: number;
  /** By all of it: the engine, and the arrays that the program's callbacks make. */
  readonly bytesPerEvent: number;
  /** By the same callbacks on the same batches without an engine. */
  readonly ownBytesPerEvent: number;
  /** By the engine, for each batch that a stage handles. */
  readonly engineBytesPerBatch: number;
}

/** The engine's defaults. */
const BATCH = 500;

/**
 * Counts what is allocated, which needs a process whose young generation is so large that nothing is collected meanwhile,
 * and `--expose-gc`.
 *
 * @throws {Error} when something was collected all the same, or a result is wrong.
 */
export async function allocations(events: number, collect: () => void): Promise<readonly Allocated[]> {
  const cases = [
    {
      name: 'pass-through, two stages',
      // The source and the sum.
      batches: (2 * events) / BATCH,
      whole: () => passThrough(events),
      own: () => ownPassThrough(events),
      expected: plainSum(events),
    },
    {
      name: 'chain, five stages',
      // The source, the map and the filter handle all events, the rest two thirds of them.
      batches: (3 * events + 2 * ((2 * events) / 3)) / BATCH,
      whole: () => integerChain(events),
      own: () => ownChain(events),
      expected: chainSum(events),
    },
  ];
  const counted: Allocated[] = [];
  for (const { name, batches, whole, own, expected } of cases) {
    // Compiled first, as compiling allocates too.
    for (let again = 0; again < 20; again++) check(name, [await whole(), own()], expected);
    const all = await bytesOf(whole, collect);
    const ownBytes = await bytesOf(own, collect);
    counted.push({
      name,
      events,
      bytesPerEvent: all / events,
      ownBytesPerEvent: ownBytes / events,
      engineBytesPerBatch: (all - ownBytes) / batches,
    });
  }
  return counted;
}

/** The figures as lines of text. */
export function memoryTable(counted: readonly Allocated[]): string[] {
  return [
    'memory · bytes allocated while a pipeline runs',
    ...counted.map(
      ({ name, events, bytesPerEvent, ownBytesPerEvent, engineBytesPerBatch }) =>
        `  ${name}: ${bytesPerEvent.toFixed(1)} per event, ${ownBytesPerEvent.toFixed(1)} of them the program's own arrays; ` +
        `the engine's share is ${engineBytesPerBatch.toFixed(0)} per batch of ${BATCH} (${events.toLocaleString('en')} events)`,
    ),
  ];
}

async function bytesOf(act: () => number | Promise<number>, collect: () => void): Promise<number> {
  collect();
  const startMs = performance.now();
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    // The one before may be told of only now.
    for (const { startTime } of list.getEntries()) if (startTime >= startMs) collections++;
  });
  observer.observe({ entryTypes: ['gc'] });
  const before = process.memoryUsage().heapUsed;
  await act();
  const after = process.memoryUsage().heapUsed;
  // Its entries come in a later turn.
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  observer.disconnect();
  if (collections > 0)
    throw new Error(`Cannot count allocations as garbage was collected ${collections} times`);
  return after - before;
}

function check(name: string, results: readonly number[], expected: number): void {
  if (results.every((result) => result === expected)) return;
  throw new Error(`memory: "${name}" comes to ${results.join(' and ')}, where ${expected} is right`);
}

/** What the callbacks of the pass-through make, batch by batch. */
function ownPassThrough(events: number): number {
  let total = 0;
  for (let next = 0; next < events; next += BATCH) {
    for (const n of batchAt(next)) total += n;
  }
  return total;
}

/** What the callbacks of the chain make, batch by batch. */
function ownChain(events: number): number {
  const { first, keeps, last } = INTEGERS;
  let total = 0;
  for (let next = 0; next < events; next += BATCH) {
    for (const n of batchAt(next).map(first).filter(keeps).map(last)) total += n;
  }
  return total;
}

function batchAt(next: number): number[] {
  const batch = new Array<number>(BATCH);
  for (let i = 0; i < BATCH; i++) batch[i] = next + i;
  return batch;
}
