import type { TraceEntry } from 'sluice';

/** A worker that has told nothing for so long has nothing to tell, ms. */
const SILENT_MS = 3_000;

/**
 * Entries up to which all workers have told what they did: each tells its own in order, but some later than others. What is
 * counted there fits together.
 *
 * @param workers - How many of them run stages.
 */
export function toldBy(entries: readonly TraceEntry[], workers: number): number {
  const seen = new Set<number>();
  const latestMs = entries.at(-1)?.atMs ?? 0;
  let told = entries.length;
  for (let n = entries.length; n > 0 && seen.size < workers; n -= 1) {
    const entry = entries[n - 1];
    if (!entry || latestMs - entry.atMs > SILENT_MS) break;
    if (seen.has(entry.worker)) continue;
    seen.add(entry.worker);
    told = n;
  }
  return told;
}
