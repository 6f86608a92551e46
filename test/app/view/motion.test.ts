import { describe, expect, it } from 'vitest';
import { Replay, type PipelineState, type VirtualRun } from 'sluice';
import { RECENT_ENTRIES, stillTraffic, Traffic, TRAVEL_MS, type EdgeTraffic } from '$lib/view/motion.ts';
import { firstRun } from './first-run.ts';

const LINK = 'evens←numbers';

/** The state just after the first entry of a type, and the state just before it. */
async function around(
  type: string,
): Promise<{ run: VirtualRun; before: PipelineState; after: PipelineState }> {
  const run = await firstRun({ entryBudget: 200 });
  const n = run.entries.findIndex(
    (entry) => entry.type === type && 'subscription' in entry && entry.subscription === LINK,
  );
  expect(n).toBeGreaterThan(0);
  const replay = new Replay(run.plan, run.entries);
  return { run, before: replay.at(n), after: replay.at(n + 1) };
}

function edgeOf(traffic: Traffic, nowMs: number): EdgeTraffic {
  const edge = traffic.frame(nowMs)[LINK];
  if (!edge) throw new Error(`no traffic on ${LINK}`);
  return edge;
}

describe('Traffic', () => {
  it('lets a batch set off, travel and wait in the mailbox', async () => {
    const { run, before, after } = await around('dispatch');
    const traffic = new Traffic(run.plan);
    traffic.update(before, 0, 'place');
    traffic.update(after, 1_000, 'fly');
    expect(edgeOf(traffic, 1_000).events.travelling).toMatchObject([{ count: 10, progress: 0 }]);
    const steps = [0.2, 0.5, 0.8].map(
      (part) => edgeOf(traffic, 1_000 + part * TRAVEL_MS).events.travelling[0]?.progress,
    );
    expect(steps[1]).toBeCloseTo(0.5);
    expect(steps).toEqual([...steps].sort());
    expect(traffic.moves(1_000 + TRAVEL_MS / 2)).toBe(true);
    const arrived = edgeOf(traffic, 1_000 + TRAVEL_MS).events;
    expect(arrived.travelling).toEqual([]);
    expect(arrived.waiting).toMatchObject([{ count: 10, events: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }]);
    expect(traffic.moves(1_000 + TRAVEL_MS)).toBe(false);
  });

  it('hurries a batch that is taken before it arrives, and never sends it back', async () => {
    const { run, before, after } = await around('deliver');
    const traffic = new Traffic(run.plan);
    traffic.update(new Replay(run.plan, []).at(0), 0, 'place');
    traffic.update(before, 0, 'fly');
    traffic.update(after, TRAVEL_MS / 2, 'fly');
    const progress = Array.from({ length: 10 }, (_, i) => {
      const { travelling, waiting } = edgeOf(traffic, TRAVEL_MS / 2 + i * 20).events;
      expect(waiting).toEqual([]);
      return travelling[0]?.progress ?? 1;
    });
    expect(progress[0]).toBeCloseTo(0.5);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(edgeOf(traffic, TRAVEL_MS).events).toMatchObject({ travelling: [], waiting: [] });
  });

  it('shows an ask on its own lane with its count', async () => {
    const { run, before, after } = await around('ask');
    const traffic = new Traffic(run.plan);
    traffic.update(before, 0, 'place');
    traffic.update(after, 0, 'fly');
    const { asks, events } = edgeOf(traffic, 100);
    expect(asks.travelling).toMatchObject([{ count: 10, events: [] }]);
    expect(events.travelling).toEqual([]);
  });

  it('accounts for every batch in flight at every entry, whatever the speed', async () => {
    const run = await firstRun({ seed: 4, entryBudget: 400 });
    const replay = new Replay(run.plan, run.entries);
    for (const entriesPerFrame of [1, 2, 7]) {
      const traffic = new Traffic(run.plan);
      for (let n = 0; n <= run.entries.length; n += entriesPerFrame) {
        const state = replay.at(n);
        traffic.update(state, n * 90, 'fly');
        for (const [id, link] of Object.entries(state.subscriptions)) {
          const { events } = traffic.frame(n * 90)[id] ?? { events: null };
          const shown = [...(events?.travelling ?? []), ...(events?.waiting ?? [])].map(({ seq }) => seq);
          if (!events?.flow)
            expect(shown).toEqual(expect.arrayContaining(link.eventsInFlight.map(({ seq }) => seq)));
        }
      }
    }
  });

  it('becomes a flow that counts what passed unseen, and fades', async () => {
    const run = await firstRun({ entryBudget: 600 });
    const replay = new Replay(run.plan, run.entries);
    const traffic = new Traffic(run.plan);
    traffic.update(replay.at(0), 0, 'place');
    traffic.update(replay.at(300), 16, 'fly');
    const sent = replay.at(300).subscriptions[LINK]?.dispatched;
    const { events } = edgeOf(traffic, 16);
    expect(events.flow).toEqual({ perSecond: sent, strength: 1 });
    expect(events.travelling).toEqual([]);
    const later = edgeOf(traffic, 600).events.flow?.strength ?? 0;
    expect(later).toBeGreaterThan(0);
    expect(later).toBeLessThan(1);
    expect(edgeOf(traffic, 2_000).events.flow).toBeNull();
  });

  it('counts a flow anew only as often as its number can be read', async () => {
    const run = await firstRun({ entryBudget: 600 });
    const replay = new Replay(run.plan, run.entries);
    const traffic = new Traffic(run.plan);
    const rates = Array.from({ length: 40 }, (_, i) => {
      traffic.update(replay.at(i * 15), i * 16, i === 0 ? 'place' : 'fly');
      return edgeOf(traffic, i * 16).events.flow?.perSecond;
    });
    const flowing = rates.filter((rate) => rate !== undefined);
    expect(flowing.length).toBeGreaterThan(30);
    expect(new Set(flowing).size).toBeLessThanOrEqual(4);
  });

  it('lets an ask fly that was sent and taken within one update, and an ask only once', async () => {
    const { run } = await around('ask');
    const sent = run.entries.findIndex((entry) => entry.type === 'ask' && entry.subscription === LINK);
    const taken = run.entries.findIndex((entry) => entry.type === 'asked' && entry.subscription === LINK);
    expect(taken).toBeGreaterThan(sent);
    const replay = new Replay(run.plan, run.entries);
    const traffic = new Traffic(run.plan);
    const update = (n: number, nowMs: number, motion: 'fly' | 'place') =>
      traffic.update(replay.at(n), nowMs, motion, run.entries.slice(Math.max(0, n - RECENT_ENTRIES), n));
    update(sent, 0, 'place');
    update(taken + 1, 1_000, 'fly');
    expect(replay.at(taken + 1).subscriptions[LINK]?.asksInFlight).toEqual([]);
    const way = [0, 0.25, 0.5, 0.75].map((part) => edgeOf(traffic, 1_000 + part * TRAVEL_MS).asks);
    expect(way).toMatchObject(
      [0, 0.25, 0.5, 0.75].map((progress) => ({ flow: null, travelling: [{ count: 10, progress }] })),
    );
    update(taken + 2, 1_000 + 0.8 * TRAVEL_MS, 'fly');
    expect(edgeOf(traffic, 1_000 + 0.8 * TRAVEL_MS).asks.travelling).toHaveLength(1);
    expect(edgeOf(traffic, 1_000 + TRAVEL_MS).asks).toEqual({ travelling: [], waiting: [], flow: null });
    update(taken + 2, 3_000, 'fly');
    expect(edgeOf(traffic, 3_000).asks.travelling).toEqual([]);
  });

  it('draws a stream as soon as some of what passed cannot be told', async () => {
    const run = await firstRun({ entryBudget: 600 });
    const replay = new Replay(run.plan, run.entries);
    const traffic = new Traffic(run.plan);
    traffic.update(replay.at(0), 0, 'place');
    traffic.update(replay.at(300), 16, 'fly', run.entries.slice(300 - RECENT_ENTRIES, 300));
    expect(edgeOf(traffic, 16).events).toMatchObject({ travelling: [], flow: { strength: 1 } });
  });

  it('puts everything where it belongs after a jump, without motion', async () => {
    const { run, after } = await around('dispatch');
    const traffic = new Traffic(run.plan);
    traffic.update(after, 50, 'place');
    expect(edgeOf(traffic, 50).events).toMatchObject({
      travelling: [],
      waiting: [{ count: 10 }],
      flow: null,
    });
    expect(traffic.moves(50)).toBe(false);
  });
});

describe('stillTraffic()', () => {
  it('has on the lanes exactly what is in flight', async () => {
    const { after } = await around('dispatch');
    const still = stillTraffic(after)[LINK];
    expect(still?.events.travelling).toMatchObject([{ count: 10 }]);
    expect(still?.events.waiting).toEqual([]);
  });
});
