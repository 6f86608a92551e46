import type { EntryOf, SubscriptionId, TraceEntry } from 'sluice';
import type { ComparedRun } from './compare-runs.ts';

type Run = Pick<ComparedRun, 'entries' | 'isOver'>;

/**
 * Where another run stands at the moment at which one stands, both as entries applied: where the event that was sent last in the one
 * has been sent in the other, whatever the clock says, as one machine is slower than another and a first run slower than a second.
 * As many entries more are applied as were since then, up to the next batch: two runs that are the same are seen alike. The ends
 * of two runs that came to their end by themselves go together; so does the end of one that never sent that event.
 */
export function sameMoment(from: Run, at: number, to: Run): number {
  if (at >= from.entries.length && from.isOver && to.isOver) return to.entries.length;
  const others = new Set<SubscriptionId>();
  for (let i = at - 1; i >= 0; i -= 1) {
    const entry = from.entries[i];
    if (!isBatch(entry) || others.has(entry.subscription)) continue;
    const sent = whenSent(to.entries, entry.subscription, entry.first + entry.count);
    if (sent !== null) return onwards(to.entries, sent, at - 1 - i);
    others.add(entry.subscription);
  }
  return onwards(to.entries, 0, at);
}

/** Entries applied when so many events had been sent on a subscription; `null`: there is no such subscription. */
function whenSent(
  entries: readonly TraceEntry[],
  subscription: SubscriptionId,
  events: number,
): number | null {
  let isKnown = false;
  for (let i = 0; i < entries.length; i += 1) {
    const entry = entries[i];
    if (!isBatch(entry) || entry.subscription !== subscription) continue;
    if (entry.first + entry.count >= events) return i + 1;
    isKnown = true;
  }
  return isKnown ? entries.length : null;
}

/** At most `entries` further, and not as far as the next batch. */
function onwards(of: readonly TraceEntry[], from: number, entries: number): number {
  let n = from;
  while (n < of.length && n < from + entries && !isBatch(of[n])) n += 1;
  return n;
}

function isBatch(entry: TraceEntry | undefined): entry is EntryOf<'dispatch'> {
  return entry?.type === 'dispatch' && entry.count > 0;
}
