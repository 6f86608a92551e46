import type { EntryOf, Seq, TraceEntry } from 'sluice';
import { bisector } from 'd3-array';
import { someEvents } from './entry-sentence.ts';

const bySeq = bisector((entry: TraceEntry) => entry.seq);

/**
 * What made a stage ask, in a sentence that names the events: "It had just handled 5 events (5, 6, 7, 8, …)." `null` where the
 * recording does not tell.
 */
export function askTrigger(entries: readonly TraceEntry[], ask: EntryOf<'ask'>): string | null {
  const cause = entryOf(entries, ask.cause);
  if (!cause) return null;
  switch (cause.type) {
    case 'end': {
      const begin = entryOf(entries, cause.cause);
      if (cause.callback !== 'handleEvents' || begin?.type !== 'begin')
        return `Its ${cause.callback} had just ended.`;
      return `It had just handled ${someEvents(begin.events ?? [], begin.count ?? 0)}.`;
    }
    case 'subscribe':
    case 'subscribed':
      return 'It had just subscribed.';
    case 'drop':
      return `${String(cause.count)} that its selector refused are asked for again.`;
    case 'task':
      return `${cause.task} had just ended.`;
    default:
      return null;
  }
}

function entryOf(entries: readonly TraceEntry[], seq: Seq | null): TraceEntry | undefined {
  if (seq === null) return undefined;
  const entry = entries[bySeq.left(entries, seq)];
  return entry?.seq === seq ? entry : undefined;
}
