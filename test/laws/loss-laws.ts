import { expect } from 'vitest';
import { replay, viewOfPlan, type EntryOf, type LostWhere, type TraceEntry } from 'sluice';
import type { Cluster } from '../support/cluster.ts';

/** Where events are lost by the stage that makes or keeps them; elsewhere, by the one that was to handle them. */
const AT_ITS_MAKER: ReadonlySet<LostWhere> = new Set(['step', 'buffer', 'held', 'dispatcher']);

/**
 * Laws of a run at rest, over all lives of its stages: what was made is somewhere, once; what was sent was handled, waits,
 * or is recorded as lost, once; and no life gets what was meant for another.
 */
export function expectLossLaws(cluster: Cluster, entries: readonly TraceEntry[]): void {
  const made: number[] = [];
  let explained = 0;
  for (const { id, definition } of cluster.plan.stages) {
    const { kind } = definition;
    const own = entries.filter(({ stage }) => stage === id);
    const { isAlive, buffered } = standing(cluster, id);
    const lost = lossesIn(own);
    const atMaker = sum(lost.filter(({ where }) => AT_ITS_MAKER.has(where)));
    const queued = isAlive ? queuedIn(own) : 0;
    const kept = total(own, 'discard') + total(own, 'drop') + buffered + queued;
    const emitted = total(own, 'end');
    if (kind === 'producer') {
      for (const entry of own) if (entry.type === 'end') made.push(...entry.emitted.map(Number));
    }
    if (kind === 'consumer') {
      expect(emitted, `what ${id} emitted`).toBe(atMaker);
      explained += handledIn(own) + sum(lost) - atMaker;
    } else {
      expect(emitted, `what ${id} made`).toBe(total(own, 'dispatch') + kept + atMaker);
      explained += kept + sum(lost) + waitingAt(own, isAlive);
    }
  }
  expect(new Set(made).size, 'events, each of them new').toBe(made.length);
  expect(explained, 'where all events are').toBe(made.length);
  expectSubscriptions(cluster, entries);
  expectLives(entries);
  expectNoneReachesAnotherLife(entries);
  expectCounters(cluster, entries);
}

/** Sent = handled + waiting + lost, for every subscription of every life. Handled is what was sent first. */
function expectSubscriptions(cluster: Cluster, entries: readonly TraceEntry[]): void {
  for (const { subscription: id, stage } of entries.filter((entry) => entry.type === 'subscribe')) {
    const own = entries.filter((entry) => 'subscription' in entry && entry.subscription === id);
    const sent = own.flatMap((entry) => (entry.type === 'dispatch' ? entry.events : []));
    const handled = batchesIn(entries.filter((entry) => entry.stage === stage)).filter(
      (batch) => batch.subscription === id,
    );
    const ids = handled.flatMap((batch) => batch.events ?? []);
    const lost = sum(lossesIn(own));
    const waiting = sent.length - ids.length - lost;
    expect(ids, `handled on ${id}`).toEqual(sent.slice(0, ids.length));
    const { queued } = standing(cluster, stage);
    if (queued === 0) expect(waiting, `unexplained on ${id}`).toBe(0);
    else expect(waiting, `waiting on ${id}`).toBeGreaterThanOrEqual(0);
  }
}

/** Every life makes its own subscriptions, and takes part in no other. */
function expectLives(entries: readonly TraceEntry[]): void {
  const current = new Map<string, Set<string>>();
  const all = new Set<string>();
  for (const entry of entries) {
    if (entry.type === 'start') current.set(entry.stage, new Set());
    const own = current.get(entry.stage);
    if (entry.type === 'subscribe') {
      expect(all.has(entry.subscription), `${entry.subscription} is made twice`).toBe(false);
      all.add(entry.subscription);
    }
    if (entry.type === 'subscribe' || entry.type === 'subscribed') own?.add(entry.subscription);
    if (['ask', 'deliver', 'asked', 'dispatch'].includes(entry.type) && 'subscription' in entry) {
      const id = entry.subscription ?? '';
      if (!own?.has(id))
        expect.fail(`${entry.type} at ${entry.stage} (${entry.seq}) is of another life: ${id}`);
    }
  }
}

