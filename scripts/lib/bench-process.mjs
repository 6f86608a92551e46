/** One process of the bench: measures the works that its arguments name. Started by `scripts/bench.mjs`. */
import { pathToFileURL } from 'node:url';
import { BENCH } from './bench-bundles.mjs';

const { bench } = await import(pathToFileURL(BENCH).href);
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
await bench(names, { smoke: process.argv.includes('--smoke') });
