import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Flow, Window, runVirtual, type Firing, type SessionId, type WindowId } from 'sluice';
import type { JoinMode } from '#engine/flow/operation.ts';
import { expectFlowOver, planCollecting } from './flow-of.ts';

/** One event, told apart by its number. */
interface Ping {
  readonly n: number;
  readonly key: number;
  readonly timeMs: number;
}

interface Late {
  readonly ping: Ping;
  readonly id: WindowId;
}

/** What one window held when it fired. */
interface Pane {
  readonly stage: number;
  readonly firing: Firing;
  readonly pings: readonly Ping[];
}

interface Setting {
  readonly lists: readonly (readonly Ping[])[];
  readonly mapperStages: number;
  readonly stages: number;
  readonly maxDemand: number;
  /** `null`: not said, so that windows are over as Flow's are. */
  readonly outOfOrderness: number | null;
  readonly allowedLateness: number;
  readonly seed: number;
}

const LENGTH = 10;
const STEP = 4;
const by = ({ timeMs }: Ping) => timeMs;

/** Lists of pings: in the order of time, nearly so, or in none. */
const pingLists = fc
  .array(
    fc.record({
      disorder: fc.constantFrom(0, 3, 200),
      pings: fc.array(
        fc.record({ key: fc.nat({ max: 3 }), at: fc.nat({ max: 60 }), off: fc.nat({ max: 200 }) }),
        {
          maxLength: 15,
        },
      ),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((all) => {
    let n = 0;
    return all.map(({ disorder, pings }) =>
      pings
        .toSorted((a, b) => a.at - b.at)
        .map(({ key, at, off }): Ping => ({ n: n++, key, timeMs: at - (off % (disorder + 1)) + 200 })),
    );
  });

const settings: fc.Arbitrary<Setting> = fc.record({
  lists: pingLists,
  mapperStages: fc.integer({ min: 1, max: 3 }),
  stages: fc.integer({ min: 1, max: 3 }),
  maxDemand: fc.integer({ min: 1, max: 7 }),
  outOfOrderness: fc.constantFrom(null, null, 0, 4, 500),
  allowedLateness: fc.constantFrom(0, 0, 5),
  seed: fc.nat({ max: 100_000 }),
});

/**
 * Runs pings through windows.
 *
 * @param empties - Each firing empties its window, so that what fires again is what has come since.
 */
async function panesOf(setting: Setting, window: Window<Ping>, empties = true): Promise<readonly Pane[]> {
  const { maxDemand, mapperStages, stages } = setting;
  const panes: Pane[] = [];
  const flow = Flow.fromIterables(setting.lists, { stages: mapperStages, maxDemand })
    .map((ping) => ping)
    .partition({ key: 'key', stages, maxDemand, window })
    .reduce(
      (): readonly Ping[] => [],
      (pings, ping) => [...pings, ping],
    )
    .onTrigger((pings, { index }, firing): { events: Pane[]; state: readonly Ping[] } => ({
      events: [{ stage: index, firing, pings }],
      state: empties ? [] : pings,
    }));
  const run = await runVirtual(planCollecting(flow, panes), {
    seed: setting.seed,
    trace: 'counters',
    entryBudget: 1_000_000,
  });
  expectFlowOver(run);
  return panes;
}

/** Runs pings through windows of event time, and keeps those that come too late. */
async function eventTimePanes(setting: Setting, window: Window<Ping>, empties = true) {
  const late: Late[] = [];
  const { lists, mapperStages, outOfOrderness, allowedLateness } = setting;
  const panes = await panesOf(
    setting,
    (outOfOrderness === null ? window : window.outOfOrderness(outOfOrderness, 'millisecond'))
      .allowedLateness(allowedLateness, 'millisecond')
      .onLate((ping, id) => late.push({ ping, id })),
    empties,
  );
  // Nothing is that much out of order; and what one stage reads in the order of time, another gets in it.
  const isInOrder = mapperStages === 1 && lists.length === 1 && lists.every(isSorted);
  if (outOfOrderness === 500 || isInOrder) expect(late).toEqual([]);
  return { panes, late };
}

function isSorted(pings: readonly Ping[]): boolean {
  return pings.every(({ timeMs }, i) => timeMs >= (pings[i - 1]?.timeMs ?? timeMs));
}

/** A window of a stage is done once; nothing fires after it. */
function expectEachDoneOnce(panes: readonly Pane[]): void {
  const last = new Map<string, unknown>();
  for (const { stage, firing } of panes) {
    const window = JSON.stringify([stage, firing.id]);
    if (last.get(window) === 'done') expect.fail(`${window} fires after it was done`);
    last.set(window, firing.trigger);
  }
  for (const [window, trigger] of last) expect(trigger, window).toBe('done');
}

/** The windows of each stage are done in ascending order. */
function expectAscending(panes: readonly Pane[]): void {
  const last = new Map<number, number>();
  for (const { stage, firing } of panes) {
    if (firing.trigger !== 'done') continue;
    expect(firing.id).toBeGreaterThan(last.get(stage) ?? -Infinity);
    last.set(stage, Number(firing.id));
  }
}

function sorted(numbers: readonly number[]): readonly number[] {
  return numbers.toSorted((a, b) => a - b);
}

/** Every ping and window as text, to be compared as a multiset. */
function memberships(all: readonly { readonly ping: Ping; readonly id: unknown }[]): readonly string[] {
  return all.map(({ ping, id }) => `${ping.n} in ${JSON.stringify(id)}`).sort();
}

function held(panes: readonly Pane[]) {
  return panes.flatMap(({ firing: { id }, pings }) => pings.map((ping) => ({ ping, id })));
}

/** What each event must be in, once: the windows that cover it. */
function covering(all: readonly (readonly Ping[])[], idsOf: (timeMs: number) => readonly number[]) {
  return all.flat().flatMap((ping) => idsOf(ping.timeMs).map((id) => ({ ping, id })));
}

/** Fires after every n events, as `triggerEvery` does. */
function cutAfter(n: number) {
  return (pings: Ping[], seen: number) =>
    seen + pings.length < n
      ? { state: seen + pings.length }
      : { trigger: 'full', before: pings.slice(0, n - seen), after: pings.slice(n - seen), state: 0 };
}

const numRuns = 60;

describe('the outputs of windows part their input: every event is in each window it belongs to, or late for it, once', () => {
  it('FL-130 FL-131 count: windows of n events, numbered from 0 in each stage, and what is left', async () => {
    const size = fc.integer({ min: 1, max: 6 });
    await fc.assert(
      fc.asyncProperty(settings, size, async (setting, n) => {
        const panes = await panesOf(setting, Window.count(n));
        expectEachDoneOnce(panes);
        expect(sorted(held(panes).map(({ ping }) => ping.n))).toEqual(setting.lists.flat().map((_, i) => i));
        for (let stage = 0; stage < setting.stages; stage++) {
          const own = panes.filter((pane) => pane.stage === stage);
          expect(own.map(({ firing: { id } }) => id)).toEqual(own.map((_, i) => i));
          const sizes = own.map(({ pings }) => pings.length);
          expect(sizes.slice(0, -1)).toEqual(sizes.slice(0, -1).map(() => n));
          expect(sizes.at(-1)).toBeLessThan(n);
        }
      }),
      { numRuns },
    );
  }, 60_000);

  it.each([
    ['FL-121 FL-123 a trigger every n events', (n: number) => Window.global<Ping>().triggerEvery(n)],
    ['FL-125 a trigger of its own', (n: number) => Window.global<Ping>().trigger(() => 0, cutAfter(n))],
  ])(
    'FL-120 global with %s: slices of n events, and what is left',
    async (_name, windowOf) => {
      const size = fc.integer({ min: 1, max: 6 });
      await fc.assert(
        fc.asyncProperty(settings, size, async (setting, n) => {
          const panes = await panesOf(setting, windowOf(n));
          expectEachDoneOnce(panes);
          expect(sorted(held(panes).map(({ ping }) => ping.n))).toEqual(
            setting.lists.flat().map((_, i) => i),
          );
          for (const { firing, pings } of panes) {
            if (firing.trigger === 'done') expect(pings.length).toBeLessThan(n);
            else expect(pings.length).toBe(n);
          }
        }),
        { numRuns },
      );
    },
    60_000,
  );

  it('FL-140 FL-145 fixed: the one window of its time', async () => {
    await fc.assert(
      fc.asyncProperty(settings, async (setting) => {
        const { panes, late } = await eventTimePanes(setting, Window.fixed(LENGTH, 'millisecond', by));
        expectEachDoneOnce(panes);
        expectAscending(panes);
        const right = covering(setting.lists, (timeMs) => [Math.trunc(timeMs / LENGTH) * LENGTH]);
        expect(memberships([...held(panes), ...late])).toEqual(memberships(right));
      }),
      { numRuns: 2 * numRuns },
    );
  }, 60_000);

  it('FL-161 sliding: all windows that cover its time', async () => {
    await fc.assert(
      fc.asyncProperty(settings, async (setting) => {
        const window = Window.sliding(LENGTH, STEP, 'millisecond', by);
        const { panes, late } = await eventTimePanes(setting, window);
        expectEachDoneOnce(panes);
        expectAscending(panes);
        const right = covering(setting.lists, (timeMs) => {
          const last = Math.floor(timeMs / STEP) * STEP;
          return [last, last - STEP, last - 2 * STEP].filter((id) => id + LENGTH > timeMs);
        });
        expect(memberships([...held(panes), ...late])).toEqual(memberships(right));
      }),
      { numRuns },
    );
  }, 60_000);

  it('FL-160 session: runs of events of a key without a gap, and no two sessions of a key meet', async () => {
    await fc.assert(
      fc.asyncProperty(settings, async (setting) => {
        const window = Window.session(LENGTH, 'millisecond', by, { key: ({ key }: Ping) => key });
        // One that takes late events may still grow, and its name with it: it is what it is when it is done.
        const { panes, late } = await eventTimePanes(setting, window, false);
        const done = panes.filter(({ firing }) => firing.trigger === 'done');
        const all = [...held(done), ...late].map(({ ping }) => ping.n);
        expect(sorted(all)).toEqual(setting.lists.flat().map((_, i) => i));
        expectSessions(done);
        if (setting.outOfOrderness === 500) expectApart(done);
      }),
      { numRuns },
    );
  }, 60_000);
});

describe('windowJoin', () => {
  const rows = fc
    .array(fc.record({ key: fc.nat({ max: 2 }), timeMs: fc.integer({ min: -30, max: 60 }) }), {
      maxLength: 15,
    })
    .map((all) => all.map((row, n): Ping => ({ ...row, n })));
  const inOrder = rows.map((all) => all.toSorted((a, b) => a.timeMs - b.timeMs));
  const modes = fc.constantFrom<JoinMode>('inner', 'leftOuter', 'rightOuter', 'fullOuter');
  const ways = fc.record({
    stages: fc.integer({ min: 1, max: 3 }),
    maxDemand: fc.integer({ min: 1, max: 7 }),
    seed: fc.nat(),
  });

  /** Compares a join with nested loops over the rows that `meets` says meet. */
  const expectJoin = async (
    [left, right]: readonly [readonly Ping[], readonly Ping[]],
    mode: JoinMode,
    { stages, maxDemand, seed }: { stages: number; maxDemand: number; seed: number },
    { window, meets }: { window: Window<Ping>; meets: (a: Ping, b: Ping) => boolean },
  ) => {
    const from = (side: readonly Ping[]) => Flow.from(side, { stages: 1, maxDemand });
    const flow = Flow.windowJoin(from(left), from(right), {
      mode,
      window,
      leftKey: ({ key }) => key,
      rightKey: ({ key }) => key,
      join: (a: Ping | null, b: Ping | null) => `${a?.n ?? '-'} ${b?.n ?? '-'}`,
      stages,
      maxDemand,
    });
    const joined: string[] = [];
    expectFlowOver(await runVirtual(planCollecting(flow, joined), { seed, trace: 'counters' }));
    expect(joined.sort()).toEqual([...nestedLoops(mode, left, right, meets)].sort());
  };

  it('FL-108 pairs the rows of a window by key; those without a partner come when it is done', async () => {
    const windowOf = ({ timeMs }: Ping) => Math.trunc(timeMs / LENGTH);
    const fixed = {
      window: Window.fixed(LENGTH, 'millisecond', by),
      meets: (a: Ping, b: Ping) => a.key === b.key && windowOf(a) === windowOf(b),
    };
    await fc.assert(
      fc.asyncProperty(fc.tuple(inOrder, inOrder), modes, ways, (sides, mode, way) =>
        expectJoin(sides, mode, way, fixed),
      ),
      { numRuns: 2 * numRuns },
    );
  }, 60_000);

  it('FL-108 FL-160 pairs the rows of a session once, though it may be joined of several', async () => {
    const window = Window.session(LENGTH, 'millisecond', by, { key: ({ key }: Ping) => key });
    await fc.assert(
      fc.asyncProperty(fc.tuple(rows, rows), modes, ways, (sides, mode, way) => {
        const all = sides.flat().toSorted((a, b) => a.timeMs - b.timeMs);
        /** Nothing between two rows of a session is further apart than the gap. */
        const meets = (a: Ping, b: Ping) => {
          const [from, to] = [Math.min(a.timeMs, b.timeMs), Math.max(a.timeMs, b.timeMs)];
          const times = all.filter(({ key }) => key === a.key).map(by);
          const between = times.filter((timeMs) => timeMs >= from && timeMs <= to);
          return a.key === b.key && between.every((timeMs, i) => timeMs - (between[i - 1] ?? from) <= LENGTH);
        };
        return expectJoin(sides, mode, way, { window: window.outOfOrderness(500, 'millisecond'), meets });
      }),
      { numRuns: 2 * numRuns },
    );
  }, 60_000);
});

function* nestedLoops(
  mode: JoinMode,
  left: readonly Ping[],
  right: readonly Ping[],
  meets: (a: Ping, b: Ping) => boolean,
) {
  for (const a of left) for (const b of right) if (meets(a, b)) yield `${a.n} ${b.n}`;
  if (mode === 'leftOuter' || mode === 'fullOuter') {
    for (const a of left) if (!right.some((b) => meets(a, b))) yield `${a.n} -`;
  }
  if (mode === 'rightOuter' || mode === 'fullOuter') {
    for (const b of right) if (!left.some((a) => meets(a, b))) yield `- ${b.n}`;
  }
}

/** Each holds events of one key without a gap, and is called after them. */
function expectSessions(panes: readonly Pane[]): void {
  for (const { firing, pings } of panes) {
    const id = sessionOf(firing);
    const times = sorted(pings.map(by));
    expect(pings.every(({ key }) => key === id.key)).toBe(true);
    expect(id).toMatchObject({ start: times[0], end: (times.at(-1) ?? NaN) + LENGTH });
    for (const [i, timeMs] of times.entries()) {
      expect(timeMs - (times[i - 1] ?? timeMs)).toBeLessThanOrEqual(LENGTH);
    }
  }
}

/** Sessions of a key never meet, unless an event came so late that the one it belonged to was over. */
function expectApart(panes: readonly Pane[]): void {
  const sessions = panes.map(({ firing }) => sessionOf(firing));
  for (const one of sessions) {
    const meets = (other: SessionId) =>
      other.key === one.key && other.start <= one.end && one.start <= other.end;
    expect(sessions.filter(meets)).toEqual([one]);
  }
}

function sessionOf({ id }: Firing): SessionId {
  return typeof id === 'object' ? id : expect.fail(`${id} is no session`);
}