/**
 * What was meant for a producer that has ended never reaches its next life: once a consumer has heard of an end, nothing
 * happens on that subscription after it; and nothing at all if its producer was not there.
 */
function expectNoneReachesAnotherLife(entries: readonly TraceEntry[]): void {
  for (const down of entries) {
    if (down.type !== 'cancel' || down.kind !== 'down') continue;
    const ended = down.cause ?? -1;
    for (const entry of entries) {
      if (!('subscription' in entry) || entry.subscription !== down.subscription) continue;
      if (entry.stage === down.stage || !AT_PRODUCER.has(entry.type) || entry.seq < ended) continue;
      expect.fail(`${entry.type} of ${down.subscription} (${entry.seq}) comes after the end of its producer`);
    }
  }
}

const AT_PRODUCER: ReadonlySet<string> = new Set(['subscribed', 'asked', 'dispatch', 'cancel']);

/** The counters and the replay say the same as the trace, over all lives. */
function expectCounters(cluster: Cluster, entries: readonly TraceEntry[]): void {
  const last = replay(viewOfPlan(cluster.plan), entries, entries.length);
  for (const host of cluster.hosts) {
    for (const { stage, lost, handled, emitted, discarded } of host.counters().stages) {
      const own = entries.filter((entry) => entry.stage === stage);
      const told = {
        lost: sum(lossesIn(own)),
        handled: handledIn(own),
        emitted: total(own, 'end'),
        discarded: total(own, 'discard'),
      };
      expect({ lost, handled, emitted, discarded }, `counters of ${stage}`).toEqual(told);
      const shown = last.stages[stage];
      expect(
        { lost: shown?.lost, handled: shown?.handled, emitted: shown?.emitted, discarded: shown?.discarded },
        `replay of ${stage}`,
      ).toEqual(told);
    }
  }
}

/** How a stage stands at the end; one that has ended has nothing. */
function standing(cluster: Cluster, id: string) {
  const host = cluster.hostOf(id);
  const isAlive = host.counters().stages.find(({ stage }) => stage === id)?.status === 'waiting';
  const { buffered = 0, queued = 0 } = (isAlive && host.snapshot(id)) || {};
  return { isAlive, buffered, queued };
}

/** Events that a producerConsumer has taken and that wait for demand. */
function waitingAt(own: readonly TraceEntry[], isAlive: boolean): number {
  if (!isAlive) return 0;
  const lost = lossesIn(own).filter(({ where }) => where === 'queue' || where === 'callback');
  return sum(own.filter(({ type }) => type === 'deliver')) - handledIn(own) - sum(lost);
}

/** Batches that handleEvents has returned from. */
function batchesIn(own: readonly TraceEntry[]): readonly EntryOf<'begin'>[] {
  const done: EntryOf<'begin'>[] = [];
  let open: EntryOf<'begin'> | null = null;
  for (const entry of own) {
    if (entry.type === 'begin' && entry.callback === 'handleEvents') open = entry;
    if (entry.type === 'end' && entry.callback === 'handleEvents' && open) {
      done.push(open);
      open = null;
    }
    if (entry.type === 'exit' || entry.type === 'crash') open = null;
  }
  return done;
}

function handledIn(own: readonly TraceEntry[]): number {
  return sum(batchesIn(own));
}

function lossesIn(entries: readonly TraceEntry[]): readonly EntryOf<'lost'>[] {
  return entries.filter((entry) => entry.type === 'lost');
}

/** Events that the dispatcher keeps, in the life that lasts. */
function queuedIn(own: readonly TraceEntry[]): number {
  const begins = own.findLastIndex(({ type }) => type === 'start');
  const queues = new Map<unknown, number>();
  for (const entry of own.slice(begins)) if (entry.type === 'queue') queues.set(entry.partition, entry.size);
  return [...queues.values()].reduce((all, size) => all + size, 0);
}

function total(entries: readonly TraceEntry[], type: 'dispatch' | 'end' | 'discard' | 'drop'): number {
  return sum(entries.filter((entry) => entry.type === type));
}

function sum(entries: readonly TraceEntry[]): number {
  return entries.reduce((all, entry) => all + ('count' in entry ? (entry.count ?? 0) : 0), 0);
}
