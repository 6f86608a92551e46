import { expect } from 'vitest';
import type { EntryOf, TraceEntry, VirtualRun } from 'sluice';

/** Laws of every run, read from its trace. They assume that no subscription was cancelled and nothing is held back. */
export function expectRunLaws(run: VirtualRun): void {
  expectCauses(run.entries);
  expectDemand(run.entries);
  expectOrder(run.entries);
  expectConservation(run);
}

/** Every cause comes before its effect; numbers and times never go back. */
function expectCauses(entries: readonly TraceEntry[]): void {
  const seen = new Set<number>();
  let last = { seq: -1, atMs: 0 };
  for (const entry of entries) {
    expect(entry.seq).toBeGreaterThan(last.seq);
    expect(entry.atMs).toBeGreaterThanOrEqual(last.atMs);
    if (entry.cause !== null) expect(seen.has(entry.cause), `cause of ${entry.seq}`).toBe(true);
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
    if (entry.type === 'asked') {
      const now = (open.get(entry.subscription) ?? 0) + entry.count;
      open.set(entry.subscription, now);
      expect(entry.open).toBe(now);
    }
    if (entry.type === 'dispatch') {
      const now = (open.get(entry.subscription) ?? 0) - entry.count;
      open.set(entry.subscription, now);
      expect(now, `open demand of ${entry.subscription}`).toBeGreaterThanOrEqual(0);
      expect(entry.open).toBe(now);
    }
    if (entry.type === 'ask') expect(entry.pending).toBeLessThanOrEqual(max.get(entry.subscription) ?? 0);
  }
}

/** Events of a subscription arrive as they were sent, without gaps, and are handled in that order. */
function expectOrder(entries: readonly TraceEntry[]): void {
  const sent = new Map<string, unknown[]>();
  const delivered = new Map<string, number>();
  const handled = new Map<string, unknown[]>();
  for (const entry of entries) {
    if (entry.type === 'dispatch') {
      const all = sent.get(entry.subscription) ?? [];
      expect(entry.first).toBe(all.length);
      sent.set(entry.subscription, [...all, ...entry.events]);
    }
    if (entry.type === 'deliver') {
      expect(entry.first).toBe(delivered.get(entry.subscription) ?? 0);
      delivered.set(entry.subscription, entry.first + entry.count);
    }
    if (isBatch(entry)) {
      handled.set(entry.subscription, [...(handled.get(entry.subscription) ?? []), ...(entry.events ?? [])]);
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
