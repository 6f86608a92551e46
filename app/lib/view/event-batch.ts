import type { EntryOf, StageId, SubscriptionId } from 'sluice';
import type { Maker, Run } from './event-origins.ts';

/** A callback that ran, with the events it was given and those it returned. */
export interface Call extends Maker {
  readonly begin: EntryOf<'begin'>;
  /** `null` while it runs, and where its stage was ended meanwhile. */
  end: EntryOf<'end'> | EntryOf<'crash'> | null;
  /** Of `handleEvents`: the batch that it was given a part of. */
  readonly batch: Batch | null;
  /** Index on the subscription of the first event it was given. */
  readonly from: number;
  /** Events it was given. */
  readonly count: number;
  /** The windows that its events were put into; `null`: none, or the trace does not tell. */
  assigned: EntryOf<'assign'> | null;
  /** What was sent of the events it returned, in the order of sending. */
  readonly gave: Gave[];
}

/** Events that a callback returned and that were sent together; the first of them is the `at`-th on its subscription. */
export interface Gave {
  readonly batch: Batch;
  readonly at: number;
  readonly run: Run<Call>;
}

/** Events that were sent together. */
export interface Batch {
  readonly link: Link;
  /** Index on the subscription of its first event. */
  readonly first: number;
  readonly count: number;
  /** `null` until the worker of the producer has told of it. */
  sent: EntryOf<'dispatch'> | null;
  /** The consumer takes it from its mailbox; `null` before. */
  taken: EntryOf<'deliver'> | null;
  /** The work that its consumer was at, or had just begun, as it took it; `null` before. */
  stretch: Stretch | null;
  /** Where its events come from, in order. */
  runs: readonly Run<Call>[];
  /** The parts in which it was handled, in order. */
  readonly calls: Call[];
  /** It came to nobody. */
  lost: EntryOf<'lost'> | null;
}

/** A stretch of time in which a stage was at work without a pause that a clock shows, ms. */
export interface Stretch {
  readonly sinceMs: number;
  /** `Infinity` while it lasts. */
  untilMs: number;
  /** The batch with whose delivery it began; `null`: it began with something else. */
  readonly opener: Batch | null;
  /** The one before it; `null`: it is the first. */
  readonly before: Stretch | null;
}

/** Events `from` … `to - 1` of a subscription, lost after they were sent. */
export interface Loss {
  readonly from: number;
  readonly to: number;
  readonly entry: EntryOf<'lost'>;
}

/** All events of one subscription. */
export interface Link {
  readonly id: SubscriptionId;
  readonly producer: StageId;
  readonly consumer: StageId;
  /** What the consumer has taken waits there until it is asked for events itself: it is a producerConsumer. */
  readonly isQueueing: boolean;
  /** In order of their first event, without gaps. */
  readonly batches: Batch[];
  readonly losses: Loss[];
  /** From then on, what travels on it takes so much longer. */
  readonly slowed: { readonly atMs: number; readonly delayMs: number }[];
  /** Events that the consumer has taken, or lost from its mailbox. */
  taken: number;
  /** Of these, events that are over: handled, or lost. */
  over: number;
}

/** Events of a subscription, in all. */
export function sentOn({ batches }: Link): number {
  const last = batches.at(-1);
  return last ? last.first + last.count : 0;
}

/** When a batch can have been at its consumer at the earliest, ms: links may be slow. Not known: `Infinity`. */
export function reachableMs({ link, sent }: Batch): number {
  if (!sent) return Infinity;
  return sent.atMs + (link.slowed.findLast(({ atMs }) => atMs <= sent.atMs)?.delayMs ?? 0);
}
