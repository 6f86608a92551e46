import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Fifo } from '../../../engine/stage/fifo.ts';

type Call = 'push' | 'shift' | 'retain' | 'clear';

it('Fifo does what a list does that is pushed at one end and shifted at the other', () => {
  const call = fc.oneof(
    { weight: 60, arbitrary: fc.constant<Call>('push') },
    { weight: 40, arbitrary: fc.constant<Call>('shift') },
    { weight: 2, arbitrary: fc.constant<Call>('retain') },
    { weight: 1, arbitrary: fc.constant<Call>('clear') },
  );
  fc.assert(
    fc.property(fc.array(call, { maxLength: 1_000 }), (calls) => {
      const fifo = new Fifo<number>();
      let model: number[] = [];
      for (const [i, call] of calls.entries()) {
        if (call === 'push') {
          model.push(i);
          fifo.push(i);
        } else if (call === 'shift') {
          expect(fifo.shift()).toBe(model.shift());
        } else if (call === 'retain') {
          model = model.filter((item) => item % 3 > 0);
          fifo.retain((item) => item % 3 > 0);
        } else {
          model = [];
          fifo.clear();
        }
        expect(fifo.size).toBe(model.length);
        expect(fifo.peek()).toBe(model[0]);
      }
      expect(model.map(() => fifo.shift())).toEqual(model);
    }),
  );
});
