import { describe, expect, it } from 'vitest';
import type { Departing, JoinMode, LayerSpec } from '../../../engine/flow/operation.ts';
import { endOf } from '../source/collected.ts';
import { GLOBAL, all, layer, map, reduce, runLayer, sum } from './layer-run.ts';

const joined = (mode: JoinMode, parts: Partial<LayerSpec> = {}) =>
  layer({
    intake: {
      type: 'join',
      join: {
        mode,
        leftKey: (n: number) => n % 10,
        rightKey: (n: number) => n % 10,
        join: (left: number | null, right: number | null) => [left, right],
      },
    },
    ...parts,
  });
const SIDES = { sides: ['left', 'right'] } as const;
const LEFT = [1, 2, 3];
const RIGHT = [12, 13, 14];

describe('layerStage() of a join', () => {
  it('FL-100 emits what has met at once, whichever side each event came from', async () => {
    const { events } = await runLayer(joined('inner'), [LEFT, RIGHT], SIDES);
    expect(events).toEqual([
      [2, 12],
      [3, 13],
    ]);
    const swapped = await runLayer(joined('inner'), [LEFT, RIGHT], { sides: ['right', 'left'] });
    expect(swapped.events).toEqual([
      [12, 2],
      [13, 3],
    ]);
  });

  it('FL-103 FL-106 mappers see rows that met nobody, too, at the end', async () => {
    const spec = joined('fullOuter', { mappers: [map((pair: unknown[]) => pair.join('-'))] });
    const { events, entries } = await runLayer(spec, [LEFT, RIGHT], SIDES);
    expect(events).toEqual(['2-12', '3-13', '1-', '-14']);
    expect(endOf(entries, 'layer')).toBe('normal');
  });

  it('FL-101 FL-106 a reduction has reduced them before it fires', async () => {
    const count = reduce(
      () => 0,
      (total: number) => total + 1,
    );
    const spec = joined('leftOuter', { reduction: count, emission: { type: 'state' } });
    expect((await runLayer(spec, [LEFT, RIGHT], SIDES)).events).toEqual([3]);
  });

  it('FL-108 joins within windows', async () => {
    const window = { ...GLOBAL, type: 'fixed', length: 10, by: (n: number) => n % 100 } as const;
    const spec = joined('leftOuter', { window });
    // 101 is in the window of 1, 112 in that of 12; 2 and 12 are in different ones.
    const { events } = await runLayer(spec, [[1, 2, 12], [101, 112]], SIDES); // prettier-ignore
    expect(events).toEqual([
      [1, 101],
      [12, 112],
      [2, null],
    ]);
  });

  it('FL-108 FL-161 where windows overlap, mappers see what has met in each of them', async () => {
    const window = { ...GLOBAL, type: 'sliding', length: 20, step: 10, by: (n: number) => n } as const;
    const spec = joined('inner', { window, mappers: [map((pair: unknown[]) => pair.join('-'))] });
    const { events } = await runLayer(spec, [[5, 11], [15, 25]], SIDES); // prettier-ignore
    expect(events).toEqual(['5-15']);
    const same = await runLayer(spec, [[15], [15]], SIDES);
    expect(same.events).toEqual(['15-15', '15-15']);
  });

  it('shows how many rows of each key it keeps', async () => {
    const { entries } = await runLayer(joined('inner'), [[1], []], SIDES);
    const states = entries.flatMap((entry) =>
      entry.type === 'end' && entry.stage === 'layer' && entry.callback === 'handleEvents'
        ? [entry.state]
        : [],
    );
    expect(states).toEqual([[[1, '1 left, 0 right']]]);
  });

  it('FL-081 what is left at the end departs with the window', async () => {
    const spec = joined('leftOuter', { departs: true, reduction: all, emission: { type: 'state' } });
    const { events } = await runLayer(spec, [[1], []], SIDES);
    expect(events).toMatchObject([{ partition: 0, state: [[1, null]], firing: { trigger: 'done' } }]);
  });
});

describe('layerStage() of a departition', () => {
  const firing = { type: 'global', id: 'global', trigger: 'done' } as const;
  const departing = (partition: number, state: number): Departing => ({ partition, firing, state });
  const merging = (parts: Partial<LayerSpec> = {}) =>
    layer({
      intake: {
        type: 'departition',
        init: () => 0,
        merge: (merged: number, state: number) => merged + state,
        done: (merged: number, id) => ({ merged, id }),
      },
      ...parts,
    });

  it('FL-081 FL-085 makes one of what all partitions emit', async () => {
    const { events } = await runLayer(merging(), [[departing(0, 1)], [departing(1, 2)]]);
    expect(events).toEqual([{ merged: 3, id: 'global' }]);
  });

  it('FL-085 what some partition was never done with comes at the end', async () => {
    const { events } = await runLayer(merging(), [[departing(0, 1)], []]);
    expect(events).toEqual([{ merged: 1, id: 'global' }]);
  });

  it('FL-086 operators may follow', async () => {
    const spec = merging({
      mappers: [map(({ merged }: { merged: number }) => merged)],
      reduction: sum,
      emission: { type: 'state' },
    });
    const late = [departing(0, 1), departing(0, 10)];
    expect((await runLayer(spec, [late, [departing(1, 2)]])).events).toEqual([13]);
  });
});
