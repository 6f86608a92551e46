import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { StageDefinition } from 'sluice';
import { firstDifference } from './comparison.ts';
import { differencesOf } from './differences.ts';
import { parseRecordings } from './recording.ts';
import { replay } from './replayer.ts';

const folder = new URL('./genstage/', import.meta.url);

/** Supervisors and readers are driven by more than their callbacks; `init` and `formatDiscarded` answer at once. */
const WAITING = [
  'handleSubscribe',
  'handleCancel',
  'handleDemand',
  'handleEvents',
  'handleCall',
  'handleCast',
  'handleInfo',
  'terminate',
];

/** The same stage, whose callbacks all return promises. */
function waiting(definition: StageDefinition): StageDefinition {
  const callbacks = Object.fromEntries(
    Object.entries(definition.callbacks).map(([name, callback]: [string, (...args: never[]) => unknown]) => [
      name,
      WAITING.includes(name) ? (...args: never[]) => later(() => callback(...args)) : callback,
    ]),
  );
  return { ...definition, callbacks };
}

/** What `begin` gives or throws, some promise jobs later. */
async function later(begin: () => unknown): Promise<unknown> {
  try {
    return begin();
  } finally {
    for (let job = 0; job < 3; job++) await null;
  }
}

describe('recordings of GenStage, with callbacks that wait', () => {
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.json'))) {
    const { group, scenarios } = parseRecordings(readFileSync(new URL(name, folder), 'utf8'));
    const replayed = scenarios.filter(
      ({ stages, mode, ...one }) =>
        mode === 'canonical' &&
        differencesOf({ stages, mode, ...one }).length === 0 &&
        stages.every(({ kind }) => kind !== 'consumer_supervisor' && kind !== 'enumerable'),
    );
    if (replayed.length === 0) continue;
    it(`${group}: the same in every one of ${replayed.length} scenarios`, async () => {
      for (const scenario of replayed) {
        expect(firstDifference(scenario, await replay(scenario, 0, waiting)), scenario.id).toBeNull();
      }
    });
  }
});
