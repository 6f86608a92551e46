import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance } from '../../../engine/trace/advance.ts';
import { emptyState, type PipelineState } from '../../../engine/trace/pipeline-state.ts';
import { Replay, replay } from '../../../engine/trace/replay.ts';
import type { TraceEntry, TraceEvent } from '../../../engine/trace/trace-entry.ts';
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

describe('replay() of a stage that is started again', () => {
  const AGAIN = `${LINK}@2`;
  const crash = { type: 'crash', callback: 'handleEvents', error: { name: 'E', message: 'm' } } as const;
  const restarted = [
    ...ROUND.slice(0, 9),
    ...[
      { ...base(10, 'printer'), type: 'lost', where: 'callback', count: 2, subscription: LINK } as const,
      { ...base(11, 'printer'), type: 'lost', where: 'mailbox', count: 1, subscription: LINK } as const,
      { ...base(12, 'printer'), ...crash },
      {
        ...base(13, 'keeper'),
        type: 'restart',
        child: 'printer',
        life: 2,
        restarts: 1,
        reason: 'm',
      } as const,
      { ...base(14, 'printer'), type: 'start', kind: 'consumer', state: 0, life: 2 } as const,
      {
        ...base(15, 'printer'),
        type: 'subscribe',
        subscription: AGAIN,
        producer: 'evens',
        mode: 'automatic',
        maxDemand: 4,
        minDemand: 2,
        cancel: 'permanent',
      } as const,
    ],
  ];
  const state = replay(PLAN, restarted, restarted.length);

  it('shows it alive, in its second life, with nothing in its hands and its counts kept', () => {
    expect(replay(PLAN, restarted, 12).stages['printer']?.status).toBe('crashed');
    expect(state.stages['printer']).toMatchObject({
      status: 'idle',
      life: 2,
      inHand: [],
      handling: null,
      state: 0,
      lost: 3,
    });
    expect(replay(PLAN, restarted, 2).stages['printer']?.life).toBe(1);
  });

  it('leads the subscriptions of both lives to the one of the plan; the old one is over', () => {
    expect(state.subscriptions[LINK]).toMatchObject({ edge: LINK, active: false, lost: 3, pending: 0 });
    expect(state.subscriptions[AGAIN]).toMatchObject({ edge: LINK, active: true, dispatched: 0 });
  });

  it('tells what the supervisor did, and that it gave up', () => {
    expect(state.supervisors['keeper']).toEqual({
      status: 'running',
      restarts: 1,
      recent: 1,
      maxRestarts: 3,
      maxSeconds: 5,
      last: { child: 'printer', life: 2, reason: 'm' },
      reason: null,
    });
    const over = advance(state, { ...base(16, 'keeper'), type: 'exit', reason: 'shutdown' });
    expect(over.supervisors['keeper']).toMatchObject({ status: 'ended', reason: 'shutdown', restarts: 1 });
    expect(Object.keys(over.stages)).toEqual(['numbers', 'evens', 'printer']);
  });

  it('gives a subscription that the plan does not know of an edge of its own', () => {
    const other = advance(state, {
      ...base(16, 'printer'),
      type: 'subscribe',
      subscription: 'printer←numbers',
      producer: 'numbers',
      mode: 'automatic',
      maxDemand: 1,
      minDemand: 0,
      cancel: 'temporary',
    });
    expect(other.subscriptions['printer←numbers']).toMatchObject({ edge: 'printer←numbers', active: true });
  });
});

describe('replay() of dispatchers and tasks', () => {
  it('takes a batch that was lost on its way off the road, and counts it', () => {
    const sent = replay(PLAN, ROUND, 7);
    expect(sent.subscriptions[LINK]?.eventsInFlight).toHaveLength(1);
    const over = advance(sent, {
      ...base(8, 'printer'),
      cause: 7,
      type: 'lost',
      where: 'flight',
      count: 3,
      subscription: LINK,
    });
    expect(over.subscriptions[LINK]).toMatchObject({ eventsInFlight: [], lost: 3 });
  });

  it('counts what selectors refuse at the stage and on the subscription, and what a hash leaves out', () => {
    const drops = entriesOf(
      { type: 'drop', stage: 'evens', count: 2, subscription: LINK },
      { type: 'drop', stage: 'evens', count: 5 },
    );
    const state = replay(PLAN, drops, 2);
    expect(state.stages['evens']?.dropped).toBe(7);
    expect(state.subscriptions[LINK]?.dropped).toBe(2);
  });

  it('follows the queue of each partition, until the stage is gone', () => {
    const queues = entriesOf(
      { type: 'queue', stage: 'evens', partition: 'even', added: 3, removed: 0, size: 3 },
      { type: 'queue', stage: 'evens', partition: 1, added: 2, removed: 0, size: 2 },
      { type: 'queue', stage: 'evens', partition: 'even', added: 0, removed: 1, size: 2 },
      { type: 'exit', stage: 'evens', reason: 'normal' },
    );
    expect(replay(PLAN, queues, 3).stages['evens']?.queues).toEqual({ even: 2, 1: 2 });
    expect(replay(PLAN, queues, 4).stages['evens']?.queues).toEqual({});
  });

  it('knows which tasks run where, and counts how the others ended', () => {
    const tasks = entriesOf(
      { type: 'task', stage: 'evens', task: 'a', phase: 'start', on: 1, value: 7 },
      { type: 'task', stage: 'evens', task: 'b', phase: 'start', on: 2 },
      { type: 'task', stage: 'evens', task: 'a', phase: 'end', on: 1, outcome: 'ok', value: 49 },
      { type: 'task', stage: 'evens', task: 'b', phase: 'end', on: 2, outcome: 'timeout' },
    );
    expect(replay(PLAN, tasks, 2).stages['evens']?.tasks.running).toEqual([
      { task: 'a', on: 1, value: 7 },
      { task: 'b', on: 2, value: null },
    ]);
    expect(replay(PLAN, tasks, 4).stages['evens']?.tasks).toEqual({
      running: [],
      ended: { ok: 1, failed: 0, timeout: 1, shutdown: 0 },
    });
  });
});

