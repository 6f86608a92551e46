import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DueQueue } from '../../../engine/window/due-queue.ts';

describe('DueQueue', () => {
  it('gives back the least first, whatever was added and taken before', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer())), (steps) => {
        const queue = new DueQueue<number>((a, b) => a < b);
        const model: number[] = [];
        for (const step of steps) {
          if (step !== null) {
            queue.add(step);
            model.push(step);
          } else {
            model.sort((a, b) => a - b);
            expect(queue.first).toBe(model[0]);
            expect(queue.take()).toBe(model.shift());
          }
          expect([...queue.all].sort((a, b) => a - b)).toEqual(model.toSorted((a, b) => a - b));
        }
      }),
    );
  });
});
