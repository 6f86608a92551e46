import type { EntryOf, TraceEntry, TraceValue } from 'sluice';
import { isSameValue } from './same-value.ts';

/** Whether two entries say the same, apart from who says it when. */
export function isSameEntry(one: TraceEntry, other: TraceEntry): boolean {
  return isSameValue(said(one), said(other));
}

/** What is different between two entries of which one may be missing. */
export function kindOf(
  here: TraceEntry | undefined,
  there: TraceEntry | undefined,
): 'subscribe' | 'ask' | 'event' | 'batch' | 'call' | 'state' | 'other' {
  const known = here ?? there;
  switch (known?.type) {
    case 'subscribe':
    case 'ask':
      return known.type;
    case 'dispatch': {
      const isAlike = here?.type === 'dispatch' && there?.type === 'dispatch' && here.count === there.count;
      return isAlike ? 'event' : 'batch';
    }
    case 'begin':
      return 'call';
    case 'end': {
      const isAlike = here?.type === 'end' && there?.type === 'end' && here.count === there.count;
      return isAlike && isSameValue(here.emitted, there.emitted) ? 'state' : 'call';
    }
    default:
      return 'other';
  }
}

/** What an entry says, without its number, its time, its worker and what caused it. */
function said(entry: TraceEntry): TraceValue {
  switch (entry.type) {
    case 'subscribe':
      return [entry.producer, entry.mode, entry.maxDemand, entry.minDemand, entry.cancel];
    case 'ask':
      return [entry.count, entry.pending];
    case 'dispatch':
      return [entry.count, entry.events];
    case 'begin':
      return ['begin', entry.callback, entry.subscription ?? null, entry.demand ?? null, entry.count ?? null];
    case 'end':
      return ['end', entry.callback, entry.count, entry.emitted, entry.state];
    case 'crash':
      return ['crash', entry.callback, entry.error.message];
    case 'exit':
      return ['exit', entry.reason];
    case 'cancel':
      return ['cancel', entry.subscription, entry.kind, entry.reason];
    case 'discard':
      return ['discard', entry.count];
    case 'drop':
      return ['drop', entry.count, entry.subscription ?? null];
    case 'lost':
      return ['lost', entry.where, entry.count, entry.subscription ?? null];
    case 'late':
      return ['late', entry.id, entry.count, entry.events];
    case 'restart':
      return ['restart', entry.child, entry.life, entry.restarts];
    case 'fault':
      return ['fault', entry.fault];
    default:
      return entry.type;
  }
}

/** One event of those that were sent on a subscription. */
export interface SentEvent {
  readonly entry: EntryOf<'dispatch'>;
  /** `undefined`: the trace has not kept it. */
  readonly value: TraceValue | undefined;
}

/** The events that were sent by these entries, one after the other. */
export function* eventsIn(entries: readonly TraceEntry[]): Generator<SentEvent, undefined> {
  for (const entry of entries) {
    if (entry.type !== 'dispatch') continue;
    for (let i = 0; i < entry.count; i += 1) yield { entry, value: entry.events[i] };
  }
}
