import { describe, expect, it } from 'vitest';
import type { RunOptions, RunUpdate, StopCondition, Weather } from 'sluice';
import { nodePlatform, startOnThreads, until } from '../../support/node-runner.ts';

/** Starting threads takes as long as the machine's other work lets it. */
const LONG = { timeout: 240_000 };

/** Chance in two stages that share a thread, and in one on another; ticks that the weather hurries. */
const PROGRAM = `
import { consumer, fromInterval, pipeline, producer, producerConsumer } from 'sluice';

const dice = producer({
  init: () => 0,
  handleDemand: (demand, thrown) => {
    const count = Math.min(demand, 200 - thrown);
    if (count <= 0) return { stop: 'normal' };
    return { events: Array.from({ length: count }, () => Math.floor(Math.random() * 1_000)), state: thrown + count };
  },
});
const coins = producerConsumer({
  handleEvents: (events: number[]) => ({ events: events.map((n) => [n, Math.random() < 0.5]) }),
});
const kept = consumer({ handleEvents: () => undefined });

export default pipeline(({ start, subscribe }) => {
  const throwing = start('dice', dice, undefined, { worker: 1 });
  const tossing = start('coins', coins, undefined, { worker: 1 });
  const ticking = start('ticks', fromInterval(5, { take: 60, bufferSize: 100 }), undefined, { worker: 2 });
  const keeping = start('kept', kept, undefined, { worker: 2 });
  subscribe(tossing, { to: throwing, maxDemand: 8, cancel: 'transient' });
  subscribe(keeping, { to: tossing, maxDemand: 8, cancel: 'transient' });
  subscribe(keeping, { to: ticking, maxDemand: 8, cancel: 'transient' });
});
`;

const STORM: Weather = [
  { kind: 'burst', stage: 'ticks', fromMs: 20, toMs: 120, times: 8 },
  { kind: 'slow', stage: 'coins', fromMs: 0, toMs: 60, byMs: 3 },
  { kind: 'pause', stage: 'kept', fromMs: 40, toMs: 90 },
];

async function run(options: Partial<RunOptions>): Promise<RunUpdate> {
  const handle = startOnThreads(await nodePlatform(PROGRAM), { workers: 2, ...options });
  const end = await handle.done;
  expect(end.type).toBe('idle');
  return handle.now;
}

/** What a stage has emitted, in order. */
const emittedBy = ({ entries }: RunUpdate, stage: string) =>
  entries.flatMap((entry) =>
    entry.type === 'end' && entry.stage === stage && entry.callback !== 'init' ? entry.emitted : [],
  );

describe('weather on threads', () => {
  it(
    'gives the same inputs for the same strip and seed: events of every source, and chance in every stage',
    LONG,
    async () => {
      const [one, two] = [await run({ seed: 7, weather: STORM }), await run({ seed: 7, weather: STORM })];
      for (const stage of ['dice', 'coins', 'ticks']) {
        expect(emittedBy(one, stage).length).toBeGreaterThan(0);
        expect(emittedBy(two, stage)).toEqual(emittedBy(one, stage));
      }
      const faults = ({ entries }: RunUpdate) =>
        entries
          .filter(({ type }) => type === 'fault')
          .map(({ type, stage, ...entry }) => [stage, type, 'fault' in entry && entry.fault])
          .sort();
      expect(faults(one)).toEqual(faults(two));
      expect(faults(one)).toHaveLength(6);
      // Neither other weather nor other threads change what comes; another seed does.
      const calm = await run({ seed: 7, workers: 1 + 1, placement: 'pack' });
      expect(emittedBy(calm, 'dice')).toEqual(emittedBy(one, 'dice'));
      expect(emittedBy(calm, 'coins')).toEqual(emittedBy(one, 'coins'));
      expect(emittedBy(await run({ seed: 8 }), 'dice')).not.toEqual(emittedBy(one, 'dice'));
    },
  );

  it('holds all threads where a condition begins to hold on one of them, and goes on', LONG, async () => {
    const waits: StopCondition = { kind: 'depth', stage: 'ticks', atLeast: 3 };
    const handle = startOnThreads(await nodePlatform(PROGRAM), {
      workers: 2,
      stopWhen: [waits],
      weather: [{ kind: 'pause', stage: 'kept', fromMs: 0, toMs: 400 }],
    });
    const { stoppedBy, status } = await until(handle, (update) => update.stoppedBy !== null);
    expect([stoppedBy?.condition, stoppedBy?.seen, status]).toEqual([waits, 3, 'paused']);
    handle.stopWhen([]);
    handle.setSpeed({ kind: 'full' });
    expect((await handle.done).type).toBe('idle');
  });
});
