import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Flow, consumer, pipeline, runVirtual, type Plan, type VirtualRun } from 'sluice';

/** A flow from some lists through some layers, which counts on nobody. */
interface Shape {
  readonly lists: readonly (readonly number[])[];
  readonly hops: readonly {
    readonly stages: number;
    readonly maxDemand: number;
    readonly partitions: boolean;
  }[];
  readonly seed: number;
}

const shapes: fc.Arbitrary<Shape> = fc
  .record({
    sizes: fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 3 }),
    hops: fc.array(
      fc.record({
        stages: fc.integer({ min: 1, max: 3 }),
        maxDemand: fc.integer({ min: 1, max: 8 }),
        partitions: fc.boolean(),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    seed: fc.nat(),
  })
  .map(({ sizes, ...rest }) => {
    let n = 0;
    return { ...rest, lists: sizes.map((size) => Array.from({ length: size }, () => n++)) };
  });

/** Each layer hands its events on, once `see` has seen them; `see` is told which layer it is. */
function layersOf({ lists, hops }: Shape, see: (n: number, layer: number) => void): Flow<number> {
  return hops.reduce(
    (flow, { stages, maxDemand, partitions }, layer) => {
      const options = { stages, maxDemand };
      const next = partitions ? flow.partition(options) : flow.shuffle(options);
      return next.each((n) => see(n, layer));
    },
    Flow.fromIterables(lists, { stages: 1, maxDemand: 5 }).map((n) => n),
  );
}

/** A collector that ends after so many events. */
function planTaking(flow: Flow<number>, most: number, taken: number[]): Plan {
  return pipeline(({ start, subscribe }) => {
    const results = start('flow', flow);
    const collector = start(
      'collector',
      consumer({
        handleEvents: (events: number[]) => {
          taken.push(...events);
          return taken.length >= most ? { stop: 'normal' } : undefined;
        },
      }),
    );
    subscribe(collector, { to: results, cancel: 'temporary', maxDemand: 4 });
  });
}

/** How the stages of the flow have ended, and the flow itself. */
function endsOf({ plan, entries }: VirtualRun): ReadonlyMap<string, unknown> {
  const ends = new Map<string, unknown>();
  for (const entry of entries) {
    if (entry.type === 'exit') ends.set(entry.stage, entry.reason);
    if (entry.type === 'crash') ends.set(entry.stage, 'crash');
  }
  for (const { id } of plan.stages) if (id !== 'collector') expect([...ends.keys()]).toContain(id);
  return ends;
}

describe('a flow ends as one', () => {
  it('FL-172 FL-176 when any stage fails at any event: what has come out came in, once', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat({ max: 90 }), fc.nat({ max: 2 }), async (shape, bad, at) => {
        const layer = at % shape.hops.length;
        const all = shape.lists.flat();
        const flow = layersOf(shape, (n, of) => {
          if (n === bad && of === layer) throw new Error(`${n} is bad`);
        });
        const taken: number[] = [];
        const run = await runVirtual(planTaking(flow, Infinity, taken), {
          seed: shape.seed,
          trace: 'counters',
        });
        const fails = all.includes(bad);
        expect(run.ended).toBe(fails ? 'crashed' : 'idle');
        const ends = endsOf(run);
        expect([...ends.values()].filter((end) => end === 'crash')).toHaveLength(fails ? 1 : 0);
        expect(ends.get('flow')).toBe(fails ? 'shutdown' : 'normal');
        expect(new Set(taken).size).toBe(taken.length);
        expect(all).toEqual(expect.arrayContaining(taken));
        expect(taken).not.toContain(fails ? bad : -1);
        if (!fails) expect(taken).toHaveLength(all.length);
      }),
      { numRuns: 80 },
    );
  }, 60_000);

  it('FL-173 when nobody wants more of it: what has come out came in, once', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer({ min: 1, max: 20 }), async (shape, most) => {
        const all = shape.lists.flat();
        const taken: number[] = [];
        const flow = layersOf(shape, () => undefined);
        const run = await runVirtual(planTaking(flow, most, taken), { seed: shape.seed, trace: 'counters' });
        const ends = endsOf(run);
        expect(ends.get('flow')).toBe('normal');
        expect(taken.length).toBeGreaterThanOrEqual(Math.min(most, all.length));
        expect(new Set(taken).size).toBe(taken.length);
        expect(all).toEqual(expect.arrayContaining(taken));
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
