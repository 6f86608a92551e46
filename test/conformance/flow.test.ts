import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { flowDifferencesOf } from './differences.ts';
import { flowDifference } from './flow-comparison.ts';
import { runHere, runsAlone } from './flow-here.ts';
import { parseFlows } from './flow-recording.ts';
import { unknownFlowWord } from './flow-vocabulary.ts';
import { flowProblem } from './run.ts';

const folder = new URL('./flow/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

for (const name of files) {
  const { group, scenarios } = parseFlows(readFileSync(new URL(name, folder), 'utf8'));
  describe(`recordings of Flow: ${group}`, () => {
    for (const scenario of scenarios) {
      const differs = flowDifferencesOf(scenario);
      const title = `${scenario.rules.join(' ')} ${scenario.title} (${scenario.id})`;
      if (differs.length > 0) {
        // A difference that has gone is one that the list, and engine/DESIGN.md, still claim.
        it(`${title}: differs by design: ${differs.join(', ')}`, async () => {
          expect(await flowProblem(scenario)).not.toBeNull();
        });
        continue;
      }
      it(title, async () => {
        expect(unknownFlowWord(scenario)).toBeNull();
        expect(await flowProblem(scenario)).toBeNull();
      });
    }

    const alone = scenarios.filter((one) => runsAlone(one) && flowDifferencesOf(one).length === 0);
    if (alone.length === 0) return;
    it(`awaited by a program, in real time: ${alone.length} of ${scenarios.length} scenarios`, async () => {
      for (const scenario of alone)
        expect(flowDifference(scenario, await runHere(scenario)), scenario.id).toBeNull();
    });
  });
}
