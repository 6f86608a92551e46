/** One process of the bench: measures the works it is given by name, and prints them. Made ready by `scripts/bench.mjs`. */
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { performance } from 'node:perf_hooks';
import { bounded, boundedLine } from './bounded.ts';
import { held, heldLine } from './held.ts';
import { measure } from './measure.ts';
import { allocations, memoryTable } from './memory.ts';
import { PEERS } from './peers/index.ts';
import { POOLS } from './threads/pools.ts';
import { heading, results, table, type Setting } from './report.ts';
import { WORKS } from './works/index.ts';

/** What the command line calls the count of allocations. */
export const MEMORY = 'memory';
/** What can be measured, in order. */
export const NAMES: readonly string[] = [...WORKS.map(({ name }) => name), MEMORY];

const FULL = { rounds: 15, runMs: 60, warmUpMs: 400, share: 1 };
/** Every contender comes to a result, quickly. */
const SMOKE = { ...FULL, rounds: 1, runMs: 1, warmUpMs: 0, share: 0.0002 };
const EVENTS_FOR_MEMORY = 1_000_000;
const EVENTS_FOR_MEMORY_SMOKE = 200_000;
/** Of a producer that is faster than its consumer: what is held must not grow with them. */
const EVENTS_HELD = [10_000, 100_000, 1_000_000, 10_000_000];
const EVENTS_HELD_SMOKE = [50_000];
const DEMANDS = [10, 100, 1_000];
/** Of a slow consumer. */
const BATCHES = 200;
const BATCHES_SMOKE = 20;

/**
 * Measures the works of these names one after the other and prints each when it is done.
 *
 * @param names - Of {@link NAMES}.
 */
export async function bench(names: readonly string[], { smoke }: { readonly smoke: boolean }): Promise<void> {
  // The young generation alone: a full collection would also throw away compiled code.
  const collect = () => globalThis.gc?.({ type: 'minor' });
  for (const work of WORKS.filter(({ name }) => names.includes(name))) {
    const time = work.time === 'wall' ? { nowMs: wallMs, processorMs } : { nowMs: processorMs };
    const { rounds = FULL.rounds, runMs = FULL.runMs } = work;
    const full = { ...FULL, rounds, runMs };
    const measured = await measure(work, { ...(smoke ? SMOKE : full), ...time, collect });
    print(smoke ? [results(work, measured)] : ['', ...table(work, measured)]);
  }
  if (!names.includes(MEMORY)) return;
  const events = smoke ? EVENTS_FOR_MEMORY_SMOKE : EVENTS_FOR_MEMORY;
  const collectAll = () => globalThis.gc?.();
  print(['', ...memoryTable(await allocations(events, collectAll))]);
  const batches = smoke ? BATCHES_SMOKE : BATCHES;
  for (const maxDemand of DEMANDS) print([heldLine(await held(maxDemand, batches, collectAll))]);
  for (const count of smoke ? EVENTS_HELD_SMOKE : EVENTS_HELD)
    print((await bounded(count, collectAll)).map(boundedLine));
}

function wallMs(): number {
  return performance.now();
}

/** Of all threads of this process: those that collect garbage work for the contender too. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function print(lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}

/** The lines that say when, where and with what was measured. */
export function settingLines(): string[] {
  return heading(setting());
}

function setting(): Setting {
  const processors = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const model = processors[0]?.model.trim() ?? 'unknown processor';
  const { v8 = '' } = process.versions;
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    machine: `${process.platform}-${process.arch}, ${processors.length} × ${model}, ${gigabytes} GB`,
    versions: {
      Node: process.versions.node,
      V8: v8,
      ...Object.fromEntries(
        [...PEERS.map((peer) => peer.package), ...POOLS.map(({ name }) => name)].flatMap((name) => {
          return name ? [[name, versionOf(name)]] : [];
        }),
      ),
    },
  };
}

/** The commands are run at the root of the repository. */
function versionOf(name: string): string {
  const manifest: unknown = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
  const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return hasVersion ? String(manifest.version) : 'unknown';
}
