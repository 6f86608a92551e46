import { describe, expect, it } from 'vitest';
import {
  broadcastDispatcher,
  consumer,
  demandDispatcher,
  partitionDispatcher,
  pipeline,
  producer,
  runVirtual,
  sleep,
  type DispatcherSpec,
} from 'sluice';
import { RunAccounts } from '$lib/view/accounts/run-accounts.ts';
import {
  deliveryColumns,
  deliveryRows,
  deliverySentences,
  holders,
  momentSentence,
} from '$lib/inspect/deliveries/deliveries-view.ts';
import { keyFields, likelyKey } from '$lib/inspect/deliveries/event-key.ts';
import { LaneFold } from '$lib/inspect/deliveries/lane-fold.ts';
import { lanesView, orderSentence } from '$lib/inspect/deliveries/lanes-view.ts';

interface Consumer {
  readonly name: string;
  readonly pauseMs: number;
  readonly options?: object;
}

/** The accounts of a run of one source and its consumers, and the source's. */
async function accountsOf(
  events: readonly unknown[],
  dispatcher: DispatcherSpec,
  consumers: readonly Consumer[],
) {
  const source = producer({
    init: () => 0,
    handleDemand: (demand, next) => ({
      events: events.slice(next, next + demand),
      state: Math.min(next + demand, events.length),
    }),
    dispatcher,
  });
  const plan = pipeline(({ start, subscribe }) => {
    const to = start('source', source);
    for (const { name, pauseMs, options = {} } of consumers) {
      const sink = consumer({ handleEvents: (all) => sleep(pauseMs * all.length) });
      subscribe(start(name, sink), { to, maxDemand: 4, minDemand: 2, ...options });
    }
  });
  const run = await runVirtual(plan, { seed: 0 });
  const accounts = new RunAccounts(run.plan);
  accounts.update(run.entries);
  const maker = accounts.maker('source');
  if (!maker) throw new Error('the source has emitted');
  const columnsAt = (at: number) => deliveryColumns(run.plan, accounts, maker, at);
  return { ...run, accounts, maker, columnsAt, end: run.entries.length };
}

const NUMBERS = Array.from({ length: 40 }, (_, i) => i);
const FAST_AND_SLOW = [
  { name: 'fast', pauseMs: 1 },
  { name: 'slow', pauseMs: 10 },
];

describe('deliveries of a broadcast', () => {
  it('aligns the events of all consumers by their emission', async () => {
    const { accounts, maker, columnsAt, end } = await accountsOf(
      NUMBERS,
      broadcastDispatcher(),
      FAST_AND_SLOW,
    );
    const rows = deliveryRows(accounts, maker, columnsAt(end), { from: 0, to: 40, at: end });
    expect(rows.map(({ glyph }) => glyph?.label)).toEqual(NUMBERS.map(String));
    // The first ask of the first consumer was met before the second had subscribed.
    const slow = rows.map(({ cells }) => cells[1]?.kind);
    expect(rows.every(({ cells }) => cells[0]?.kind === 'handled')).toBe(true);
    expect(slow.slice(0, 5)).toEqual(['absent', 'absent', 'absent', 'absent', 'handled']);
    expect(slow.lastIndexOf('absent')).toBe(3);
    expect(rows[7]?.cells.map(({ event }) => event)).toEqual([
      { subscription: 'fast←source', index: 7 },
      { subscription: 'slow←source', index: 3 },
    ]);
  });

  it('names who holds the others up', async () => {
    const { maker, columnsAt, end } = await accountsOf(NUMBERS, broadcastDispatcher(), FAST_AND_SLOW);
    const held = Array.from({ length: end }, (_, n) => columnsAt(n + 1)).filter(
      (columns) => holders(columns)[0]?.consumer === 'slow' && holders(columns)[0]?.open === 0,
    );
    expect(held.length).toBeGreaterThan(0);
    const said = deliverySentences(maker, held.at(-1) ?? []);
    expect(said[0]).toMatch(
      /^“slow” holds all of them up: it has asked for nothing more, while “fast” has asked for \d\.$/,
    );
    expect(deliverySentences(maker, columnsAt(end)).join(' ')).toMatch(
      /In \d+ of \d+ rounds “slow” was the last to ask/,
    );
  });

  it('tells what a selector refused from what was not there', async () => {
    const odd = { selector: (n: number) => n % 2 === 1 };
    const { accounts, maker, columnsAt, end } = await accountsOf(NUMBERS, broadcastDispatcher(), [
      { name: 'all', pauseMs: 0 },
      { name: 'odd', pauseMs: 0, options: odd },
    ]);
    const columns = columnsAt(end);
    const rows = deliveryRows(accounts, maker, columns, { from: 0, to: 40, at: end });
    expect(
      rows.slice(4).every(({ cells }, i) => cells[1]?.kind === (i % 2 === 1 ? 'handled' : 'refused')),
    ).toBe(true);
    expect(columns[1]).toMatchObject({ sent: 18, refused: 18, handled: 18 });
  });
});

