import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue, sizeOf, slice, type EventRun } from '$lib/view/event-queue.ts';

interface Run extends EventRun {
  readonly of: number;
}

/** The events of some runs, each by a name of its own. */
const eventsOf = (runs: readonly Run[]): readonly string[] =>
  runs.flatMap(({ of, from, count }) => Array.from({ length: count }, (_, i) => `${of}.${(from ?? 0) + i}`));

const actions = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant('add' as const), count: fc.nat(5) }),
    fc.record({ type: fc.constant('take' as const), count: fc.nat(7) }),
    fc.record({ type: fc.constant('mark' as const), count: fc.nat(3) }),
  ),
  { maxLength: 60 },
);

describe('EventQueue', () => {
  it('gives events in the order in which they came, and goes back to what it was', () => {
    const trips = fc.property(actions, fc.integer({ min: 1, max: 400 }), (steps, ahead) => {
      const queue = new EventQueue<Run>();
      let model: readonly string[] = [];
      // So that it has forgotten some of what has left before it goes back.
      for (let of = -ahead; of < 0; of += 1) queue.add([{ of, from: 0, count: 1 }]);
      queue.take(ahead - 1);
      model = [...model, '-1.0'];
      for (const [of, { type, count }] of steps.entries()) {
        if (type === 'add') {
          queue.add([{ of, from: 0, count }]);
          model = [...model, ...eventsOf([{ of, from: 0, count }])];
        } else if (type === 'take') {
          expect(eventsOf(queue.take(count))).toEqual(model.slice(0, count));
          model = model.slice(count);
        } else {
          const mark = queue.mark();
          queue.take(count * 2);
          queue.add([{ of, from: 0, count: 3 }]);
          queue.take(count);
          queue.goBack(mark);
        }
        expect(queue.size).toBe(model.length);
        expect(eventsOf(queue.peek(Infinity))).toEqual(model);
      }
    });
    fc.assert(trips, { seed: 1 });
  });
});

describe('slice()', () => {
  it('has the events from one on, or as many as there are', () => {
    const runs = [
      { of: 1, from: 4, count: 2 },
      { of: 2, from: null, count: 3 },
    ];
    expect(slice(runs, 1, 3)).toEqual([
      { of: 1, from: 5, count: 1 },
      { of: 2, from: null, count: 2 },
    ]);
    expect(sizeOf(slice(runs, 4, 9))).toBe(1);
    expect(slice(runs, 5, 1)).toEqual([]);
  });
});
