import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consumer, pipeline, producer, producerConsumer, runVirtual, sleep, type Plan } from 'sluice';
import { expectRunLaws } from './run-laws.ts';

interface Shape {
  readonly limit: number;
  readonly cap: number;
  readonly extra: number;
  readonly bufferSize: number;
  readonly sources: number;
  readonly middles: readonly ('map' | 'filter' | 'double' | 'none')[];
  readonly sinks: number;
  readonly demands: readonly (readonly [number, number])[];
  readonly slow: boolean;
}

const demand = fc
  .integer({ min: 1, max: 12 })
  .chain((max) => fc.tuple(fc.constant(max), fc.nat({ max: max - 1 })));

const shape: fc.Arbitrary<Shape> = fc.record({
  limit: fc.nat({ max: 120 }),
  cap: fc.integer({ min: 1, max: 10 }),
  extra: fc.nat({ max: 3 }),
  bufferSize: fc.constantFrom(0, 2, 10, 10_000),
  sources: fc.integer({ min: 1, max: 2 }),
  middles: fc.array(fc.constantFrom('map', 'filter', 'double', 'none'), { maxLength: 3 }),
  sinks: fc.integer({ min: 1, max: 3 }),
  demands: fc.array(demand, { minLength: 8, maxLength: 8 }),
  slow: fc.boolean(),
});

const counter = ({ limit, cap, extra, bufferSize }: Shape) =>
  producer({
    init: () => ({ next: 0, owed: 0 }),
    // It remembers what it could not give, as GenStage asks of a producer.
    handleDemand: (asked, { next, owed }) => {
      const size = Math.min(owed + asked, cap) + extra;
      const events = Array.from({ length: Math.min(size, limit - next) }, (_, i) => next + i);
      return { events, state: { next: next + events.length, owed: Math.max(0, owed + asked - size) } };
    },
    bufferSize,
  });

const middle = (kind: Shape['middles'][number]) =>
  producerConsumer({
    handleEvents: (events: number[]) => {
      if (kind === 'map') return { events: events.map((n) => n + 1) };
      if (kind === 'filter') return { events: events.filter((n) => n % 2 === 0) };
      return kind === 'double' ? { events: events.flatMap((n) => [n, n]) } : {};
    },
  });

/** Sources, then the middles one after the other, then the sinks, all at the last middle. */
function planFor(shape: Shape): Plan {
  const demands = [...shape.demands];
  const next = () => {
    const [maxDemand = 1_000, minDemand = 0] = demands.shift() ?? [];
    return { maxDemand, minDemand };
  };
  return pipeline(({ start, subscribe }) => {
    const sources = Array.from({ length: shape.sources }, (_, i) => start(`source ${i}`, counter(shape)));
    let upstream = sources;
    for (const [i, kind] of shape.middles.entries()) {
      const stage = start(`middle ${i}`, middle(kind));
      for (const to of upstream) subscribe(stage, { to, ...next() });
      upstream = [stage];
    }
    for (let i = 0; i < shape.sinks; i++) {
      const sink = start(
        `sink ${i}`,
        consumer({
          handleEvents: async (events: number[]) => {
            if (shape.slow) await sleep(events.length);
          },
        }),
      );
      for (const to of upstream) subscribe(sink, { to, ...next() });
    }
  });
}

describe('every run', () => {
  it('keeps to demand, keeps the order and accounts for every event, under any schedule', async () => {
    await fc.assert(
      fc.asyncProperty(shape, fc.nat({ max: 1_000 }), async (one, seed) => {
        expectRunLaws(await runVirtual(planFor(one), { seed, entryBudget: 100_000 }));
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('is the same for the same plan and seed', async () => {
    await fc.assert(
      fc.asyncProperty(shape, fc.nat({ max: 1_000 }), async (one, seed) => {
        const first = await runVirtual(planFor(one), { seed, entryBudget: 5_000 });
        const second = await runVirtual(planFor(one), { seed, entryBudget: 5_000 });
        expect(second.entries).toEqual(first.entries);
      }),
      { numRuns: 30 },
    );
  }, 60_000);

  it('hands over everything when the source is generous: no deadlock while demand and events exist', async () => {
    const demands = fc.array(demand, { minLength: 8, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(demands, fc.nat({ max: 120 }), fc.nat({ max: 1_000 }), async (all, limit, seed) => {
        const plan = planFor({
          limit,
          cap: Infinity,
          extra: 0,
          bufferSize: 10_000,
          sources: 1,
          middles: ['map', 'map'],
          sinks: 2,
          demands: all,
          slow: false,
        });
        const run = await runVirtual(plan, { seed, entryBudget: 100_000 });
        expect(run.ended).toBe('idle');
        const handled = run.entries
          .filter((entry) => entry.type === 'begin' && entry.stage.startsWith('sink'))
          .reduce((total, entry) => total + (entry.type === 'begin' ? (entry.count ?? 0) : 0), 0);
        expect(handled).toBe(limit);
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});
