import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BySubscription } from '../../../engine/stage/by-subscription.ts';

const id = fc.constantFrom('a', 'b', 'c');
const step = fc.oneof(
  fc.record({ op: fc.constant('set' as const), id, value: fc.nat() }),
  fc.record({ op: fc.constantFrom('get' as const, 'delete' as const), id }),
);

describe('BySubscription', () => {
  it('answers as a Map does, whatever was set, found and deleted before', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const values = new BySubscription<number>();
        const expected = new Map<string, number>();
        for (const one of steps) {
          if (one.op === 'set') {
            values.set(one.id, one.value);
            expected.set(one.id, one.value);
          } else if (one.op === 'delete') {
            values.delete(one.id);
            expected.delete(one.id);
          } else expect(values.get(one.id)).toBe(expected.get(one.id));
          expect(values.has(one.id)).toBe(expected.has(one.id));
          expect([...values.values()]).toEqual([...expected.values()]);
          expect(values.size).toBe(expected.size);
        }
      }),
    );
  });
});
