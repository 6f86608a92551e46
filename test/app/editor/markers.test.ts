import { describe, expect, it } from 'vitest';
import { markersOf } from '../../../app/lib/editor/markers.ts';
import type { Problem } from '../../../app/lib/sandbox/run-view.ts';

const TEXT = 'const größe = 1;\nwrong(größe);';

function problem(line: number, column: number, more: Partial<Problem> = {}): Problem {
  return {
    severity: 'error',
    phase: 'compile',
    message: 'Wrong',
    place: { file: 'start.ts', line, column },
    ...more,
  };
}

describe('markersOf()', () => {
  it('covers the word at the place', () => {
    expect(markersOf([problem(1, 7)], 'start.ts', TEXT)).toEqual([
      { severity: 'error', message: 'Wrong', line: 1, column: 7, endColumn: 12 },
    ]);
  });

  it('covers one character where no word begins', () => {
    expect(markersOf([problem(2, 6)], 'start.ts', TEXT)).toMatchObject([{ column: 6, endColumn: 7 }]);
  });

  it('adds the hint to the message', () => {
    expect(markersOf([problem(1, 1, { hint: 'Do this.' })], 'start.ts', TEXT)).toMatchObject([
      { message: 'Wrong\nDo this.' },
    ]);
  });

  it('leaves out problems of other files and of no place', () => {
    const nowhere: Problem = { severity: 'error', phase: 'run', message: 'Wrong' };
    expect(markersOf([problem(1, 1), nowhere], 'other.ts', TEXT)).toEqual([]);
  });

  it('keeps within a text that became shorter', () => {
    expect(markersOf([problem(9, 40)], 'start.ts', TEXT)).toMatchObject([
      { line: 2, column: 14, endColumn: 15 },
    ]);
    expect(markersOf([problem(0, 0)], 'start.ts', TEXT)).toMatchObject([{ line: 1, column: 1 }]);
  });
});
