import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { firstDifference } from './comparison.ts';
import { differencesOf } from './differences.ts';
import { parseRecordings } from './recording.ts';
import { replay } from './replayer.ts';
import { unknownWord } from './vocabulary.ts';

const folder = new URL('./genstage/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

for (const name of files) {
  const { group, scenarios } = parseRecordings(readFileSync(new URL(name, folder), 'utf8'));
  describe(`recordings of GenStage: ${group}`, () => {
    for (const scenario of scenarios) {
      const differs = differencesOf(scenario);
      const title = `${scenario.rules.join(' ')} ${scenario.title} (${scenario.id})`;
      if (differs.length > 0) {
        // A difference that has gone is one that the list, and engine/DESIGN.md, still claim.
        it(`${title}: differs by design: ${differs.join(', ')}`, async () => {
          expect(firstDifference(scenario, await replay(scenario))).not.toBeNull();
        });
        continue;
      }
      it(title, async () => {
        expect(unknownWord(scenario)).toBeNull();
        expect(firstDifference(scenario, await replay(scenario))).toBeNull();
      });
    }
  });
}
