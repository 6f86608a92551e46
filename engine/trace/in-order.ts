import type { WorkerId } from '../ids.ts';
import type { TraceEntry } from './trace-entry.ts';

/** Of more workers than these the entries are sorted, not merged. */
const FEW_WORKERS = 16;

/** Entries in order of `seq`: those of several workers come in turns, each worker's in order. */
export function inOrder(entries: readonly TraceEntry[]): readonly TraceEntry[] {
  const workers = new Map<WorkerId, TraceEntry[]>();
  for (const entry of entries) {
    const own = workers.get(entry.worker);
    if (!own) workers.set(entry.worker, [entry]);
    else if ((own.at(-1)?.seq ?? 0) <= entry.seq) own.push(entry);
    else return sorted(entries);
  }
  return workers.size > FEW_WORKERS ? sorted(entries) : merged([...workers.values()]);
}

function sorted(entries: readonly TraceEntry[]): readonly TraceEntry[] {
  return entries.toSorted((a, b) => a.seq - b.seq);
}

/** Takes from one list as long as its entries are before those of all others. */
function merged(lists: readonly (readonly TraceEntry[])[]): readonly TraceEntry[] {
  const next = lists.map(() => 0);
  const head = (i: number): number => lists[i]?.[next[i] ?? 0]?.seq ?? Infinity;
  const all: TraceEntry[] = [];
  for (;;) {
    let [first, second] = [0, Infinity];
    for (let i = 1; i < lists.length; i += 1) {
      if (head(i) < head(first)) [first, second] = [i, head(first)];
      else second = Math.min(second, head(i));
    }
    const list = lists[first] ?? [];
    let at = next[first] ?? 0;
    const from = at;
    for (let entry = list[at]; entry && (entry.seq <= second || at === from); entry = list[at]) {
      all.push(entry);
      at += 1;
    }
    if (at === from) return all;
    next[first] = at;
  }
}
