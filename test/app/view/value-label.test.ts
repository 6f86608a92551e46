import { describe, expect, it } from 'vitest';
import type { TraceValue } from 'sluice';
import { durationText, eventGlyph, shortLabel, valueText, reasonText } from '$lib/view/value-label.ts';

describe('shortLabel()', () => {
  it.each<[TraceValue, string]>([
    [7, '7'],
    [-12.5, '-12.5'],
    [123456, '120k'],
    [98_765_432, '99M'],
    [0.123456789, '0.12'],
    ['ATL', 'ATL'],
    ['watermark', 'wate…'],
    [null, 'null'],
    [true, 'true'],
    [[1, 2, 3], '[3]'],
    [['word', 2], 'word'],
    [{ origin: 'SEA', delay: 12 }, 'SEA'],
    [{ delay: 12 }, '12'],
    [{}, '{…}'],
  ])('of %j is %s', (value, label) => {
    expect(shortLabel(value)).toBe(label);
  });

  it('is at most five characters long for every number', () => {
    for (const value of [1e21, -1e9, 0.1 + 0.2, Number.MAX_SAFE_INTEGER, -99999]) {
      expect(shortLabel(value).length, String(value)).toBeLessThanOrEqual(6);
    }
  });
});

describe('eventGlyph()', () => {
  it('gives events of one key one shape and hue, and plain values the plain one', () => {
    const [first, second] = [
      eventGlyph({ origin: 'SEA', delay: 1 }),
      eventGlyph({ origin: 'SEA', delay: 2 }),
    ];
    expect([first.shape, first.hue]).toEqual([second.shape, second.hue]);
    expect(eventGlyph(5)).toMatchObject({ shape: 'round', hue: null });
  });
});

describe('valueText()', () => {
  it('writes a value as a learner would, cut to length', () => {
    expect(valueText({ origin: 'SEA', delays: [1, 2] })).toBe('{ origin: "SEA", delays: [1, 2] }');
    expect(valueText('a long string indeed', 8)).toBe('"a long…');
  });
});

describe('durationText()', () => {
  it.each([
    [0, '0 ms'],
    [0.42, '0.4 ms'],
    [12.6, '13 ms'],
    [3_240, '3.2 s'],
    [61_000, '61 s'],
  ])('of %d ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

describe('reasonText()', () => {
  it('tells a failure as its error says it, and anything else as a value', () => {
    expect(reasonText({ error: 'TypeError', message: 'x is not a function' })).toBe(
      'TypeError: x is not a function',
    );
    expect(reasonText('shutdown')).toBe('"shutdown"');
    expect(reasonText({ error: 7 })).toBe('{ error: 7 }');
    expect(reasonText(['down', 1])).toBe('["down", 1]');
    expect(reasonText({ error: 'Error', message: 'x'.repeat(100) })).toHaveLength(60);
  });
});
