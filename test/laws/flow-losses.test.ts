import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Flow, consumer, pipeline, seededRandom, type Plan } from 'sluice';
import { namesIn } from '../../engine/runtime/plan.ts';
import { withCluster } from '../support/cluster.ts';
import { expectLossLaws } from './loss-laws.ts';

const PER_SOURCE = 40;
const ascending = (a: number, b: number) => a - b;

/** What a random flow is, and what happens to it. */
interface Fate {
  readonly sources: number;
  readonly stages: number;
  readonly maxDemand: number;
  readonly isSupervised: boolean;
  /** The event at which a function throws, the first time it comes by; none if it is not there. */
  readonly fatal: number;
  /** After so many steps this one of all names is killed; -1: none. */
  readonly killed: number;
  readonly afterSteps: number;
  readonly seed: number;
}

const fates: fc.Arbitrary<Fate> = fc.record({
  sources: fc.integer({ min: 1, max: 3 }),
  stages: fc.integer({ min: 1, max: 3 }),
  maxDemand: fc.integer({ min: 1, max: 20 }),
  isSupervised: fc.boolean(),
  fatal: fc.integer({ min: 0, max: 240 }),
  killed: fc.integer({ min: -1, max: 12 }),
  afterSteps: fc.integer({ min: 0, max: 400 }),
  seed: fc.nat(),
});

/** Events pass through as they are, each of them new also in a later life of its source. */
function planOf({ sources, stages, maxDemand, isSupervised, fatal }: Fate, seen: number[]): Plan {
  let made = 0;
  let isOver = false;
  const source = () => Array.from({ length: PER_SOURCE }, () => made++);
  return pipeline(({ start, subscribe, supervise }) => {
    const flow = start(
      'flow',
      Flow.fromIterables(
        Array.from({ length: sources }, () => source),
        { stages, maxDemand },
      )
        .map((n) => {
          if (n !== fatal || isOver) return n;
          isOver = true;
          throw new Error('fatal');
        })
        .partition({ stages, maxDemand })
        .map((n) => n),
    );
    const sink = start(
      'sink',
      consumer({
        handleEvents: (events: number[]) => {
          seen.push(...events);
        },
      }),
    );
    subscribe(sink, { to: flow, maxDemand, cancel: 'transient' });
    const children = [{ child: flow, restart: 'transient' }, sink] as const;
    if (isSupervised) supervise('all', children, { strategy: 'oneForAll', maxRestarts: 20 });
  });
}

describe('a flow that fails', () => {
  it('loses nothing untold, whatever becomes of it (SUP-9)', async () => {
    await fc.assert(
      fc.asyncProperty(fates, async (fate) => {
        const seen: number[] = [];
        const plan = planOf(fate, seen);
        const random = seededRandom(fate.seed);
        const names = namesIn(plan);
        const placement = Object.fromEntries(names.map((id) => [id, Math.floor(random() * 3)]));
        await withCluster(plan, { seed: fate.seed + 1, placement }, async (cluster) => {
          for (let step = 0; step < fate.afterSteps && (await cluster.step()); step++);
          const victim = names[fate.killed];
          if (victim !== undefined) cluster.hostOf(victim).kill(victim);
          await cluster.settle(200_000);
          const entries = cluster.takeEntries();
          expectLossLaws(cluster, entries);
          expect(new Set(seen).size).toBe(seen.length);
          const ended = entries.findLast(({ type, stage }) => type === 'exit' && stage === 'flow');
          // An outlet that nobody has ever asked waits for somebody who does.
          const asked = entries.filter((entry) => entry.type === 'subscribed' && entry.consumer === 'sink');
          const isRead = new Set(asked.map(({ stage }) => stage)).size === fate.stages;
          if (isRead) expect(ended, 'the flow has come to an end').toBeDefined();
          const isCalm = victim === undefined && fate.fatal >= fate.sources * PER_SOURCE;
          if (isCalm)
            expect(seen.toSorted(ascending)).toEqual(
              Array.from({ length: fate.sources * PER_SOURCE }, (_, i) => i),
            );
        });
      }),
      { numRuns: 60 },
    );
  });
});
