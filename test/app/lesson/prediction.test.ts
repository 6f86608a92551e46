import { compare, moved, orderRows } from '$lib/lesson/prediction.ts';
import type { Prediction } from '$lib/lesson/lesson.ts';
import { describe, expect, it } from 'vitest';

const base = { id: 'p', asks: 'What?', explanation: '' };
const number: Prediction = { ...base, kind: 'number', unit: 'numbers', min: 0, max: 100 };
const options = [
  { id: 'a', text: 'An ask' },
  { id: 'b', text: 'A batch' },
  { id: 'c', text: 'A print' },
];
const choice: Prediction = { ...base, kind: 'choice', options };
const order: Prediction = { ...base, kind: 'order', options };
const outcome = { says: '', at: null };

describe('compare()', () => {
  it('names how far a number is off', () => {
    const actual = { kind: 'number', number: 15 } as const;
    expect(compare(number, { kind: 'number', number: 20 }, { ...outcome, actual })).toEqual({
      right: false,
      guessed: '20 numbers',
      actual: '15 numbers',
      gap: '5 too many',
    });
    expect(compare(number, { kind: 'number', number: 14 }, { ...outcome, actual })?.gap).toBe('1 too few');
    expect(compare(number, { kind: 'number', number: 15 }, { ...outcome, actual })?.right).toBe(true);
    expect(compare(number, { kind: 'number', number: 2_015 }, { ...outcome, actual })).toMatchObject({
      guessed: '2,015 numbers',
      gap: '2,000 too many',
    });
  });

  it('puts choices in words', () => {
    const actual = { kind: 'choice', choice: 'a' } as const;
    expect(compare(choice, { kind: 'choice', choice: 'b' }, { ...outcome, actual })).toMatchObject({
      right: false,
      guessed: 'A batch',
      actual: 'An ask',
    });
  });

  it('counts the places at which orders differ', () => {
    const actual = { kind: 'order', order: ['a', 'b', 'c'] } as const;
    const guess = { kind: 'order', order: ['a', 'c', 'b'] } as const;
    expect(compare(order, guess, { ...outcome, actual })?.gap).toBe('2 of 3 were at another place');
    expect(compare(order, actual, { ...outcome, actual })?.right).toBe(true);
  });

  it('compares nothing with what was skipped, or with another kind of answer', () => {
    const actual = { kind: 'number', number: 15 } as const;
    expect(compare(number, { kind: 'skipped' }, { ...outcome, actual })).toBeNull();
    expect(compare(number, { kind: 'choice', choice: 'a' }, { ...outcome, actual })).toBeNull();
  });
});

describe('moved()', () => {
  it('swaps neighbours and leaves the given order as it is', () => {
    const given = ['a', 'b', 'c'];
    expect(moved(given, 1, -1)).toEqual(['b', 'a', 'c']);
    expect(moved(given, 1, 1)).toEqual(['a', 'c', 'b']);
    expect(given).toEqual(['a', 'b', 'c']);
  });

  it('moves nothing over an end', () => {
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b']);
    expect(moved(['a', 'b'], 1, 1)).toEqual(['a', 'b']);
  });
});

it('orderRows() lays two orders side by side', () => {
  const actual = { kind: 'order', order: ['a', 'b', 'c'] } as const;
  expect(orderRows(order, { kind: 'order', order: ['a', 'c', 'b'] }, actual)).toEqual([
    { actual: 'An ask', guess: 'An ask', same: true },
    { actual: 'A batch', guess: 'A print', same: false },
    { actual: 'A print', guess: 'A batch', same: false },
  ]);
  expect(orderRows(order, null, actual)[0]).toEqual({ actual: 'An ask', guess: '', same: false });
});
