import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import type { PlanView } from './plan-view.ts';
import type { EntryOf, TraceEntry } from './trace-entry.ts';

/** An entry that cannot follow from those before it. */
export interface Inconsistency {
  readonly seq: Seq;
  /** What is wrong with it, after "entry 12 …". */
  readonly problem: string;
}

/** What is known of a subscription so far. */
interface Ends {
  readonly producer: StageId;
  readonly consumer: StageId;
  /** Events dispatched on it. */
  sent: number;
}

/**
 * The first entry of a whole trace, recorded from its beginning without drops, that cannot be: its number is not greater than
 * those before, its cause is not among them, its stage or subscription is not of this plan, it delivers what was not
 * dispatched, or not once, or ends a callback that had not begun. A run that was recorded by the engine has none, whatever
 * its program did: who judges a run by its trace asks first. Where a worker has died its trace is not whole: what it had not
 * told yet is missing, and others may have gone on from it.
 *
 * @param entries - In order of `seq`.
 * @returns `null` where everything follows.
 */
export function findInconsistency(plan: PlanView, entries: readonly TraceEntry[]): Inconsistency | null {
  const story = new Story(plan);
  for (const entry of entries) {
    const problem = story.problemOf(entry);
    if (problem !== null) return { seq: entry.seq, problem };
  }
  return null;
}

class Story {
  readonly #names: ReadonlySet<StageId>;
  readonly #entries = new Map<Seq, TraceEntry>();
  readonly #subscriptions = new Map<SubscriptionId, Ends>();
  /** Entries that something has followed from which happens once. */
  readonly #answered = new Set<Seq>();
  #latest: Seq = -Infinity;

  constructor({ stages, subscriptions, supervisors = [], flows = [] }: PlanView) {
    this.#names = new Set([...stages, ...supervisors, ...flows].map(({ id }) => id));
    for (const { id, producer, consumer } of subscriptions) this.#meet(id, { producer, consumer });
  }

  problemOf(entry: TraceEntry): string | null {
    const { seq, atMs, stage, cause } = entry;
    if (!Number.isSafeInteger(seq) || seq <= this.#latest) return 'is out of order';
    this.#latest = seq;
    this.#entries.set(seq, entry);
    if (!(atMs >= 0 && atMs < Infinity)) return 'happened at no time';
    if (!this.#isKnown(stage)) return `is of "${stage}", which is no stage of the plan`;
    if (cause !== null && (cause >= seq || !this.#entries.has(cause)))
      return 'follows from nothing that happened';
    return this.#problemOfType(entry);
  }

  #problemOfType(entry: TraceEntry): string | null {
    switch (entry.type) {
      case 'subscribe':
        this.#meet(entry.subscription, { producer: entry.producer, consumer: entry.stage });
        return null;
      case 'subscribed':
        this.#meet(entry.subscription, { producer: entry.stage, consumer: entry.consumer });
        return null;
      case 'ask':
        return this.#endOf(entry, 'consumer');
      case 'asked':
        return this.#endOf(entry, 'producer');
      case 'dispatch':
        return this.#endOf(entry, 'producer') ?? this.#dispatched(entry);
      case 'deliver':
        return this.#endOf(entry, 'consumer') ?? this.#delivered(entry);
      case 'end':
        return this.#ended(entry);
      default:
        return null;
    }
  }

  #dispatched({ subscription, first, count, events }: EntryOf<'dispatch'>): string | null {
    const ends = this.#subscriptions.get(subscription);
    if (!ends) return null;
    if (first !== ends.sent) return `dispatches from event ${first} on where ${ends.sent} were sent`;
    if (!isCount(count) || events.length > count) return 'dispatches another number of events than it says';
    ends.sent += count;
    return null;
  }

  #delivered({ subscription, first, count, cause }: EntryOf<'deliver'>): string | null {
    const sent = this.#causeOf(cause, 'dispatch');
    if (sent?.subscription !== subscription || sent.first !== first || sent.count !== count) {
      return 'delivers what was not dispatched';
    }
    return this.#once(sent, 'delivers again what was delivered');
  }

  #ended({ stage, callback, cause }: EntryOf<'end'>): string | null {
    const begin = this.#causeOf(cause, 'begin');
    if (begin?.stage !== stage || begin.callback !== callback) return `ends a ${callback} that had not begun`;
    return this.#once(begin, `ends a ${callback} again`);
  }

  #once({ seq }: TraceEntry, problem: string): string | null {
    if (this.#answered.has(seq)) return problem;
    this.#answered.add(seq);
    return null;
  }

  /** What is wrong with who records something of a subscription. */
  #endOf(
    { stage, subscription, type }: EntryOf<'ask' | 'asked' | 'dispatch' | 'deliver'>,
    end: 'producer' | 'consumer',
  ): string | null {
    const ends = this.#subscriptions.get(subscription);
    if (!ends) return `is of "${subscription}", which nobody has made`;
    return ends[end] === stage ? null : `is "${type}" of a stage that is not the ${end}`;
  }

  #meet(id: SubscriptionId, ends: Omit<Ends, 'sent'>): void {
    if (!this.#subscriptions.has(id)) this.#subscriptions.set(id, { ...ends, sent: 0 });
  }

  #causeOf<Type extends TraceEntry['type']>(cause: Seq | null, type: Type): EntryOf<Type> | null {
    const entry = cause === null ? undefined : this.#entries.get(cause);
    return entry && isOf(entry, type) ? entry : null;
  }

  /** Stages of the plan, and what is named after one: children, streams. */
  #isKnown(stage: StageId): boolean {
    if (this.#names.has(stage)) return true;
    for (let end = stage.indexOf('/'); end > 0; end = stage.indexOf('/', end + 1)) {
      if (this.#names.has(stage.slice(0, end))) return true;
    }
    return false;
  }
}

function isOf<Type extends TraceEntry['type']>(entry: TraceEntry, type: Type): entry is EntryOf<Type> {
  return entry.type === type;
}

function isCount(count: number): boolean {
  return Number.isSafeInteger(count) && count >= 0;
}
