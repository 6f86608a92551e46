import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, emptyState, Replay, replay, type PipelineState } from '../../../engine/trace/replay.ts';
import type { TraceEntry } from '../../../engine/trace/trace-entry.ts';
import { entriesOf, PLAN, traces } from './entries.ts';

const LINK = 'printer←evens';

/** One ask of 4, answered by a batch of 3, handled in one go. */
const ROUND = entriesOf(
  { type: 'start', stage: 'evens', kind: 'producerConsumer', state: { next: 0 } },
  { type: 'start', stage: 'printer', kind: 'consumer', state: null },
  {
    type: 'subscribe',
    stage: 'printer',
    subscription: LINK,
    producer: 'evens',
    mode: 'automatic',
    maxDemand: 4,
    minDemand: 2,
    cancel: 'permanent',
  },
  { type: 'subscribed', stage: 'evens', subscription: LINK, consumer: 'printer', cause: 3 },
  { type: 'ask', stage: 'printer', subscription: LINK, count: 4, pending: 4, cause: 3 },
  { type: 'asked', stage: 'evens', subscription: LINK, count: 4, open: 4, cause: 5 },
  { type: 'dispatch', stage: 'evens', subscription: LINK, first: 0, count: 3, events: [2, 4, 6], open: 1 },
  { type: 'deliver', stage: 'printer', subscription: LINK, first: 0, count: 3, cause: 7 },
  {
    type: 'begin',
    stage: 'printer',
    callback: 'handleEvents',
    subscription: LINK,
    count: 2,
    events: [2, 4],
    cause: 8,
  },
  {
    type: 'end',
    stage: 'printer',
    callback: 'handleEvents',
    count: 0,
    emitted: [],
    state: 2,
    pending: 2,
    cause: 9,
  },
);

const at = (n: number) => replay(PLAN, ROUND, n);

describe('replay()', () => {
  it('starts with absent stages and quiet subscriptions', () => {
    const state = at(0);
    expect(Object.values(state.stages).map(({ status }) => status)).toEqual(['absent', 'absent', 'absent']);
    expect(state.subscriptions[LINK]).toMatchObject({
      active: false,
      pending: 0,
      maxDemand: 4,
      minDemand: 2,
    });
  });

  it('shows an ask between its sending and its arrival', () => {
    expect(at(5).subscriptions[LINK]).toMatchObject({
      pending: 4,
      open: 0,
      asksInFlight: [{ seq: 5, count: 4 }],
    });
    expect(at(6).subscriptions[LINK]).toMatchObject({ pending: 4, open: 4, asksInFlight: [] });
  });

  it('shows a batch between dispatch and delivery, then in the hands of the consumer', () => {
    expect(at(7).subscriptions[LINK]).toMatchObject({
      open: 1,
      dispatched: 3,
      eventsInFlight: [{ seq: 7, first: 0, count: 3, events: [2, 4, 6] }],
    });
    expect(at(8).subscriptions[LINK]?.eventsInFlight).toEqual([]);
    expect(at(8).stages['printer']?.inHand).toEqual([2, 4, 6]);
  });

  it('takes handled events out of the hands when handleEvents has returned', () => {
    expect(at(9).stages['printer']).toMatchObject({ status: 'busy', callback: 'handleEvents', handled: 0 });
    expect(at(10).stages['printer']).toMatchObject({
      status: 'idle',
      callback: null,
      handled: 2,
      inHand: [6],
      state: 2,
    });
    expect(at(10).subscriptions[LINK]).toMatchObject({ handled: 2, pending: 2, asked: 4 });
  });

  it('lets a batch arrive whose producer has exited, and drops one whose consumer has', () => {
    const producerGone = advance(at(7), { ...base(8, 'evens'), type: 'exit', reason: 'normal' });
    expect(producerGone.subscriptions[LINK]).toMatchObject({ active: false, open: 0, endedAtProducer: true });
    expect(producerGone.subscriptions[LINK]?.eventsInFlight).toHaveLength(1);
    const consumerGone = advance(at(7), { ...base(8, 'printer'), type: 'exit', reason: 'normal' });
    expect(consumerGone.subscriptions[LINK]).toMatchObject({ active: false, pending: 0, eventsInFlight: [] });
    expect(consumerGone.stages['printer']?.status).toBe('exited');
  });

  it('follows buffer, unbuffer and discard of one stage', () => {
    const buffered = entriesOf(
      { type: 'buffer', stage: 'numbers', added: 7, size: 7, limit: 10 },
      { type: 'discard', stage: 'numbers', count: 2 },
      { type: 'unbuffer', stage: 'numbers', removed: 3, size: 4 },
    );
    expect(replay(PLAN, buffered, 3).stages['numbers']).toMatchObject({ buffered: 4, discarded: 2 });
  });
});

describe('advance()', () => {
  it('never changes the state it is given', () => {
    fc.assert(
      fc.property(traces({ maxLength: 60 }), (entries) => {
        let state = emptyState(PLAN);
        for (const entry of entries) {
          deepFreeze(state);
          state = advance(state, entry);
        }
      }),
    );
  });
});

describe('Replay', () => {
  it('shows the same state at a position whichever way it was reached', () => {
    const visits = fc.array(fc.nat({ max: 900 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(traces({ maxLength: 900 }), visits, (entries, positions) => {
        const kept = new Replay(PLAN, entries);
        for (const n of positions) expect(kept.at(n)).toEqual(replay(PLAN, entries, n));
      }),
      { numRuns: 30 },
    );
  });

  it('keeps to the trace while entries are appended and late ones are inserted near the end', () => {
    const late = fc.array(fc.nat({ max: 700 }), { maxLength: 10 });
    fc.assert(
      fc.property(traces({ maxLength: 700 }), late, fc.nat({ max: 700 }), (entries, missing, n) => {
        const withheld = new Set(missing);
        const early = entries.filter((_, i) => !withheld.has(i)).slice(0, Math.ceil(entries.length * 0.8));
        const kept = new Replay(PLAN, early);
        kept.at(early.length);
        kept.update(entries);
        expect(kept.at(n)).toEqual(replay(PLAN, entries, n));
        expect(kept.at(entries.length)).toEqual(replay(PLAN, entries, entries.length));
      }),
      { numRuns: 30 },
    );
  });

  it('clamps positions to what there is', () => {
    const kept = new Replay(PLAN, ROUND);
    expect(kept.at(-5)).toEqual(kept.at(0));
    expect(kept.at(99)).toEqual(kept.at(ROUND.length));
    expect(kept.length).toBe(10);
  });

  it('gives every position of a long trace the state that folding up to it gives, asked backwards', () => {
    const entries: TraceEntry[] = Array.from({ length: 2_000 }, (_, i) => {
      const entry = ROUND[i % ROUND.length];
      if (!entry) throw new Error('unreachable: ROUND is not empty');
      return { ...entry, seq: i + 1, cause: entry.cause === null ? null : i + 1 - (entry.seq - entry.cause) };
    });
    const kept = new Replay(PLAN, entries);
    const forward: PipelineState[] = [emptyState(PLAN)];
    for (const entry of entries) forward.push(advance(forward.at(-1) ?? emptyState(PLAN), entry));
    for (let n = entries.length; n >= 0; n -= 40) expect(kept.at(n)).toEqual(forward[n]);
  });
});

function base(seq: number, stage: string) {
  return { seq, atMs: seq, worker: 0, stage, cause: null };
}

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
}
