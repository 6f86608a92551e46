import { readFileSync, readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { differencesOf } from './differences.ts';
import { brokenFact } from './facts.ts';
import { parseRecordings, type Scenario } from './recording.ts';
import type { Observed } from './replayer.ts';
import { leftOut, threadedPlayer } from './threaded.ts';

const folder = new URL('./genstage/', import.meta.url);
const groups = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => parseRecordings(readFileSync(new URL(name, folder), 'utf8')));

/** Most of a run is waiting for threads to begin and end, so several go on at once. */
const AT_ONCE = 4;

/** What GenStage did under every schedule must come out on real threads too. */
describe('facts of GenStage on two worker_threads', () => {
  let play: (scenario: Scenario) => Promise<Observed>;
  beforeAll(async () => {
    play = await threadedPlayer();
  }, 60_000);

  for (const { group, scenarios } of groups) {
    const driven = scenarios.filter(
      (scenario) => leftOut(scenario) === null && differencesOf(scenario).length === 0,
    );
    it(`${group}: ${driven.length} of ${scenarios.length} scenarios`, async () => {
      expect(driven.length, 'at least one of each group').toBeGreaterThan(0);
      const left = [...driven];
      const broken: string[] = [];
      const playAll = async () => {
        for (let next = left.shift(); next; next = left.shift()) {
          const problem = await play(next).then(
            (observed) => brokenFact(next, observed),
            (error: unknown) => String(error),
          );
          if (problem !== null) broken.push(`${next.id}: ${problem}`);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, playAll));
      expect(broken).toEqual([]);
    }, 120_000);
  }
});
