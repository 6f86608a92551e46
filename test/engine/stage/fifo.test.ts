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

it('grows without loss from wherever its oldest item lies', () => {
  for (let shifted = 0; shifted <= 16; shifted++) {
    const fifo = new Fifo<number>();
    const model = Array.from({ length: 40 }, (_, i) => i);
    for (const item of model.slice(0, 16)) fifo.push(item);
    for (const item of model.splice(0, shifted)) expect(fifo.shift()).toBe(item);
    for (let item = 16; item < 40; item++) fifo.push(item);
    expect(fifo.size).toBe(model.length);
    for (const item of model) expect(fifo.shift()).toBe(item);
    expect(fifo.shift()).toBeUndefined();
  }
});

it('is empty once it is cleared, and goes on from there', () => {
  const fifo = new Fifo<number>();
  for (let item = 0; item < 40; item++) fifo.push(item);
  for (let item = 0; item < 10; item++) fifo.shift();
  fifo.clear();
  expect(fifo.size).toBe(0);
  expect(fifo.peek()).toBeUndefined();
  expect(fifo.shift()).toBeUndefined();
  for (let item = 0; item < 20; item++) fifo.push(item);
  expect(fifo.peek()).toBe(0);
  expect(Array.from({ length: 20 }, () => fifo.shift())).toEqual(Array.from({ length: 20 }, (_, i) => i));
});
