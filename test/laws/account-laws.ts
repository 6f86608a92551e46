import { expect } from 'vitest';
import type { EntryOf, TraceEntry, TraceType } from 'sluice';
import type { MeddledRun } from './meddled-run.ts';
import { hasPartition, isWanted, partitionOf, type Shape, type Sharing } from './random-pipelines.ts';

/** Laws of every run, whatever was done to it: read from its trace and from how its stages stand in the end. */
export function expectAccountLaws(run: MeddledRun, shape: Shape): void {
  const account = new Account(run, shape);
  account.demandIsKept();
  account.deliveriesAreInOrder();
  account.eventsKeepTheirOrder();
  account.everyEventIsAccountedFor();
  account.discardsAreReported();
  account.partitionsKeepTheirKeys();
  account.broadcastsReachEverybody();
  account.nothingIsKeptBack();
}

/** Everything that counts events at the stage that makes or keeps them. */
const KEPT: ReadonlySet<string> = new Set(['buffer', 'held', 'dispatcher', 'step']);

class Account {
  readonly #run: MeddledRun;
  readonly #shape: Shape;
  readonly #byStage = new Map<string, TraceEntry[]>();
  readonly #bySubscription = new Map<string, TraceEntry[]>();

  constructor(run: MeddledRun, shape: Shape) {
    this.#run = run;
    this.#shape = shape;
    for (const entry of run.entries) {
      add(this.#byStage, entry.stage, entry);
      if ('subscription' in entry && entry.subscription !== undefined)
        add(this.#bySubscription, entry.subscription, entry);
    }
  }

  /** Reactive Streams 1.1: never more is sent than was asked. Events a selector refused count as sent. */
  demandIsKept(): void {
    for (const [id, entries] of this.#bySubscription) {
      let open = 0;
      for (const entry of entries) {
        if (entry.type === 'asked') open += entry.count;
        if (entry.type === 'dispatch' || entry.type === 'drop') open -= entry.count;
        if (entry.type !== 'asked' && entry.type !== 'dispatch') continue;
        law(open >= 0, () => `demand of ${id} is never below zero: ${open} at ${entry.seq}`);
        law(entry.open === open, () => `open demand of ${id} at ${entry.seq} is ${open}: ${entry.open}`);
      }
      const asked = total(entries, 'ask') + total(entries, 'drop');
      const sent = total(entries, 'dispatch') + total(entries, 'drop');
      law(sent <= asked, () => `${id} was sent ${sent} events and asked for ${asked}`);
    }
  }

  /** Events of a subscription arrive without gaps in the order they were sent, and are handled in it. */
  deliveriesAreInOrder(): void {
    for (const [id, entries] of this.#bySubscription) {
      let [sent, delivered] = [0, 0];
      for (const entry of entries) {
        if (entry.type === 'dispatch') {
          law(entry.first === sent, () => `${id} sends event ${sent} at ${entry.seq}: ${entry.first}`);
          sent += entry.count;
        }
        if (entry.type === 'deliver') {
          law(
            entry.first === delivered,
            () => `${id} delivers event ${delivered} at ${entry.seq}: ${entry.first}`,
          );
          delivered += entry.count;
        }
      }
      const handled = entries.flatMap((entry) => (isBatch(entry) ? (entry.events ?? []) : []));
      expect(handled, `handled on ${id}`).toEqual(sentOn(entries).slice(0, handled.length));
    }
  }

  /** Events of a subscription are sent in the order in which their stage made them; unless old demand lets newer go first. */
  eventsKeepTheirOrder(): void {
    for (const { id, producer } of this.#run.plan.subscriptions) {
      if (this.#hasOldDemand(producer) || this.#wasHeld) continue;
      const made = this.#made(producer);
      let at = 0;
      for (const event of sentOn(this.#bySubscription.get(id) ?? [])) {
        const found = made.indexOf(event, at);
        law(found >= 0, () => `${id} keeps the order: ${String(event)} comes too late`);
        at = found + 1;
      }
    }
  }

  /** Made = sent + buffered + held + discarded + dropped + queued + lost; sent = handled + waiting + lost. */
  everyEventIsAccountedFor(): void {
    if (!this.#run.rested) return;
    for (const { id, kind } of this.#run.plan.stages) {
      if (kind === 'consumer' || this.#sharing(id).startsWith('broadcast')) continue;
      const own = this.#of(id);
      // Held demand keeps events that no entry tells of until they are let go.
      if (this.#run.stages[id]?.mode === 'accumulate') continue;
      const parts = {
        sent: total(own, 'dispatch'),
        discarded: total(own, 'discard'),
        dropped: total(own, 'drop'),
        buffered: this.#alive(id) ? sizeOf(own, ['buffer', 'unbuffer']) : 0,
        queued: this.#alive(id) ? queuedIn(own) : 0,
        lost: sum(lossesIn(own).filter(({ where }) => KEPT.has(where))),
      };
      const made = total(own, 'end');
      const found = Object.values(parts).reduce((all, part) => all + part, 0);
      law(made === found, () => `${id} made ${made} events: ${JSON.stringify(parts)}`);
    }
    for (const { id, consumer } of this.#run.plan.subscriptions) {
      const entries = this.#bySubscription.get(id) ?? [];
      const [handled, lost] = [this.#handled(id, consumer), sum(lossesIn(entries))];
      // A producerConsumer keeps what has come until somebody downstream wants events.
      const mayWait = (this.#run.stages[consumer]?.queued ?? 0) > 0;
      const parts = { handled, waiting: mayWait ? total(entries, 'deliver') - handled - lost : 0, lost };
      const sent = total(entries, 'dispatch');
      const found = Object.values(parts).reduce((all, part) => all + part, 0);
      law(sent === found, () => `${id} was sent ${sent} events: ${JSON.stringify(parts)}`);
    }
  }

  /** Every discarded event is reported once, and a full buffer is the only reason to discard. */
  discardsAreReported(): void {
    for (const { id, bufferSize } of this.#run.plan.stages) {
      const own = this.#of(id);
      const reported = own
        .filter((entry) => entry.type === 'warning' && entry.code === 'discarded')
        .reduce((all, entry) => all + (entry.type === 'warning' ? (entry.count ?? 0) : 0), 0);
      expect(reported, `discards reported by ${id}`).toBe(total(own, 'discard'));
      for (const [i, entry] of own.entries()) {
        if (entry.type === 'buffer') {
          law(
            entry.size <= (bufferSize ?? Infinity),
            () => `the buffer of ${id} holds ${entry.size} at ${entry.seq}`,
          );
        }
        if (entry.type !== 'discard') continue;
        const stored = own[i - 1];
        law(
          stored?.type === 'buffer' && stored.size === bufferSize,
          () => `${id} discards at ${entry.seq} with a full buffer only`,
        );
      }
    }
  }

  /** The events of a key always go to the same consumer: the one of its partition. */
  partitionsKeepTheirKeys(): void {
    for (const { id, producer } of this.#run.plan.subscriptions) {
      const sharing = this.#sharing(producer);
      if (!sharing.startsWith('partition')) continue;
      const alike = this.#run.plan.subscriptions.filter((one) => one.producer === producer);
      const index = alike.findIndex((one) => one.id === id);
      for (const event of sentOn(this.#bySubscription.get(id) ?? [])) {
        law(
          partitionOf(Number(event), alike.length) === index,
          () => `${String(event)} is of partition ${partitionOf(Number(event), alike.length)}, not of ${id}`,
        );
        law(
          sharing === 'partition' || hasPartition(Number(event)),
          () => `${String(event)} has no partition, and went to ${id}`,
        );
      }
    }
  }

  /** From when all are there, every consumer gets the same events in the same order, but for those it does not want. */
  broadcastsReachEverybody(): void {
    for (const { id } of this.#run.plan.stages) {
      const sharing = this.#sharing(id);
      const own = this.#of(id);
      if (!sharing.startsWith('broadcast') || own.some(({ type }) => type === 'cancel')) continue;
      const alike = this.#run.plan.subscriptions.filter(({ producer }) => producer === id);
      const there = own.filter(({ type }) => type === 'subscribed').length;
      if (there < alike.length) continue;
      const since = own.slice(own.findLastIndex(({ type }) => type === 'subscribed'));
      const wants = (index: number) => (event: unknown) =>
        sharing === 'broadcast' || isWanted(Number(event), index);
      const got = alike.map((one) =>
        since.filter((entry) => 'subscription' in entry && entry.subscription === one.id),
      );
      const rounds = got.map((entries) => total(entries, 'dispatch') + total(entries, 'drop'));
      expect(new Set(rounds).size, `events that ${id} offered to each: ${rounds.join(', ')}`).toBe(1);
      const sent = got.map(sentOn);
      for (const [a, events] of sent.entries()) {
        expect(events.every(wants(a)), `events of ${id} that consumer ${a} wants`).toBe(true);
        for (const [b, others] of sent.entries()) {
          expect(events.filter(wants(b)), `events of ${id} for ${a} and ${b}`).toEqual(
            others.filter(wants(a)),
          );
        }
      }
    }
  }

  /** No deadlock: where demand and events both exist at the end, somebody failed to bring them together. */
  nothingIsKeptBack(): void {
    if (!this.#run.rested) return;
    for (const [id, inside] of Object.entries(this.#run.stages)) {
      law(
        inside.wanted === 0 || inside.queued === 0,
        () => `${id} keeps ${inside.queued} messages back although ${inside.wanted} events are wanted`,
      );
      if (this.#hasOldDemand(id) || inside.mode === 'accumulate') continue;
      const open = this.#run.plan.subscriptions
        .filter(({ producer }) => producer === id)
        .map((one) => openAtEnd(this.#bySubscription.get(one.id) ?? []));
      const sharing = this.#sharing(id);
      const shared = sharing.startsWith('broadcast') ? Math.min(...open) : Math.max(0, ...open);
      law(
        open.length === 0 || shared === 0 || inside.buffered === 0,
        () => `${id} keeps ${inside.buffered} events back although ${shared} are wanted`,
      );
    }
  }

  #of(stage: string): readonly TraceEntry[] {
    return this.#byStage.get(stage) ?? [];
  }

  #made(stage: string): readonly unknown[] {
    return this.#of(stage).flatMap((entry) => (entry.type === 'end' ? entry.emitted : []));
  }

  /** What was held back goes on behind the demand that was held before it, which may have made newer events (GS-142). */
  get #wasHeld(): boolean {
    return this.#run.meddling.some(({ what }) => what === 'hold');
  }

  #alive(stage: string): boolean {
    return this.#run.stages[stage] !== undefined;
  }

  #sharing(stage: string): Sharing | '' {
    const [role, index] = stage.split(' ');
    const { sources, middles } = this.#shape;
    return (role === 'source' ? sources : role === 'middle' ? middles : [])[Number(index)]?.sharing ?? '';
  }

  /**
   * Whether demand was requested that is not what its consumers ask for now: one has left (GS-105, GS-127), one has joined a
   * broadcast after others had asked (GS-115), or what was made for it was for no partition (GS-126) or for one that nobody
   * has (GS-125). An ask that such demand covers empties no buffer, and newer events may go first, as in GenStage.
   */
  #hasOldDemand(stage: string): boolean {
    const own = this.#of(stage);
    if (own.some(({ type }) => type === 'cancel')) return true;
    if (own.some((entry) => entry.type === 'drop' && entry.subscription === undefined)) return true;
    const alike = this.#run.plan.subscriptions.filter(({ producer }) => producer === stage).length;
    const there = own.filter(({ type }) => type === 'subscribed').length;
    if (this.#sharing(stage).startsWith('partition') && there < alike) return true;
    const asked = own.findIndex(({ type }) => type === 'asked');
    const joinedLate = asked >= 0 && own.slice(asked).some(({ type }) => type === 'subscribed');
    return joinedLate && this.#sharing(stage).startsWith('broadcast');
  }

  /** Events of a subscription in batches that `handleEvents` has come back from. */
  #handled(subscription: string, consumer: string): number {
    let [handled, inHand] = [0, 0];
    for (const entry of this.#of(consumer)) {
      if (isBatch(entry)) inHand = entry.subscription === subscription ? (entry.count ?? 0) : 0;
      if (entry.type !== 'end' || entry.callback !== 'handleEvents') continue;
      handled += inHand;
      inHand = 0;
    }
    return handled;
  }
}

function add<Key>(map: Map<Key, TraceEntry[]>, key: Key, entry: TraceEntry): void {
  const all = map.get(key);
  if (all) all.push(entry);
  else map.set(key, [entry]);
}

/** As `expect`, but quick enough for every entry of a long trace. */
function law(holds: boolean, says: () => string): void {
  if (!holds) expect.fail(says());
}

function isBatch(entry: TraceEntry): entry is EntryOf<'begin'> {
  return entry.type === 'begin' && entry.callback === 'handleEvents';
}

function sentOn(entries: readonly TraceEntry[]): readonly unknown[] {
  return entries.flatMap((entry) => (entry.type === 'dispatch' ? entry.events : []));
}

function lossesIn(entries: readonly TraceEntry[]): readonly EntryOf<'lost'>[] {
  return entries.filter((entry) => entry.type === 'lost');
}

function total(entries: readonly TraceEntry[], type: TraceType): number {
  return sum(entries.filter((entry) => entry.type === type));
}

function sum(entries: readonly TraceEntry[]): number {
  return entries.reduce((all, entry) => all + ('count' in entry ? (entry.count ?? 0) : 0), 0);
}

function sizeOf(entries: readonly TraceEntry[], types: readonly TraceType[]): number {
  const last = entries.findLast(({ type }) => types.includes(type));
  return last && 'size' in last ? last.size : 0;
}

function queuedIn(entries: readonly TraceEntry[]): number {
  const queues = new Map<unknown, number>();
  for (const entry of entries) if (entry.type === 'queue') queues.set(entry.partition, entry.size);
  return [...queues.values()].reduce((all, size) => all + size, 0);
}

function openAtEnd(entries: readonly TraceEntry[]): number {
  const open = total(entries, 'asked') - total(entries, 'dispatch') - total(entries, 'drop');
  return entries.some(({ type }) => type === 'cancel') ? 0 : open;
}
