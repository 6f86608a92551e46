import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyOf, elementsOf, pushElements } from '../../../engine/flow/emission.ts';

describe('elementsOf()', () => {
  it('FL-042 gives the entries of a Map and of a plain record', () => {
    expect([...elementsOf(new Map([['a', 1]]))]).toEqual([['a', 1]]);
    expect([...elementsOf({ a: 1, b: 2 })]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect([...elementsOf(Object.assign(Object.create(null) as object, { a: 1 }))]).toEqual([['a', 1]]);
  });

  it('FL-042 gives the items of whatever can be gone through', () => {
    function* two() {
      yield 1;
      yield 2;
    }
    expect([...elementsOf(two())]).toEqual([1, 2]);
    expect([...elementsOf([[1], 2])]).toEqual([[1], 2]);
  });

  it('FL-042 pushes them behind what is there', () => {
    fc.assert(
      fc.property(fc.array(fc.anything()), fc.array(fc.anything()), (before, state) => {
        const out = [...before];
        pushElements(state, out);
        expect(out).toEqual([...before, ...state]);
      }),
    );
  });
});

describe('copyOf()', () => {
  it('copies the first level of what a program may go on to change', () => {
    const inner = [1];
    for (const state of [[inner], new Map([['a', inner]]), new Set([inner]), { a: inner }]) {
      const copy = copyOf(state);
      expect(copy).not.toBe(state);
      expect(copy).toEqual(state);
    }
  });

  it('hands on what is a value, or has a class of its own', () => {
    const date = new Date(0);
    for (const state of [1, 'a', null, undefined, date]) expect(copyOf(state)).toBe(state);
  });
});
