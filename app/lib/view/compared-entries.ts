import type { EntryOf, TraceEntry, TraceValue } from 'sluice';
import { isSameValue } from './same-value.ts';

/** Whether two entries say the same, apart from who says it when. */
export function isSameEntry(one: TraceEntry, other: TraceEntry): boolean {
  // The kinds that a long trace mostly consists of are compared as they are.
  switch (one.type) {
    case 'ask':
      return other.type === 'ask' && one.count === other.count && one.pending === other.pending;
    case 'dispatch':
      return other.type === 'dispatch' && one.count === other.count && isSameValue(one.events, other.events);
    case 'begin':
      return (
        other.type === 'begin' &&
        one.callback === other.callback &&
        one.subscription === other.subscription &&
        one.demand === other.demand &&
        one.count === other.count
      );
    case 'end':
      return (
        other.type === 'end' &&
        one.callback === other.callback &&
        one.count === other.count &&
        isSameValue(one.emitted, other.emitted) &&
        isSameValue(one.state, other.state)
      );
    default:
      return one.type === other.type && isSameValue(said(one), said(other));
  }
}

/** What is different between two entries of which one may be missing. */
export function kindOf(
  here: TraceEntry | null,
  there: TraceEntry | null,
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

/** Goes over the events that some entries sent, one after the other, whatever batches they came in. */
export class SentEvents {
  readonly #entries: readonly TraceEntry[];
  #at: number;
  #offset = 0;

  /** @param from - The entry to begin with, by its index. */
  constructor(entries: readonly TraceEntry[], from = 0) {
    this.#entries = entries;
    this.#at = from;
  }

  /** `null`: there is no more. */
  next(): SentEvent | null {
    for (; this.#at < this.#entries.length; this.#at += 1, this.#offset = 0) {
      const entry = this.#entries[this.#at];
      if (entry?.type !== 'dispatch' || this.#offset >= entry.count) continue;
      const value = entry.events[this.#offset];
      this.#offset += 1;
      return { entry, value };
    }
    return null;
  }
}
