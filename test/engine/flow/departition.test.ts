import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { departing } from '../../../engine/flow/departition.ts';
import type { Departing } from '../../../engine/flow/operation.ts';
import type { TriggerName, WindowId } from '../../../engine/window/window.ts';

/** One event of a partition, emitted as a window fired. */
function departed(
  partition: number,
  state: unknown,
  { id = 0, trigger = 'done' }: { id?: WindowId; trigger?: TriggerName } = {},
): Departing {
  return { partition, state, firing: { type: id === 'global' ? 'global' : 'count', id, trigger } };
}

const listing = {
  init: (): unknown[] => [],
  merge: (merged: unknown[], state: unknown) => [...merged, state],
  done: (merged: unknown[], id: WindowId) => ({ id, merged }),
};

/** What each batch, and then the end, brings. */
function merged(partitions: number, batches: readonly (readonly Departing[])[]): unknown[][] {
  const intake = departing(listing, partitions);
  const memory = intake.create();
  const steps = batches.map((events) => {
    const out: unknown[] = [];
    intake.take(memory, { events, from: 0, to: events.length, upstream: 'any' }, out);
    return out;
  });
  const last: unknown[] = [];
  intake.finish(memory, last);
  return [...steps, last];
}

describe('departing()', () => {
  it('FL-080 FL-085 emits a window as soon as every partition is done with it', () => {
    const batches = [[departed(0, 'a')], [departed(2, 'c')], [departed(1, 'b')]];
    expect(merged(3, batches)).toEqual([[], [], [{ id: 0, merged: ['a', 'c', 'b'] }], []]);
  });

  it('FL-081 merges once per trigger of every partition', () => {
    const every: TriggerName = ['every', 2];
    const batch = [
      departed(0, 1, { trigger: every }),
      departed(1, 2, { trigger: every }),
      departed(0, 3),
      departed(1, 4, { trigger: 'watermark' }),
      departed(1, 5),
    ];
    expect(merged(2, [batch]).flat()).toEqual([{ id: 0, merged: [1, 2, 3, 4, 5] }]);
  });

  it('FL-082 keeps one merged value per window id', () => {
    const batch = [
      departed(0, 'a', { id: 0 }),
      departed(0, 'b', { id: 1 }),
      departed(1, 'c', { id: 1 }),
      departed(1, 'd', { id: 0 }),
    ];
    expect(merged(2, [batch]).flat()).toEqual([
      { id: 1, merged: ['b', 'c'] },
      { id: 0, merged: ['a', 'd'] },
    ]);
  });

  it('FL-082 takes sessions that are equal by value for one window', () => {
    const session = () => ({ key: ['JFK'], start: 0, end: 5 });
    const batch = [departed(0, 'a', { id: session() }), departed(1, 'b', { id: session() })];
    expect(merged(2, [batch]).flat()).toEqual([{ id: session(), merged: ['a', 'b'] }]);
  });

  it('FL-083 hands the window id to done', () => {
    expect(merged(1, [[departed(0, 'a', { id: 'global' })]]).flat()).toEqual([
      { id: 'global', merged: ['a'] },
    ]);
  });

  it('FL-085 at the end, gives what some partition was never done with in ascending order of windows', () => {
    const batch = [20, 0, 100, 10, 5].map((id) => departed(0, `w${id}`, { id }));
    expect(merged(2, [[...batch, departed(1, 'x', { id: 10 })]])).toEqual([
      [{ id: 10, merged: ['w10', 'x'] }],
      [0, 5, 20, 100].map((id) => ({ id, merged: [`w${id}`] })),
    ]);
  });

  it('FL-085 at the end, gives sessions in the order of their times, then of their keys', () => {
    const ids = [
      { key: 'b', start: 9, end: 20 },
      { key: 'a', start: 10, end: 12 },
      { key: 'b', start: 9, end: 15 },
      { key: 'a', start: 9, end: 15 },
    ];
    const [, last] = merged(2, [ids.map((id) => departed(0, '', { id }))]);
    expect(last).toEqual([ids[3], ids[2], ids[0], ids[1]].map((id) => ({ id, merged: [''] })));
  });

  it('FL-085 at the end, gives nothing a second time', () => {
    const intake = departing(listing, 2);
    const memory = intake.create();
    const out: unknown[] = [];
    intake.take(memory, { events: [departed(0, 'a')], from: 0, to: 1, upstream: 'any' }, out);
    intake.finish(memory, out);
    intake.finish(memory, out);
    expect(out).toEqual([{ id: 0, merged: ['a'] }]);
  });

  it('FL-087 emits what done answers with as one event', () => {
    const intake = departing({ ...listing, done: (all: unknown[]) => all }, 1);
    const out: unknown[] = [];
    intake.take(intake.create(), { events: [departed(0, [1, 2])], from: 0, to: 1, upstream: 'any' }, out);
    expect(out).toEqual([[[1, 2]]]);
  });

  it('FL-081 is done with a partition at the first of several events of its last trigger', () => {
    const last = (partition: number, ...states: number[]) =>
      states.map((state) => departed(partition, state));
    expect(merged(1, [last(0, 1, 2, 3)])).toEqual([[1, 2, 3].map((n) => ({ id: 0, merged: [n] })), []]);
    // With two, the last partition ends the window with its first event, and begins it anew with its second.
    expect(merged(2, [last(0, 1, 2), last(1, 3, 4, 5)])).toEqual([
      [],
      [{ id: 0, merged: [1, 2, 3] }],
      [{ id: 0, merged: [4, 5] }],
    ]);
  });

  it('FL-081 leaves a window open until the end when a partition emits nothing for it', () => {
    expect(merged(2, [[departed(0, 'a')]])).toEqual([[], [{ id: 0, merged: ['a'] }]]);
  });

  it('takes the events of its range only', () => {
    const intake = departing(listing, 1);
    const out: unknown[] = [];
    const events = [0, 1, 2].map((id) => departed(0, 'a', { id }));
    intake.take(intake.create(), { events, from: 1, to: 2, upstream: 'any' }, out);
    expect(out).toEqual([{ id: 1, merged: ['a'] }]);
  });

  it('FL-082 is a fold per window over whatever comes, when every partition is done once', () => {
    // Triggers of each partition and window, in an order that mixes partitions and windows but keeps `done` last.
    const firing = fc.record({ partition: fc.nat({ max: 2 }), id: fc.nat({ max: 3 }), state: fc.nat() });
    fc.assert(
      fc.property(fc.array(firing, { maxLength: 40 }), (firings) => {
        const early = firings.map(({ partition, id, state }) =>
          departed(partition, state, { id, trigger: 'tick' }),
        );
        const ends = [3, 1, 0, 2].flatMap((id) =>
          [2, 0, 1].map((partition) => departed(partition, -1, { id })),
        );
        const expected = [3, 1, 0, 2].map((id) => ({
          id,
          merged: [...early, ...ends].filter(({ firing: { id: of } }) => of === id).map(({ state }) => state),
        }));
        expect(merged(3, [early, ends])).toEqual([[], expected, []]);
      }),
    );
  });
});
