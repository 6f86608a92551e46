import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { flowDifferencesOf } from './differences.ts';
import { parseFlows } from './flow-recording.ts';
import { flowProblem } from './run.ts';

const SEEDS = Array.from({ length: 60 }, (_, i) => i + 1);
const folder = new URL('./flow/', import.meta.url);

/** Flow was recorded with random delays in its functions: what it did then must come out of every interleaving here. */
describe('recordings of Flow under any schedule', () => {
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.json'))) {
    const { group, scenarios } = parseFlows(readFileSync(new URL(name, folder), 'utf8'));
    // What is refused as it is declared never runs.
    const run = scenarios.filter(
      (one) => one.expect.raised === undefined && flowDifferencesOf(one).length === 0,
    );
    it(`${group}: ${SEEDS.length} random interleavings of ${run.length} scenarios`, async () => {
      expect(run.length).toBeGreaterThan(0);
      for (const scenario of run) {
        for (const seed of SEEDS)
          expect(await flowProblem(scenario, seed), `${scenario.id}, seed ${seed}`).toBeNull();
      }
    }, 120_000);
  }
});
