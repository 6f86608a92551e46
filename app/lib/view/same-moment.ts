import type { TraceEntry } from 'sluice';
import type { ComparedRun } from './compare-runs.ts';

type Run = Pick<ComparedRun, 'entries' | 'isOver'>;

/**
 * Where another run stands at the moment at which one stands, both as entries applied: at the same time since they began. Where both
 * came to their end by themselves, their ends go together, however long they took. Of entries that both made at one time, as in
 * virtual time, equally many are applied: two runs that are the same are seen alike.
 */
export function sameMoment(from: Run, at: number, to: Run): number {
  if (at <= 0) return 0;
  if (at >= from.entries.length && from.isOver && to.isOver) return to.entries.length;
  const { ms, since } = timeAt(from.entries, at);
  const { entries } = to;
  let n = 0;
  while (n < entries.length && (entries[n]?.atMs ?? 0) < ms) n += 1;
  const last = Math.min(n + at - since, entries.length);
  while (n < last && (entries[n]?.atMs ?? 0) <= ms) n += 1;
  return n;
}

/** The time at a position, ms, which never goes back; and how many entries had been applied before it was so late. */
function timeAt(entries: readonly TraceEntry[], at: number): { readonly ms: number; readonly since: number } {
  let ms = 0;
  let since = 0;
  const end = Math.min(at, entries.length);
  for (let i = 0; i < end; i += 1) {
    const atMs = entries[i]?.atMs ?? 0;
    if (atMs <= ms) continue;
    ms = atMs;
    since = i;
  }
  return { ms, since };
}
