import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { decodeFlights } from './decode.ts';
import type * as offered from './sluice-data.d.ts';

export type { Flight } from './sluice-data.d.ts';

// This is `sluice/data` in Node: content tests, the command line. In the page a program gets the same rows from
// registry.ts, because the sandbox cannot fetch.

const files = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '..', 'data');

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(files, name), 'utf8'));
}

export const flights: typeof offered.flights = decodeFlights(readJson('flights-10k.json'));
