import { expect } from 'vitest';
import {
  advance,
  emptyState,
  findInconsistency,
  type EntryOf,
  type PlanView,
  type SubscriptionState,
  type TraceEntry,
  type VirtualRun,
} from 'sluice';

/** Laws of every run, read from its trace. They assume that no subscription was cancelled and nothing is held back. */
export function expectRunLaws(run: VirtualRun): void {
  expectTraceLaws(run);
  expectConservation(run);
}

/** Those that hold when subscriptions end, too. */
export function expectTraceLaws(run: VirtualRun): void {
  expectCauses(run.entries);
  expectDemand(run.entries);
  expectReplay(run);
  expectOrder(run.entries);
  // Who judges a run by its trace takes one that says otherwise for no trace at all.
  expect(findInconsistency(run.plan, run.entries)).toBeNull();
}

/** Every cause comes before its effect; numbers and times never go back. */
function expectCauses(entries: readonly TraceEntry[]): void {
  const seen = new Set<number>();
  let last = { seq: -1, atMs: 0 };
  for (const entry of entries) {
    law(entry.seq > last.seq, () => `${entry.seq} comes after ${last.seq}`);
    law(entry.atMs >= last.atMs, () => `the time of ${entry.seq} is not before ${last.atMs}`);
    law(entry.cause === null || seen.has(entry.cause), () => `the cause of ${entry.seq} comes before it`);
    seen.add(entry.seq);
    last = entry;
  }
}

/** Reactive Streams 1.1: never more is sent than was asked; and pending demand stays within its bound. */
function expectDemand(entries: readonly TraceEntry[]): void {
  const open = new Map<string, number>();
  const max = new Map<string, number>();
  for (const entry of entries) {
    if (entry.type === 'subscribe') max.set(entry.subscription, entry.maxDemand);
    if (entry.type === 'asked' || entry.type === 'dispatch') {
      const change = entry.type === 'asked' ? entry.count : -entry.count;
      const now = (open.get(entry.subscription) ?? 0) + change;
      open.set(entry.subscription, now);
      law(now >= 0, () => `open demand of ${entry.subscription} is not negative at ${entry.seq}: ${now}`);
      law(entry.open === now, () => `open demand is ${now} at ${entry.seq}: ${entry.open}`);
    }
    if (entry.type === 'ask') {
      const bound = max.get(entry.subscription) ?? 0;
      law(
        entry.pending <= bound,
        () => `no more than ${bound} are pending at ${entry.seq}: ${entry.pending}`,
      );
    }
  }
}

/** After every entry the replayed state counts what the trace says: asked, handled, and all that is on its way. */
function expectReplay({ plan, entries }: VirtualRun): void {
  const counts = new Map(plan.subscriptions.map(({ id }) => [id, new Counts()]));
  const batches = new Map<string, { readonly counts: Counts | undefined; readonly count: number }>();
  let state = emptyState(plan);
  for (const entry of entries) {
    const own = 'subscription' in entry ? counts.get(entry.subscription ?? '') : undefined;
    if (own && entry.type === 'ask') own.asked += entry.count;
    if (own && entry.type === 'asked') own.taken += entry.count;
    if (own && entry.type === 'dispatch') own.dispatched += entry.count;
    if (own && entry.type === 'deliver') own.delivered += entry.count;
    if (isBatch(entry)) batches.set(entry.stage, { counts: own, count: entry.count ?? 0 });
    if (entry.type === 'end' && entry.callback === 'handleEvents') {
      const batch = batches.get(entry.stage);
      if (batch?.counts) batch.counts.handled += batch.count;
    }
    // What has ended on one side counts no more there.
    if (own && entry.type === 'cancel') counts.delete(entry.subscription ?? '');
    if (entry.type === 'exit') for (const id of subscriptionsOf(plan, entry.stage)) counts.delete(id);
    state = advance(state, entry);
    for (const [id, expected] of counts) {
      const shown = state.subscriptions[id];
      const wrong = shown && expected.differsFrom(shown);
      law(!wrong, () => `${id} after ${entry.seq}: ${wrong}`);
    }
  }
}

