import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BOUNDARIES,
  boundaryOf,
  clamp,
  INITIAL_SIZES,
  moveByKey,
  moveByPointer,
  readSizes,
  type Boundary,
} from '$lib/layout/sizes.ts';

const BOUNDARY: Boundary = { value: 400, min: 200, max: 700, initial: 300 };
const plain = (key: string) => ({ key, shiftKey: false });

describe('moveByKey()', () => {
  it.each([
    ['ArrowLeft', 380],
    ['ArrowRight', 420],
    ['Home', 200],
    ['End', 700],
    ['Enter', 300],
  ])('%s on a boundary between columns gives %i', (key, expected) => {
    expect(moveByKey(BOUNDARY, 'x', plain(key))).toBe(expected);
  });

  it('goes further with Shift and stops at the ends', () => {
    expect(moveByKey(BOUNDARY, 'y', { key: 'ArrowDown', shiftKey: true })).toBe(500);
    expect(moveByKey({ ...BOUNDARY, value: 690 }, 'y', { key: 'ArrowDown', shiftKey: true })).toBe(700);
  });

  it('leaves the keys of the other axis, and every other key, alone', () => {
    for (const key of ['ArrowUp', 'ArrowDown', 'Tab', 'a', ' ']) {
      expect(moveByKey(BOUNDARY, 'x', plain(key))).toBeNull();
    }
  });
});

describe('moveByPointer()', () => {
  it('puts the boundary under the pointer', () => {
    expect(moveByPointer(BOUNDARY, 600, { start: 100, length: 1000 })).toBe(500);
  });

  it('stays where it is in a group without a size', () => {
    expect(moveByPointer(BOUNDARY, 600, { start: 0, length: 0 })).toBe(400);
  });
});

describe('boundaryOf()', () => {
  it('keeps the panes in order and above their least size, whatever is done to them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: fc.constantFrom(...BOUNDARIES), to: fc.integer() })),
        (moves) => {
          let sizes = INITIAL_SIZES;
          for (const { name, to } of moves) sizes = { ...sizes, [name]: clamp(boundaryOf(sizes, name), to) };
          expect(sizes.lesson).toBeGreaterThanOrEqual(160);
          expect(sizes.editor - sizes.lesson).toBeGreaterThanOrEqual(160);
          expect(1000 - sizes.editor).toBeGreaterThanOrEqual(160);
          expect(readSizes({ ...sizes })).toEqual(sizes);
        },
      ),
    );
  });
});

describe('readSizes()', () => {
  it('gives the first sizes where nothing is stored or where it makes no sense', () => {
    expect(readSizes(null)).toEqual(INITIAL_SIZES);
    expect(readSizes({ lesson: 900, editor: 100 })).toEqual(INITIAL_SIZES);
  });

  it('takes what fits and ignores names it does not know', () => {
    expect(readSizes({ lesson: 300, other: 5 })).toEqual({ ...INITIAL_SIZES, lesson: 300 });
  });
});
