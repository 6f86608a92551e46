/** The recordings as tests: on the canonical schedule, and a few random ones for what holds under any. */
import { readFileSync, readdirSync } from 'node:fs';

const SEEDS = 6;

export async function recordedTests(load) {
  const { parseRecordings } = await load('/test/conformance/recording.ts');
  const { replay } = await load('/test/conformance/replayer.ts');
  const { firstDifference } = await load('/test/conformance/comparison.ts');
  const { differencesOf } = await load('/test/conformance/differences.ts');
  const { brokenFact } = await load('/test/conformance/facts.ts');
  const folder = new URL('../../../test/conformance/genstage/', import.meta.url);
  const scenarios = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => parseRecordings(readFileSync(new URL(name, folder), 'utf8')).scenarios)
    .filter((scenario) => differencesOf(scenario).length === 0);
  const canonical = scenarios.map((scenario) => ({
    title: scenario.id,
    run: async () => throwIf(firstDifference(scenario, await replay(scenario))),
  }));
  const interleaved = scenarios.map((scenario) => ({
    title: `${scenario.id}, interleaved`,
    run: async () => {
      for (let seed = 1; seed <= SEEDS; seed++) throwIf(brokenFact(scenario, await replay(scenario, seed)));
    },
  }));
  return [...canonical, ...interleaved];
}

function throwIf(difference) {
  if (difference !== null) throw new Error(difference);
}