function subscriptionsOf({ subscriptions }: PlanView, stage: string): readonly string[] {
  return subscriptions
    .filter(({ consumer, producer }) => consumer === stage || producer === stage)
    .map(({ id }) => id);
}

/** What a trace says of one subscription, in events. */
class Counts {
  asked = 0;
  taken = 0;
  dispatched = 0;
  delivered = 0;
  handled = 0;

  /** The first of a replayed subscription's counts that is not as it must be, in words. */
  differsFrom(shown: SubscriptionState): string | null {
    const pairs: readonly (readonly [string, number, number])[] = [
      ['pending', shown.pending, this.asked - this.handled],
      ['open', shown.open, this.taken - this.dispatched],
      ['asked', shown.asked, this.asked],
      ['dispatched', shown.dispatched, this.dispatched],
      ['handled', shown.handled, this.handled],
      ['asks in flight', sum(shown.asksInFlight, ({ count }) => count), this.asked - this.taken],
      ['events in flight', sum(shown.eventsInFlight, ({ count }) => count), this.dispatched - this.delivered],
    ];
    const wrong = pairs.find(([, is, must]) => is !== must);
    return wrong ? `${wrong[0]} is ${wrong[1]}, must be ${wrong[2]}` : null;
  }
}

/** As `expect`, but quick enough for every entry of a long trace. */
function law(holds: boolean, says: () => string): void {
  if (!holds) expect.fail(says());
}

/** Events of a subscription arrive as they were sent, without gaps, and are handled in that order. */
function expectOrder(entries: readonly TraceEntry[]): void {
  const sent = new Map<string, unknown[]>();
  const delivered = new Map<string, number>();
  const handled = new Map<string, unknown[]>();
  for (const entry of entries) {
    if (entry.type === 'dispatch') {
      const all = sent.get(entry.subscription) ?? [];
      law(entry.first === all.length, () => `${entry.seq} begins with event ${all.length}: ${entry.first}`);
      all.push(...entry.events);
      sent.set(entry.subscription, all);
    }
    if (entry.type === 'deliver') {
      const next = delivered.get(entry.subscription) ?? 0;
      law(entry.first === next, () => `${entry.seq} delivers from event ${next} on: ${entry.first}`);
      delivered.set(entry.subscription, entry.first + entry.count);
    }
    if (isBatch(entry)) {
      const all = handled.get(entry.subscription) ?? [];
      all.push(...(entry.events ?? []));
      handled.set(entry.subscription, all);
    }
  }
  for (const [subscription, events] of handled) {
    expect(events).toEqual((sent.get(subscription) ?? []).slice(0, events.length));
  }
}

/** Made = sent + buffered + discarded; and nobody sits on events while somebody waits for them. */
function expectConservation(run: VirtualRun): void {
  const { entries, plan, ended } = run;
  // An ended budget may cut a step in the middle.
  if (ended === 'budget') return;
  for (const { id, kind } of plan.stages) {
    if (kind === 'consumer') continue;
    const own = entries.filter((entry) => entry.stage === id);
    const made = sum(own, (entry) => (entry.type === 'end' ? entry.count : 0));
    const dispatched = sum(own, (entry) => (entry.type === 'dispatch' ? entry.count : 0));
    const discarded = sum(own, (entry) => (entry.type === 'discard' ? entry.count : 0));
    const buffered = own.findLast((entry) => entry.type === 'buffer' || entry.type === 'unbuffer')?.size ?? 0;
    expect(made, `events made by ${id}`).toBe(dispatched + discarded + buffered);
    const waiting = plan.subscriptions.filter(({ producer }) => producer === id);
    const open = sum(waiting, ({ id: subscription }) => openAtEnd(entries, subscription));
    if (open > 0) expect(buffered, `events kept back by ${id}`).toBe(0);
  }
}

function openAtEnd(entries: readonly TraceEntry[], subscription: string): number {
  const last = entries.findLast(
    (entry) => (entry.type === 'asked' || entry.type === 'dispatch') && entry.subscription === subscription,
  );
  return last && 'open' in last ? last.open : 0;
}

function isBatch(entry: TraceEntry): entry is EntryOf<'begin'> & { readonly subscription: string } {
  return entry.type === 'begin' && entry.callback === 'handleEvents' && entry.subscription !== undefined;
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}
