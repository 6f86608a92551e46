import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Window } from '../../../engine/window/window-builder.ts';
import { ECHOING, WindowRun, codeOf, outputs, type Fired } from './window-run.ts';

describe('a global window', () => {
  it('FL-120 FL-123 is one, and done at the end', () => {
    expect(outputs(Window.global(), [[1, 2], [3]])).toEqual([['global', 'done', [1, 2, 3]]]);
  });

  it('FL-123 is done also where nothing came', () => {
    expect(outputs(Window.global(), [])).toEqual([['global', 'done', []]]);
  });

  it('FL-121 FL-122 fires after every so many events, across batches, and keeps what it has', () => {
    expect(outputs(Window.global().triggerEvery(2), [[1], [2, 3, 4, 5], [6]])).toEqual([
      ['global', ['every', 2], [1, 2]],
      ['global', ['every', 2], [1, 2, 3, 4]],
      ['global', ['every', 2], [1, 2, 3, 4, 5, 6]],
      ['global', 'done', [1, 2, 3, 4, 5, 6]],
    ]);
  });

  it('FL-126 emits what a trigger makes before what was emitted while its events were reduced', () => {
    const run = new WindowRun(Window.global().triggerEvery(2), { reducer: ECHOING });
    expect(run.take([1, 2, 3])).toEqual([['global', ['every', 2], [1, 2]], 1, 2, 3]);
    // What an earlier batch has emitted is gone already.
    expect(run.take([4])).toEqual([['global', ['every', 2], [1, 2, 3, 4]], 4]);
  });

  it('FL-128 fires when it is told to', () => {
    const run = new WindowRun(Window.global());
    run.take([1]);
    expect(run.trigger('now')).toEqual([['global', 'now', [1]]]);
    expect(run.trigger(null)).toEqual([['global', null, [1]]]);
  });
});

describe('triggerPeriodically()', () => {
  it('FL-127 fires by the clock, each trigger at its own pace', () => {
    const run = new WindowRun(
      Window.global().triggerPeriodically(2, 'second').triggerPeriodically(3, 'second'),
    );
    run.take([1]);
    expect(run.pass(1_999)).toEqual([]);
    const names = [2, 3, 2, 2, 3].map((n) => ['global', ['periodically', n, 'second'], [1]]);
    expect(run.pass(4_001).slice(0, 3)).toEqual(names.slice(0, 3));
  });

  it('FL-127 keeps to the clock after a stage was busy', () => {
    const run = new WindowRun(Window.global().triggerPeriodically(1, 'second'));
    run.beBusy(2_500);
    // One tick for the three that were missed, the next one in time.
    expect(run.pass(0)).toHaveLength(1);
    expect(run.pass(499)).toHaveLength(0);
    expect(run.pass(1)).toHaveLength(1);
  });
});

describe('trigger()', () => {
  const answering = (...answers: readonly unknown[]) => {
    const left = [...answers];
    return Reflect.apply(Window.global().trigger, Window.global(), [() => 'begin', () => left.shift()]);
  };

  it('FL-125 reduces what comes before, fires, and asks again about what comes after', () => {
    const sentences = Window.global().trigger(
      () => 1,
      (words: string[], number) => {
        const end = words.indexOf('.') + 1;
        if (end === 0) return { state: number };
        return {
          trigger: `sentence ${number}`,
          before: words.slice(0, end),
          after: words.slice(end),
          state: number + 1,
        };
      },
    );
    expect(
      outputs(sentences, [
        ['a', '.', 'b'],
        ['.', 'c'],
      ]),
    ).toEqual([
      ['global', 'sentence 1', ['a', '.']],
      ['global', 'sentence 2', ['a', '.', 'b', '.']],
      ['global', 'done', ['a', '.', 'b', '.', 'c']],
    ]);
  });

  it('FL-125 reduces only the events it is given, or none', () => {
    const odd = Window.global().trigger(
      () => null,
      (numbers: number[], state) => ({ state, events: numbers.filter((n) => n % 2) }),
    );
    expect(outputs(odd, [[1, 2, 3], [4]])).toEqual([['global', 'done', [1, 3]]]);
  });

  it('FL-125 has a state of its own per window', () => {
    const counting = Window.count(3).trigger(
      () => 0,
      (events: number[], seen) => ({ trigger: seen, before: events, after: [], state: seen + 1 }),
    );
    const fired = outputs(counting, [[1], [2], [3], [4]]);
    expect(fired.map((firing) => JSON.stringify(firing).slice(0, 4))).toEqual([
      '[0,0',
      '[0,1',
      '[0,2',
      '[0,"',
      '[1,0',
      '[1,"',
    ]);
  });

  it('hands out a copy of the batch', () => {
    const batch = [3, 1, 2];
    const sorting = Window.global().trigger(
      () => null,
      (events: number[], state) => ({ state, events: events.sort() }),
    );
    expect(outputs(sorting, [batch])).toEqual([['global', 'done', [1, 2, 3]]]);
    expect(batch).toEqual([3, 1, 2]);
  });

  it('keeps its state where the answer holds none', () => {
    const states: unknown[] = [];
    const window = Window.global().trigger(
      () => 7,
      (_events: number[], state) => {
        states.push(state);
        return JSON.parse('{}');
      },
    );
    outputs(window, [[1], [2]]);
    expect(states).toEqual([7, 7]);
  });

  it('refuses answers that are none', () => {
    for (const answer of [
      undefined,
      3,
      { trigger: 'x' },
      { trigger: 'x', before: [1], after: 2 },
      { events: 'abc' },
    ]) {
      expect(codeOf(() => outputs(answering(answer), [[1]]))).toBe('window_trigger_answer');
    }
    expect(() => outputs(answering({ trigger: 'x', before: [1] }), [[1]])).toThrow(
      'Cannot go on after the function of trigger as it must answer with an array as its "after": received undefined',
    );
  });

  it('refuses to go on for ever', () => {
    const endless = Window.global().trigger(
      () => 0,
      (events: number[], state) => ({ trigger: 'again', before: [], after: events, state }),
    );
    expect(codeOf(() => outputs(endless, [[1]]))).toBe('window_trigger_endless');
  });
});

