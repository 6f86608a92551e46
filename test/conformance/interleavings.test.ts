import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Unsupported } from './behaviours.ts';
import { differencesOf } from './differences.ts';
import { brokenFact } from './facts.ts';
import { parseRecordings } from './recording.ts';
import { replay } from './replayer.ts';

const SEEDS = Array.from({ length: 60 }, (_, i) => i + 1);
const folder = new URL('./genstage/', import.meta.url);

/** What GenStage did under every schedule must come out of every interleaving here. */
describe('facts of GenStage that hold under any schedule', () => {
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.json'))) {
    const { group, scenarios } = parseRecordings(readFileSync(new URL(name, folder), 'utf8'));
    it(`${group}: ${SEEDS.length} random interleavings of each scenario`, async () => {
      let checked = 0;
      for (const scenario of scenarios) {
        if (differencesOf(scenario).length > 0) continue;
        for (const seed of SEEDS) {
          const observed = await replay(scenario, seed).catch((error: unknown) => {
            if (error instanceof Unsupported) return null;
            throw error;
          });
          if (!observed) break;
          expect(brokenFact(scenario, observed), `${scenario.id}, seed ${seed}`).toBeNull();
          checked++;
        }
      }
      expect(checked).toBeGreaterThan(0);
    }, 120_000);
  }
});
