import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JoinSide } from '../../../engine/flow/intake.ts';
import { joining } from '../../../engine/flow/join.ts';
import type { JoinMode } from '../../../engine/flow/operation.ts';

type Row = readonly [key: unknown, value: string];
type Arrival = readonly [side: JoinSide, ...rows: Row[]];

const LEFT: Row[] = [
  [1, 'a'],
  [2, 'b'],
  [3, 'c'],
  [2, 'bb'],
];
const RIGHT: Row[] = [
  [2, 'x'],
  [3, 'y'],
  [3, 'yy'],
  [4, 'z'],
];
const MODES: JoinMode[] = ['inner', 'leftOuter', 'rightOuter', 'fullOuter'];

const first = ([key]: Row) => key;

/** A join of rows by their first items, into the other two: `left right`, with a dash for a missing side. */
function rowJoin(mode: JoinMode) {
  const join = {
    mode,
    leftKey: first,
    rightKey: first,
    join: (left: Row | null, right: Row | null) => `${left?.[1] ?? '-'} ${right?.[1] ?? '-'}`,
  };
  return joining(join, (upstream) => (upstream === 'left' ? 'left' : 'right'));
}

/** What each arrival, and then the end of the window, brings. */
function joined(mode: JoinMode, arrivals: readonly Arrival[]): unknown[][] {
  const intake = rowJoin(mode);
  const memory = intake.create();
  const steps = arrivals.map(([side, ...events]) => {
    const out: unknown[] = [];
    intake.take(memory, { events, from: 0, to: events.length, upstream: side }, out);
    return out;
  });
  const last: unknown[] = [];
  intake.finish(memory, last);
  return [...steps, last];
}

const both: Arrival[] = [
  ['left', ...LEFT],
  ['right', ...RIGHT],
];

