import type { OutputLine, TraceEntry, TraceValue } from 'sluice';
import { describe, expect, it } from 'vitest';
import { formatValues, MAX_LINES, RunConsole } from '$lib/sandbox/console-lines.ts';

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

const output = (atMs: number, text: string): OutputLine => ({
  worker: 1,
  atMs,
  level: 'info',
  values: [text],
});

describe('`RunConsole`', () => {
  it('keeps the newest lines and counts the others', () => {
    const entries = Array.from({ length: 100_700 }, (_, i) => log(i + 1, i));
    const { lines, dropped } = new RunConsole(null).tail(entries);
    expect(lines).toHaveLength(MAX_LINES);
    expect(dropped).toBe(100_700 - MAX_LINES);
    expect(lines.at(-1)).toMatchObject({ seq: 100_700, text: '100699' });
  });

  it('makes a line once, and puts a late one where it belongs', () => {
    const runConsole = new RunConsole(null);
    const [a, b, c] = [log(1, 'a'), log(3, 'b'), log(5, 'c')];
    const before = runConsole.tail([a, c]).lines;
    const after = runConsole.tail([a, b, c]).lines;
    expect(after.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
    expect([after[0], after[2]]).toEqual(before);
    expect(after[0]).toBe(before[0]);
  });

  it('shows warnings and crashes among the lines, and nothing else', () => {
    const error = { name: 'TypeError', message: 'x is not a function' };
    const { lines } = new RunConsole(null).tail([
      { ...log(1), type: 'warning', code: 'excess', message: 'More events than demand' },
      { ...log(2), type: 'crash', callback: 'handleEvents', error },
      { ...log(3), type: 'exit', reason: 'normal' },
    ]);
    expect(lines.map(({ level, text }) => `${level}: ${text}`)).toEqual([
      'warn: More events than demand',
      'error: TypeError: x is not a function',
    ]);
  });

  it('tells what a callback prints that goes on after its stage has crashed', () => {
    const crash = { callback: 'handleEvents', error: { name: 'Error', message: 'off' } } as const;
    const { lines } = new RunConsole(null).tail([
      { ...log(2, 'before'), cause: 1 },
      { ...log(3), type: 'crash', ...crash, cause: 1 },
      { ...log(4, 'of another'), stage: 'other', cause: 1 },
      { ...log(6, 'started again'), cause: 5 },
      { ...log(7, 'still sleeping'), cause: 1 },
      log(8, 'of no callback'),
    ]);
    expect(lines.filter(({ afterCrash }) => afterCrash).map(({ text }) => text)).toEqual(['still sleeping']);
  });

  it('puts what was printed outside stages in by time, each line with a number of its own', () => {
    const { lines } = new RunConsole(null).tail(
      [log(10, 'first'), log(20, 'second')],
      [output(1, 'loading'), output(1, 'loaded'), output(15, 'timer'), output(30, 'late')],
    );
    expect(lines.map(({ text }) => text)).toEqual(['loading', 'loaded', 'first', 'timer', 'second', 'late']);
    expect(new Set(lines.map(({ seq }) => seq)).size).toBe(6);
    expect(lines[0]).toMatchObject({ stage: null, worker: 1, level: 'info' });
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