describe('deliveries by demand', () => {
  it('gives less to a consumer that asks less, and each event to one of them', async () => {
    const { accounts, maker, columnsAt, end } = await accountsOf(NUMBERS, demandDispatcher(), FAST_AND_SLOW);
    const columns = columnsAt(end);
    const rows = deliveryRows(accounts, maker, columns, { from: 0, to: 40, at: end });
    expect(rows.every(({ cells }) => cells.filter(({ kind }) => kind === 'handled').length === 1)).toBe(true);
    expect(columns.map(({ sent }) => sent)).toEqual([34, 6]);
    expect(deliverySentences(maker, columns)).toEqual([
      '“fast” got 85\u00a0% of the events and “slow” 15\u00a0%: who asks more gets more. An even share would be 50\u00a0%.',
    ]);
  });
});

describe('partition lanes', () => {
  /** 60 orders, of which 36 are for elixir. */
  const ORDERS = Array.from({ length: 60 }, (_, i) => ({
    item: i,
    key: i % 5 < 3 ? 'elixir' : `tea ${i % 4}`,
  }));
  const LANES = [0, 1, 2, 3].map((partition) => ({
    name: `lane ${partition}`,
    pauseMs: 5,
    options: { partition },
  }));
  const byKey = partitionDispatcher({
    partitions: 4,
    hash: (order: { key: string }) => [
      order,
      order.key === 'elixir' ? 0 : (Number(order.key.at(-1)) % 3) + 1,
    ],
  });

  it('reads keys, shares and order from the run', async () => {
    const { accounts, maker, columnsAt, end } = await accountsOf(ORDERS, byKey, LANES);
    const fields = keyFields(maker);
    expect(fields).toEqual(['item', 'key']);
    const choice = likelyKey(fields);
    expect(choice).toEqual({ type: 'field', name: 'key' });
    const fold = new LaneFold(accounts, maker, choice);
    const view = lanesView(maker, columnsAt(end), fold.at(end), end);
    expect(view.lanes.map(({ got }) => got)).toEqual([36, 12, 6, 6]);
    expect(view.keys[0]).toMatchObject({ text: 'elixir', count: 36, share: 0.6, lanes: ['0'] });
    expect(view.sentences[0]).toBe(
      'Lane 0 got 60\u00a0% of the events; fair would be 25\u00a0%; the key “elixir” alone is 60\u00a0%.',
    );
    expect(view.moreLanes).toEqual([
      { lanes: 4, least: 0.6 },
      { lanes: 8, least: 0.6 },
      { lanes: 16, least: 0.6 },
    ]);
    expect(view.overtaken).toBe(0);
    expect(view.split).toEqual([]);
    const [hot, ...others] = view.lanes.map(({ p99Ms }) => p99Ms ?? 0);
    expect(hot).toBeGreaterThan(Math.max(...others));
  });

  it('gives the same at a moment, from whichever side it is come to', async () => {
    const { accounts, maker, columnsAt, end } = await accountsOf(ORDERS, byKey, LANES);
    const fold = new LaneFold(accounts, maker, { type: 'field', name: 'key' });
    const half = Math.floor(end / 2);
    const forward = lanesView(maker, columnsAt(half), fold.at(half), half);
    fold.at(end);
    expect(lanesView(maker, columnsAt(half), fold.at(half), half)).toEqual(forward);
    expect(forward.sent).toBeLessThan(60);
  });

  it('finds events of one key in several lanes, and those that were overtaken', async () => {
    const anywhere = partitionDispatcher({
      partitions: 2,
      hash: (order: { item: number }) => [order, order.item % 2],
    });
    const { accounts, maker, columnsAt, end } = await accountsOf(ORDERS, anywhere, [
      { name: 'quick', pauseMs: 1, options: { partition: 0 } },
      { name: 'slow', pauseMs: 20, options: { partition: 1 } },
    ]);
    const fold = new LaneFold(accounts, maker, { type: 'field', name: 'key' });
    const view = lanesView(maker, columnsAt(end), fold.at(end), end);
    expect(view.split).toContain('elixir');
    expect(view.sentences.filter((sentence) => sentence.startsWith('More lanes'))).toEqual([]);
    expect(view.overtaken).toBeGreaterThan(10);
    expect(orderSentence(view)).toContain('handled after a later one of the same key');
    expect(view.first?.key).toBe('"elixir');
  });
});

describe('momentSentence()', () => {
  it('says up to which entry is counted, and of a run that goes on that there may be more', () => {
    const moment = { at: 12_345, atMs: 1_500 };
    expect(momentSentence({ ...moment, isLive: false })).toBe('Counted up to entry 12,345, at 1.5 s.');
    expect(momentSentence({ ...moment, isLive: true })).toBe(
      'Counted up to entry 12,345, at 1.5 s: workers tell a little later what they have done.',
    );
  });
});