describe('joining()', () => {
  it('FL-100 asks each side for its own key', () => {
    const join = {
      mode: 'fullOuter',
      leftKey: ({ id }: { id: number }) => id,
      rightKey: ({ of }: { of: number }) => of,
      join: (left: unknown, right: unknown) => [left, right],
    } as const;
    const intake = joining(join, (upstream) => (upstream === 'left' ? 'left' : 'right'));
    const memory = intake.create();
    const out: unknown[] = [];
    const take = (upstream: string, event: unknown) => {
      intake.take(memory, { events: [event], from: 0, to: 1, upstream }, out);
    };
    const [order, item, stray] = [
      { id: 1, of: 9 },
      { id: 9, of: 1 },
      { id: 1, of: 9 },
    ];
    take('left', order);
    take('right', item);
    take('right', stray);
    intake.finish(memory, out);
    expect(out).toEqual([
      [order, item],
      [null, stray],
    ]);
  });

  it('FL-100 FL-104 emits each pair of equal keys as soon as both are there', () => {
    const arrivals: Arrival[] = [
      ['left', [2, 'b']],
      ['right', [2, 'x'], [3, 'y']],
      ['left', [2, 'bb'], [3, 'c']],
      ['right', [2, 'xx']],
    ];
    expect(joined('inner', arrivals)).toEqual([[], ['b x'], ['bb x', 'c y'], ['b xx', 'bb xx'], []]);
  });

  it('FL-100 FL-104 inner: gives every pair of duplicates, and no row that met nobody', () => {
    expect(joined('inner', both)).toEqual([[], ['b x', 'bb x', 'c y', 'c yy'], []]);
  });

  it('FL-101 leftOuter: adds the left rows that met nobody when the window is done', () => {
    expect(joined('leftOuter', both).at(-1)).toEqual(['a -']);
  });

  it('FL-102 rightOuter: adds the right rows that met nobody when the window is done', () => {
    expect(joined('rightOuter', both).at(-1)).toEqual(['- z']);
  });

  it('FL-103 fullOuter: adds the rows of both sides that met nobody', () => {
    expect(joined('fullOuter', both).at(-1)).toEqual(['a -', '- z']);
  });

  it.each([
    ['inner', []],
    ['leftOuter', ['a -', 'b -', 'bb -', 'c -']],
    ['rightOuter', []],
    ['fullOuter', ['a -', 'b -', 'bb -', 'c -']],
  ] as const)('FL-105 %s: takes an empty right side', (mode, expected) => {
    expect(joined(mode, [['left', ...LEFT]])).toEqual([[], expected]);
  });

  it('FL-105 joins nothing where no keys are equal', () => {
    const arrivals: Arrival[] = [
      ['left', [1, 'a']],
      ['right', ['1', 'x']],
    ];
    expect(joined('inner', arrivals).flat()).toEqual([]);
    expect(joined('fullOuter', arrivals).flat()).toEqual(['a -', '- x']);
  });

  it('compares keys by value, as Elixir does', () => {
    const arrivals: Arrival[] = [
      ['left', [{ day: 1, at: ['JFK'] }, 'a'], [null, 'b']],
      ['right', [{ at: ['JFK'], day: 1 }, 'x'], [null, 'y']],
    ];
    expect(joined('inner', arrivals).flat()).toEqual(['a x', 'b y']);
  });

  it('takes the events of its range only, and gives the other side nothing of them', () => {
    const intake = rowJoin('fullOuter');
    const memory = intake.create();
    const out: unknown[] = [];
    intake.take(memory, { events: LEFT, from: 1, to: 3, upstream: 'left' }, out);
    intake.finish(memory, out);
    expect(out).toEqual(['b -', 'c -']);
  });

  it('FL-108 keeps a memory per window: rows of two windows never meet', () => {
    const intake = rowJoin('fullOuter');
    const [early, late] = [intake.create(), intake.create()];
    const out: unknown[] = [];
    intake.take(early, { events: [[1, 'a']], from: 0, to: 1, upstream: 'left' }, out);
    intake.take(late, { events: [[1, 'x']], from: 0, to: 1, upstream: 'right' }, out);
    intake.finish(early, out);
    expect(out).toEqual(['a -']);
    intake.finish(late, out);
    expect(out).toEqual(['a -', '- x']);
  });

  it('FL-108 FL-160 waits with all pairs until the end where it is told to, and gives those of its rows once', () => {
    const join = {
      mode: 'fullOuter' as const,
      leftKey: first,
      rightKey: first,
      join: (a: unknown, b: unknown) => [a, b],
    };
    const intake = joining(join, (upstream) => (upstream === 'left' ? 'left' : 'right'), true);
    const memory = intake.create();
    const out: unknown[] = [];
    intake.take(
      memory,
      {
        events: [
          [1, 'a'],
          [2, 'b'],
        ],
        from: 0,
        to: 2,
        upstream: 'left',
      },
      out,
    );
    intake.take(memory, { events: [[1, 'x']], from: 0, to: 1, upstream: 'right' }, out);
    expect(out).toEqual([]);
    intake.finish(memory, out);
    expect(out).toEqual([
      [
        [1, 'a'],
        [1, 'x'],
      ],
      [[2, 'b'], null],
    ]);
  });

  it.each(MODES)('%s: gives what nested loops give, in whatever order the rows come', (mode) => {
    const arrival = fc.record({ isLeft: fc.boolean(), key: fc.nat({ max: 4 }) });
    const arrivals = fc
      .array(arrival, { maxLength: 40 })
      .map((all) => all.map(({ isLeft, key }, i): Arrival => [isLeft ? 'left' : 'right', [key, `${i}`]]));
    fc.assert(
      fc.property(arrivals, (all) => {
        expect(joined(mode, all).flat().sort()).toEqual(nestedLoops(mode, all).sort());
      }),
    );
  });
});

function nestedLoops(mode: JoinMode, arrivals: readonly Arrival[]): string[] {
  const rowsOf = (side: JoinSide) => arrivals.filter(([of]) => of === side).flatMap(([, ...rows]) => rows);
  const result: string[] = [];
  for (const left of rowsOf('left')) {
    for (const right of rowsOf('right')) if (left[0] === right[0]) result.push(`${left[1]} ${right[1]}`);
  }
  const isAlone = (row: Row, others: readonly Row[]) => !others.some((other) => other[0] === row[0]);
  if (mode === 'leftOuter' || mode === 'fullOuter') {
    for (const row of rowsOf('left')) if (isAlone(row, rowsOf('right'))) result.push(`${row[1]} -`);
  }
  if (mode === 'rightOuter' || mode === 'fullOuter') {
    for (const row of rowsOf('right')) if (isAlone(row, rowsOf('left'))) result.push(`- ${row[1]}`);
  }
  return result;
}