describe('a count window', () => {
  it('FL-130 FL-131 is done when it is full, and the next begins anew; the last one at the end, even if it is empty', () => {
    expect(outputs(Window.count(2), [[1, 2, 3], [4]])).toEqual([
      [0, 'done', [1, 2]],
      [1, 'done', [3, 4]],
      [2, 'done', []],
    ]);
    expect(outputs(Window.count(2), [])).toEqual([[0, 'done', []]]);
  });

  it('FL-121 FL-130 counts for its trigger anew in each window', () => {
    expect(outputs(Window.count(3).triggerEvery(2), [[1, 2, 3, 4, 5]])).toEqual([
      [0, ['every', 2], [1, 2]],
      [0, 'done', [1, 2, 3]],
      [1, ['every', 2], [4, 5]],
      [1, 'done', [4, 5]],
    ]);
  });

  it('FL-128 fires when it is told to, and goes on', () => {
    const run = new WindowRun(Window.count(3));
    run.take([1, 2]);
    expect(run.trigger('now')).toEqual([[0, 'now', [1, 2]]]);
    expect(run.take([3])).toEqual([[0, 'done', [1, 2, 3]]]);
  });

  it('splits its input into parts of its size', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat())), fc.integer({ min: 1, max: 7 }), (batches, size) => {
        const fired = outputs(Window.count(size), batches) as Fired[];
        expect(fired.flatMap(([, , events]) => events)).toEqual(batches.flat());
        expect(fired.map(([id]) => id)).toEqual(fired.map((_, i) => i));
        for (const [, , events] of fired.slice(0, -1)) expect(events).toHaveLength(size);
      }),
    );
  });
});

describe('a periodic window', () => {
  it('FL-150 FL-131 is done at each tick, also without an event, and the next begins anew', () => {
    const run = new WindowRun(Window.periodic(1, 'second'));
    run.take([1, 2]);
    expect(run.pass(1_000)).toEqual([[0, 'done', [1, 2]]]);
    run.take([3]);
    expect(run.pass(2_000)).toEqual([
      [1, 'done', [3]],
      [2, 'done', []],
    ]);
    expect(run.finish()).toEqual([[3, 'done', []]]);
  });

  it('FL-150 starts its timer again after each tick', () => {
    const run = new WindowRun(Window.periodic(1, 'second'));
    run.beBusy(1_700);
    expect(run.pass(0)).toHaveLength(1);
    expect(run.pass(999)).toHaveLength(0);
    expect(run.pass(1)).toHaveLength(1);
  });

  it('FL-121 FL-150 counts for its trigger anew in each window', () => {
    const run = new WindowRun(Window.periodic(1, 'second').triggerEvery(2));
    expect(run.take([1, 2, 3])).toEqual([[0, ['every', 2], [1, 2]]]);
    run.pass(1_000);
    expect(run.take([4, 5])).toEqual([[1, ['every', 2], [4, 5]]]);
  });
});

describe('windows of no event time', () => {
  it('tell the trace when they open, fire and close, and who looks what they hold', () => {
    const run = new WindowRun(Window.count(2));
    run.take([1]);
    expect(run.windows.peek(5)).toMatchObject([{ id: 0, accumulator: [1] }]);
    expect(run.windows.peek(0)).toEqual([]);
    expect([run.windows.open, run.windows.late]).toEqual([1, 0]);
    run.take([2]);
    run.finish();
    const window = 'count';
    const assign = { type: 'assign', subscription: 'a', count: 1, slices: [{ id: 0, from: 0, count: 1 }] };
    expect(run.entries).toEqual([
      { type: 'window', phase: 'open', window, id: 0, count: 0 },
      assign,
      { type: 'window', phase: 'fire', window, id: 0, trigger: 'done', count: 2, emitted: 1, firing: 1 },
      { type: 'window', phase: 'close', window, id: 0, count: 2 },
      assign,
      { type: 'window', phase: 'open', window, id: 1, count: 0 },
      { type: 'window', phase: 'fire', window, id: 1, trigger: 'done', count: 0, emitted: 1, firing: 1 },
      { type: 'window', phase: 'close', window, id: 1, count: 0 },
    ]);
    expect([run.windows.open, run.windows.peek(5)]).toEqual([0, []]);
  });

  it('tell where events went only where windows differ', () => {
    const assigned = (window: Window<unknown>) => {
      const run = new WindowRun(window);
      run.take([1, 2, 3]);
      return run.entries.flatMap((entry) => (entry.type === 'assign' ? [entry.slices] : []));
    };
    expect(assigned(Window.global())).toEqual([]);
    expect(assigned(Window.global().triggerEvery(2))).toEqual([[{ id: 'global', from: 0, count: 3 }]]);
    expect(assigned(Window.count(2))).toEqual([
      [
        { id: 0, from: 0, count: 2 },
        { id: 1, from: 2, count: 1 },
      ],
    ]);
  });

  it('say nothing to a trace that nobody keeps', () => {
    const run = new WindowRun(Window.count(2).triggerEvery(1), { tracing: false });
    run.take([1, 2, 3]);
    run.finish();
    expect(run.entries).toEqual([]);
  });
});
