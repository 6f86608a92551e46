import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Buffer } from '../../../engine/stage/buffer.ts';

describe('Buffer', () => {
  it('GS-131 keeps the last events by dropping the oldest', () => {
    const buffer = new Buffer(3, 'last');
    expect(buffer.store([1, 2, 3, 4, 5])).toMatchObject({ added: 3, discarded: 2 });
    expect(buffer.store([6])).toMatchObject({ added: 1, discarded: 1 });
    expect(buffer.take(10).events).toEqual([4, 5, 6]);
  });

  it('GS-131 keeps the first events by dropping the new ones', () => {
    const buffer = new Buffer(3, 'first');
    expect(buffer.store([1, 2, 3, 4, 5])).toMatchObject({ added: 3, discarded: 2 });
    expect(buffer.take(10).events).toEqual([1, 2, 3]);
  });

  it('GS-010 keeps nothing when its size is 0', () => {
    const buffer = new Buffer(0, 'last');
    expect(buffer.store([1, 2])).toMatchObject({ added: 0, discarded: 2 });
    expect(buffer.size).toBe(0);
  });

  it('GS-152 stops a take at an info', () => {
    const buffer = new Buffer(10, 'last');
    buffer.store([1, 2]);
    expect(buffer.queueInfo('behind 2')).toBe(true);
    buffer.store([3]);
    expect(buffer.take(5)).toEqual({ events: [1, 2], due: ['behind 2'] });
    expect(buffer.take(5)).toEqual({ events: [3], due: [] });
  });

  it('GS-151 does not hold an info when nothing is stored', () => {
    expect(new Buffer(10, 'last').queueInfo('now')).toBe(false);
  });

  it('GS-153 releases an info once the events before it were dropped', () => {
    const buffer = new Buffer(2, 'last');
    buffer.store([1, 2]);
    buffer.queueInfo('behind 2');
    expect(buffer.store([3]).due).toEqual([]);
    expect(buffer.store([4]).due).toEqual(['behind 2']);
  });

  it('loses nothing but what it says it discarded, first in first out', () => {
    const ops = fc.array(
      fc.oneof(fc.record({ store: fc.nat({ max: 40 }) }), fc.record({ take: fc.nat({ max: 40 }) })),
    );
    fc.assert(
      fc.property(
        fc.nat({ max: 50 }),
        fc.constantFrom('first' as const, 'last' as const),
        ops,
        (limit, keep, steps) => {
          const buffer = new Buffer(limit, keep);
          let made = 0;
          let discarded = 0;
          const taken: unknown[] = [];
          for (const step of steps) {
            if ('store' in step)
              discarded += buffer.store(Array.from({ length: step.store }, () => made++)).discarded;
            else taken.push(...buffer.take(step.take).events);
            expect(buffer.size).toBeLessThanOrEqual(limit);
            expect(made).toBe(taken.length + buffer.size + discarded);
          }
          expect(taken).toEqual([...taken].sort((a, b) => Number(a) - Number(b)));
        },
      ),
    );
  });
});
