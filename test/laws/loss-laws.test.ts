import fc from 'fast-check';
import { describe, it } from 'vitest';
import { withCluster, type Cluster } from '../support/cluster.ts';
import { expectLossLaws } from './loss-laws.ts';
import { REQUESTS, supervisedPlan, supervisedShapes } from './supervised-pipelines.ts';

/** What somebody outside does to a run; numbers choose the moment and among stages. */
const meddling = fc.record({
  what: fc.constantFrom(...REQUESTS, 'kill', 'shut down', 'push', 'hold', 'release', 'kill supervisor'),
  after: fc.nat({ max: 40 }),
  which: fc.nat({ max: 20 }),
});

type Meddling = typeof meddling extends fc.Arbitrary<infer One> ? One : never;

function meddle(cluster: Cluster, { what, which }: Meddling): void {
  const { stages, supervisors } = cluster.plan;
  const stage = stages[which % stages.length]?.id ?? '';
  const supervisor = supervisors[which % supervisors.length]?.id ?? '';
  const source = cluster.hostOf('source');
  switch (what) {
    case 'kill':
      return cluster.hostOf(stage).kill(stage);
    case 'shut down':
      return cluster.hostOf(stage).exit(stage, 'shutdown');
    case 'kill supervisor':
      return cluster.hostOf(supervisor).kill(supervisor);
    case 'push':
      return source.tell('source', { type: 'cast', request: which });
    case 'hold':
      return source.tell('source', { type: 'demandMode', mode: 'accumulate' });
    case 'release':
      return source.tell('source', { type: 'demandMode', mode: 'forward' });
    default:
      return cluster.hostOf(stage).tell(stage, { type: 'info', request: what });
  }
}

describe('every event is accounted for', () => {
  it('GS-165 GS-174 GS-185 GS-186 whoever is killed, crashes, stops and starts again, on whatever worker', async () => {
    await fc.assert(
      fc.asyncProperty(
        supervisedShapes,
        fc.nat({ max: 100_000 }),
        fc.array(meddling, { maxLength: 8 }),
        async (shape, seed, all) => {
          const plan = supervisedPlan(shape);
          const names = [...plan.stages, ...plan.supervisors].map(({ id }) => id);
          const placement = Object.fromEntries(names.map((id, i) => [id, shape.places[i] ?? 0]));
          await withCluster(plan, { placement, seed }, async (cluster) => {
            for (const one of all) {
              for (let step = 0; step < one.after; step++) await cluster.step();
              meddle(cluster, one);
            }
            // Nothing stays held back, which no entry would tell of.
            meddle(cluster, { what: 'release', after: 0, which: 0 });
            await cluster.settle();
            expectLossLaws(cluster, cluster.takeEntries());
          });
        },
      ),
      { numRuns: 300 },
    );
  }, 120_000);
});
