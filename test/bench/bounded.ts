import { consumer, pipeline, producer, runLocal, self, sleep } from 'sluice';

type BufferKeep = 'first' | 'last';

/** How much a pipeline holds whose producer is faster than its consumer. Counts are events. */
export interface Bounded {
  readonly name: string;
  readonly events: number;
  /** Emitted and neither handled nor discarded, at the worst moment that the consumer saw. */
  readonly most: number;
  /** What demand and buffer allow. */
  readonly allowed: number;
  readonly discarded: number;
  /** Bytes by which the heap was larger at the worst of four moments of the run than before it. */
  readonly bytes: number;
}

const MAX_DEMAND = 1_000;
/** The default of a producer. */
const BUFFER_SIZE = 10_000;
/** Events that a producer emits at each turn, where it does not care for demand. */
const PUSHED = 500;
/** Batches after which the consumer waits a moment: the producer always has more. */
const WAITS_EVERY = 20;
const MOMENTS = 4;

/** Ways to have a producer that is faster than its consumer. */
const CASES: readonly { readonly name: string; readonly keep?: BufferKeep }[] = [
  { name: 'emits what is asked for' },
  { name: 'pushes without being asked, the buffer keeps the first', keep: 'first' },
  { name: 'pushes without being asked, the buffer keeps the last', keep: 'last' },
];

/**
 * Runs each kind of producer until it has emitted so many events, before a consumer that waits now and then.
 *
 * @param collect - Collects garbage, so that the heap shows what is held.
 * @throws {Error} when more is held than settings allow, or an event is unaccounted for.
 */
export async function bounded(events: number, collect: () => void): Promise<readonly Bounded[]> {
  const results: Bounded[] = [];
  for (const { name, keep } of CASES) {
    const result = await run({ name, events, ...(keep && { keep }) }, collect);
    if (result.most > result.allowed) throw new Error(`${name}: held ${result.most} of ${result.allowed}`);
    results.push(result);
  }
  return results;
}

async function run(
  { name, events, keep }: { readonly name: string; readonly events: number; readonly keep?: BufferKeep },
  collect: () => void,
): Promise<Bounded> {
  let [emitted, handled, discarded, batches, most, bytes] = [0, 0, 0, 0, 0, 0];
  /** Emitted events at which the heap is looked at next. */
  let next = events / MOMENTS;
  const emit = (count: number) => {
    const first = emitted;
    emitted += count;
    return { events: Array.from({ length: count }, (_, i) => ({ id: first + i })) };
  };
  const callbacks = {
    formatDiscarded: (count: number) => {
      discarded += count;
      return false;
    },
  };
  const asked = producer({
    ...callbacks,
    handleDemand: (demand: number) => emit(Math.min(demand, events - emitted)),
  });
  // It emits at every turn, whether anybody has asked or not.
  const pushing = producer({
    ...callbacks,
    bufferSize: BUFFER_SIZE,
    bufferKeep: keep ?? 'last',
    init: () => self().info('more'),
    handleDemand: () => undefined,
    handleInfo: () => {
      const step = emit(Math.min(PUSHED, events - emitted));
      if (emitted < events) self().info('more');
      return step;
    },
  });
  const numbers = keep ? pushing : asked;
  collect();
  const before = process.memoryUsage().heapUsed;
  const slow = consumer({
    handleEvents: async (batch: { readonly id: number }[]) => {
      most = Math.max(most, emitted - discarded - handled);
      handled += batch.length;
      batches += 1;
      if (batches % WAITS_EVERY === 0) await sleep(0);
      if (emitted < next) return;
      next += events / MOMENTS;
      collect();
      bytes = Math.max(bytes, process.memoryUsage().heapUsed - before);
    },
  });
  await runLocal(
    pipeline(({ start, subscribe }) => {
      subscribe(start('slow', slow), { to: start('numbers', numbers), maxDemand: MAX_DEMAND });
    }),
  ).done;
  if (handled + discarded !== events || emitted !== events)
    throw new Error(`${name}: ${handled} handled and ${discarded} discarded of ${emitted} emitted`);
  const allowed = keep ? MAX_DEMAND + BUFFER_SIZE : MAX_DEMAND;
  return { name, events, most, allowed, discarded, bytes };
}

/** The figures as a line of text. */
export function boundedLine({ name, events, most, allowed, discarded, bytes }: Bounded): string {
  return (
    `  producer ${name}: at most ${most.toLocaleString('en')} of ${events.toLocaleString('en')} events held, where ` +
    `${allowed.toLocaleString('en')} may be; ${discarded.toLocaleString('en')} discarded; the heap holds ${(bytes / 1_000).toFixed(0)} kB more`
  );
}
