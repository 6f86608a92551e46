import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { FLIGHTS, LATE, LATE_BY_ORIGIN, MINUTES } from '#lessons/01-first-pipeline/5-flights/expected.ts';

const { resolve } = createRequire(import.meta.url);
const file = join(resolve('vega-datasets'), '../../data/flights-10k.json');
const rows = v.parse(
  v.array(v.object({ delay: v.number(), origin: v.string() })),
  JSON.parse(readFileSync(file, 'utf8')),
);

it('what the flights exercise expects is what the file holds, counted without a pipeline', () => {
  let minutes = 0;
  let late = 0;
  const byOrigin: Record<string, number> = {};
  for (const { delay, origin } of rows) {
    minutes += delay;
    if (delay <= 60) continue;
    late += 1;
    byOrigin[origin] = (byOrigin[origin] ?? 0) + 1;
  }
  expect({ flights: rows.length, minutes, late }).toEqual({
    flights: FLIGHTS,
    minutes: MINUTES,
    late: LATE,
  });
  expect(byOrigin).toEqual(LATE_BY_ORIGIN);
});