describe('replay() of windows', () => {
  const window = { stage: 'evens', type: 'window', window: 'fixed', id: 0, count: 0 } as const;
  const entries = entriesOf(
    { ...window, phase: 'open' },
    { ...window, phase: 'open', id: 60 },
    { stage: 'evens', type: 'watermark', eventMs: 65 },
    { ...window, phase: 'fire', count: 3, trigger: 'done', emitted: 1 },
    { ...window, phase: 'close', count: 3 },
    { stage: 'evens', type: 'late', id: 0, count: 2, events: [1, 2] },
    { stage: 'evens', type: 'exit', reason: 'normal' },
  );
  const windowsAt = (n: number) => replay(PLAN, entries, n).stages['evens']?.windows;

  it('counts those that are open and have fired, and what came too late', () => {
    expect(windowsAt(0)).toEqual({ type: null, open: 0, fired: 0, late: 0, watermarkMs: null });
    expect(windowsAt(2)).toEqual({ type: 'fixed', open: 2, fired: 0, late: 0, watermarkMs: null });
    expect(windowsAt(6)).toEqual({ type: 'fixed', open: 1, fired: 1, late: 2, watermarkMs: 65 });
  });

  it('has none open at a stage that is gone, whose counts stay', () => {
    expect(windowsAt(7)).toMatchObject({ open: 0, fired: 1, late: 2 });
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

  it('shows the same states however few of them it keeps, and whatever it has worked on ahead', () => {
    const visits = fc.array(fc.nat({ max: 300 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(traces({ maxLength: 300 }), visits, fc.nat({ max: 40 }), (entries, positions, ahead) => {
        const kept = new Replay(PLAN, entries, { spacing: 4, checkpoints: 6 });
        for (const n of positions) {
          kept.prepare(ahead);
          expect(kept.at(n)).toEqual(replay(PLAN, entries, n));
        }
        while (kept.prepare(ahead)) continue;
        expect(kept.prepare(ahead)).toBe(false);
        expect(kept.at(entries.length)).toEqual(replay(PLAN, entries, entries.length));
      }),
      { numRuns: 50 },
    );
  });

  it('never changes a state that it has given out', () => {
    fc.assert(
      fc.property(traces({ maxLength: 120 }), (entries) => {
        const kept = new Replay(PLAN, entries, { spacing: 16, checkpoints: 4 });
        for (let n = 0; n <= entries.length; n += 1) deepFreeze(kept.at(n));
        for (let n = entries.length; n >= 0; n -= 7) deepFreeze(kept.at(n));
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

describe('replay() of faults', () => {
  const at = (...events: readonly (TraceEvent & { readonly stage: string })[]) => {
    const entries = entriesOf(...events);
    return replay(PLAN, entries, entries.length);
  };

  it('shows a stage as frozen until it is thawed, ended or started again', () => {
    const start = { type: 'start', stage: 'evens', kind: 'producerConsumer', state: null } as const;
    const freeze = { type: 'fault', fault: 'freeze', stage: 'evens' } as const;
    expect(at(start, freeze).stages['evens']?.frozen).toBe(true);
    expect(at(start, freeze, { ...freeze, fault: 'thaw' }).stages['evens']?.frozen).toBe(false);
    expect(
      at(start, freeze, { type: 'exit', stage: 'evens', reason: 'killed' }).stages['evens']?.frozen,
    ).toBe(false);
    expect(at(start, freeze, { ...start, life: 2 }).stages['evens']?.frozen).toBe(false);
  });

  it('shows a link as slow in all lives of its consumer', () => {
    const slow = {
      type: 'fault',
      fault: 'slowLink',
      stage: 'printer',
      subscription: LINK,
      delayMs: 9,
    } as const;
    const again = {
      type: 'subscribe',
      stage: 'printer',
      subscription: `${LINK}@2`,
      producer: 'evens',
      mode: 'automatic',
      maxDemand: 4,
      minDemand: 2,
      cancel: 'permanent',
    } as const;
    expect(at(slow).subscriptions[LINK]?.slowMs).toBe(9);
    expect(at(slow, again).subscriptions[`${LINK}@2`]?.slowMs).toBe(9);
    expect(at(again, slow, { ...slow, delayMs: 0 }).subscriptions[`${LINK}@2`]?.slowMs).toBe(0);
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
