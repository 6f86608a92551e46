import type { LostWhere, RunUpdate, TraceEntry } from 'sluice';
import { explained } from './unexplained.ts';

/** Where events are lost by the stage that makes or keeps them. */
const AT_ITS_MAKER: ReadonlySet<LostWhere> = new Set(['step', 'buffer', 'held', 'dispatcher']);
/** Where they are lost before their consumer has taken them. */
const ON_THE_WAY: ReadonlySet<LostWhere> = new Set(['mailbox', 'flight']);

/**
 * The account of a run in which workers were killed, by numbers: what a dead worker has not told nobody can follow event by
 * event, but everything that others have seen of it is somewhere. Sent = handled + waiting + lost for every subscription of
 * every life; made = sent + stored + left out + lost for every stage that sends each event once.
 *
 * @throws {Unexplained}
 */
export function accountByNumbers(
  { entries, stages, plan }: RunUpdate,
  sendsOnce: (stage: string) => boolean,
): void {
  const own = (id: string) => entries.filter(({ stage }) => stage === id);
  const isAlive = (id: string) => {
    const status = stages.find(({ stage }) => stage === id)?.status;
    return status !== undefined && status !== 'exited' && status !== 'crashed';
  };
  for (const { id, kind } of plan?.stages ?? []) {
    if (kind === 'consumer' || !sendsOnce(id)) continue;
    const all = own(id);
    const parts = {
      sent: total(all, 'dispatch'),
      discarded: total(all, 'discard'),
      dropped: total(all, 'drop'),
      buffered: isAlive(id) ? (stages.find(({ stage }) => stage === id)?.buffered ?? 0) : 0,
      queued: isAlive(id) ? queuedIn(all) : 0,
      lost: lost(all, ({ where, subscription }) =>
        where === 'worker' ? subscription === undefined : AT_ITS_MAKER.has(where),
      ),
    };
    const made = total(all, 'end');
    explained(made === sum(parts), () => `"${id}" has made ${made} events: ${JSON.stringify(parts)}`);
  }
  for (const { id, consumer, producer } of subscriptionsIn(entries)) {
    const all = entries.filter((entry) => 'subscription' in entry && entry.subscription === id);
    const arrived = total(all, 'deliver') + lost(all, ({ where }) => ON_THE_WAY.has(where));
    // What a dead worker had sent and not told of is known from what has arrived.
    const sent = Math.max(total(all, 'dispatch'), arrived);
    const parts = { handled: handledOn(id, own(consumer)), lost: lost(all, () => true), waiting: 0 };
    // A producerConsumer keeps what has come until somebody wants its events.
    const kind = plan?.stages.find((stage) => stage.id === consumer)?.kind;
    if (isAlive(consumer) && kind === 'producerConsumer')
      parts.waiting = Math.max(
        0,
        total(all, 'deliver') - sum(parts) + lost(all, ({ where }) => ON_THE_WAY.has(where)),
      );
    explained(
      sent === sum(parts),
      () => `${id} (from "${producer}") was sent ${sent}: ${JSON.stringify(parts)}`,
    );
  }
}

interface Ends {
  readonly id: string;
  readonly consumer: string;
  readonly producer: string;
}

/** The subscriptions that either end has told of. */
function subscriptionsIn(entries: readonly TraceEntry[]): readonly Ends[] {
  const known = new Map<string, Ends>();
  for (const { stage, ...entry } of entries) {
    if (entry.type === 'subscribe')
      known.set(entry.subscription, { id: entry.subscription, consumer: stage, producer: entry.producer });
    if (entry.type === 'subscribed')
      known.set(entry.subscription, { id: entry.subscription, consumer: entry.consumer, producer: stage });
  }
  return [...known.values()];
}

/** Events of a subscription in batches that `handleEvents` has come back from. */
function handledOn(subscription: string, own: readonly TraceEntry[]): number {
  let [handled, inHand] = [0, 0];
  for (const entry of own) {
    if (entry.type === 'begin' && entry.callback === 'handleEvents')
      inHand = entry.subscription === subscription ? (entry.count ?? 0) : 0;
    if (entry.type === 'exit' || entry.type === 'crash') inHand = 0;
    if (entry.type !== 'end' || entry.callback !== 'handleEvents') continue;
    handled += inHand;
    inHand = 0;
  }
  return handled;
}

/** Events that the dispatcher keeps, in the life that lasts. */
function queuedIn(own: readonly TraceEntry[]): number {
  const queues = new Map<unknown, number>();
  for (const entry of own) {
    if (entry.type === 'start') queues.clear();
    if (entry.type === 'queue') queues.set(entry.partition, entry.size);
  }
  return [...queues.values()].reduce((all, size) => all + size, 0);
}

type Lost = Extract<TraceEntry, { readonly type: 'lost' }>;

function lost(entries: readonly TraceEntry[], counts: (entry: Lost) => boolean): number {
  return entries.reduce((all, entry) => all + (entry.type === 'lost' && counts(entry) ? entry.count : 0), 0);
}

function total(entries: readonly TraceEntry[], type: TraceEntry['type']): number {
  return entries.reduce(
    (all, entry) => all + (entry.type === type && 'count' in entry ? (entry.count ?? 0) : 0),
    0,
  );
}

function sum(parts: Readonly<Record<string, number>>): number {
  return Object.values(parts).reduce((all, part) => all + part, 0);
}
