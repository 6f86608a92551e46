import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PartitionQueue } from '../../../engine/dispatcher/partition-queue.ts';
import { numbers } from '../../support/dispatcher-context.ts';

describe('PartitionQueue', () => {
  it('GS-124 keeps events from an index on and gives them in order', () => {
    const queue = new PartitionQueue<number>();
    expect(queue.add(numbers(5), 2)).toBe(3);
    expect(queue.size).toBe(3);
    expect(queue.take(2)).toEqual({ batches: [[2, 3]], passed: [], missing: 0 });
    expect(queue.take(9)).toEqual({ batches: [[4]], passed: [], missing: 8 });
    expect(queue.add([], 0)).toBe(0);
    expect(queue.take(1)).toEqual({ batches: [], passed: [], missing: 1 });
  });

  it('GS-124 loses and repeats nothing of many events, whatever is taken of them at once', () => {
    const call = fc.record({ add: fc.integer({ min: 0, max: 900 }), take: fc.integer({ min: 1, max: 700 }) });
    fc.assert(
      fc.property(fc.array(call, { minLength: 10, maxLength: 40 }), (calls) => {
        const queue = new PartitionQueue<number>();
        let [made, taken] = [0, 0];
        for (const { add, take } of calls) {
          queue.add(numbers(add, made), 0);
          made += add;
          const { batches, missing } = queue.take(take);
          const given = Math.min(take, made - taken);
          expect(batches.flat()).toEqual(numbers(given, taken));
          expect(missing).toBe(take - given);
          taken += given;
          expect(queue.size).toBe(made - taken);
        }
      }),
    );
  });

  it('GS-124 goes on after most of many events have left', () => {
    const queue = new PartitionQueue<number>();
    queue.add(numbers(3_000), 0);
    expect(queue.take(2_000).batches).toEqual([numbers(2_000)]);
    expect(queue.size).toBe(1_000);
    queue.add([3_000], 0);
    expect(queue.take(5_000)).toEqual({ batches: [numbers(1_001, 2_000)], passed: [], missing: 3_999 });
  });

  it('GS-157 comes to an info behind the events that were there before it', () => {
    const queue = new PartitionQueue<number>();
    const info = { request: 'after 1', queues: 1 };
    queue.add(numbers(2), 0);
    expect(queue.take(1).batches).toEqual([[0]]);
    queue.addInfo(info);
    queue.add([2], 0);
    expect(queue.take(1)).toEqual({ batches: [[1]], passed: [], missing: 0 });
    expect(queue.take(1)).toEqual({ batches: [[2]], passed: [info], missing: 0 });
    expect(queue.take(1).passed).toEqual([]);
  });

  it('GS-127 GS-157 gives up all events and all infos at once', () => {
    const queue = new PartitionQueue<number>();
    const info = { request: 'last', queues: 1 };
    queue.add(numbers(3), 0);
    queue.addInfo(info);
    expect(queue.clear()).toEqual({ lost: 3, passed: [info] });
    expect(queue.size).toBe(0);
    expect(queue.clear()).toEqual({ lost: 0, passed: [] });
    queue.add([7], 0);
    expect(queue.take(2)).toEqual({ batches: [[7]], passed: [], missing: 1 });
  });
});
