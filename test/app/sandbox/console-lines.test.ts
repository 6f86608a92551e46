import type { TraceEntry, TraceValue } from 'sluice';
import { describe, expect, it } from 'vitest';
import { appendLines, EMPTY_TAIL, formatValues, MAX_LINES } from '$lib/sandbox/console-lines.ts';

const log = (seq: number, ...values: TraceValue[]): TraceEntry => ({
  seq,
  atMs: seq,
  worker: 0,
  stage: 'printer',
  cause: null,
  type: 'log',
  level: 'log',
  values,
});

describe('`appendLines()`', () => {
  it('keeps the newest lines and counts the others', () => {
    const first = appendLines(
      EMPTY_TAIL,
      Array.from({ length: 700 }, (_, i) => log(i + 1, i)),
      null,
    );
    const second = appendLines(
      first,
      Array.from({ length: 100_000 }, (_, i) => log(i + 701, i)),
      null,
    );
    expect(first).toMatchObject({ dropped: 0 });
    expect(second.lines).toHaveLength(MAX_LINES);
    expect(second.dropped).toBe(100_700 - MAX_LINES);
    expect(second.lines.at(-1)).toMatchObject({ seq: 100_700, text: '99999' });
  });

  it('puts a late line where it belongs', () => {
    const tail = appendLines(appendLines(EMPTY_TAIL, [log(1, 'a'), log(5, 'c')], null), [log(3, 'b')], null);
    expect(tail.lines.map((line) => line.text)).toEqual(['a', 'b', 'c']);
  });

  it('leaves the tail as it is when nothing spoke', () => {
    const tail = appendLines(EMPTY_TAIL, [log(1, 'a')], null);
    expect(appendLines(tail, [{ ...log(2), type: 'exit', reason: 'normal' }], null)).toBe(tail);
  });

  it('shows warnings and crashes among the lines', () => {
    const error = { name: 'TypeError', message: 'x is not a function' };
    const { lines } = appendLines(
      EMPTY_TAIL,
      [
        { ...log(1), type: 'warning', code: 'excess', message: 'More events than demand' },
        { ...log(2), type: 'crash', callback: 'handleEvents', error },
      ],
      null,
    );
    expect(lines.map(({ level, text }) => `${level}: ${text}`)).toEqual([
      'warn: More events than demand',
      'error: TypeError: x is not a function',
    ]);
  });
});

describe('`formatValues()`', () => {
  it('writes texts as they are and values as in a program', () => {
    const values = ['Received', 3, null, ['a', [1, '…']], { 'due-at': 1, ok: true, '…': '…' }, {}];
    expect(formatValues(values)).toBe('Received 3 null ["a", [1, …]] { "due-at": 1, ok: true, … } {}');
  });

  it('cuts a line that is too long', () => {
    expect(formatValues(['x'.repeat(10_000)])).toHaveLength(2_001);
  });
});
