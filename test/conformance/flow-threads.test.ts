import { readFileSync, readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { flowDifferencesOf } from './differences.ts';
import { flowDifference } from './flow-comparison.ts';
import { isLive } from './flow-program.ts';
import { parseFlows } from './flow-recording.ts';
import { flowLeftOut, threadedFlows, type ThreadedFlows } from './flow-threaded.ts';

const folder = new URL('./flow/', import.meta.url);
const groups = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => parseFlows(readFileSync(new URL(name, folder), 'utf8')));

/** What Flow did, whatever the delays of its functions, must come out on real threads too. */
describe('recordings of Flow on two worker_threads', () => {
  let play: ThreadedFlows;
  beforeAll(async () => {
    play = await threadedFlows();
  }, 60_000);

  it('are checked for all scenarios that run, but those that need a clock that keeps time', () => {
    const all = groups.flatMap(({ scenarios }) => scenarios);
    const reasons = all.map((scenario) => flowLeftOut(scenario)).filter((reason) => reason !== null);
    expect(all.length - reasons.length).toBeGreaterThan(0.8 * all.length);
    expect([...new Set(reasons)].sort()).toEqual([
      'an enumeration that comes after another',
      'refused as it is declared or planned: nothing runs',
      'steps between ticks of a real clock',
    ]);
  });

  // What is wrong with a flow is found before it runs: of its errors, none is left for a thread.
  for (const { group, scenarios } of groups.filter((one) => one.group !== 'errors')) {
    const driven = scenarios.filter(
      (scenario) => flowLeftOut(scenario) === null && flowDifferencesOf(scenario).length === 0,
    );
    it(`${group}: ${driven.length} of ${scenarios.length} scenarios, at once`, async () => {
      expect(driven.length, 'at least one of each group').toBeGreaterThan(0);
      const [live, enumerated] = [driven.filter(isLive), driven.filter((one) => !isLive(one))];
      for (const together of [live, enumerated].filter(({ length }) => length > 0)) {
        const observed = await play(together);
        const broken = together.flatMap((scenario, i) => {
          const one = observed[i];
          const problem = one ? flowDifference(scenario, one) : 'not played';
          return problem === null ? [] : [`${scenario.id}: ${problem}`];
        });
        expect(broken).toEqual([]);
      }
    }, 120_000);
  }
});
