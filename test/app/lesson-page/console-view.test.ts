import { describe, expect, it } from 'vitest';
import { announcement, consoleView, emptyText, MOST_LINES, stagesOf } from '$lib/lesson-page/console-view.ts';
import type { ConsoleLine } from '$lib/sandbox/run-view.ts';

const line = (seq: number, stage: string | null, text: string): ConsoleLine => ({
  seq,
  stage,
  worker: 0,
  level: 'log',
  text,
});
const LINES = [
  line(1, 'printer', 'Received 1'),
  line(2, 'source', 'made 2'),
  line(3, 'printer', 'Received 2'),
];
const ALL = { text: '', stage: null, from: 0 };

describe('consoleView()', () => {
  it('narrows by stage, by text in any case, and by what was cleared', () => {
    expect(consoleView(LINES, { ...ALL, stage: 'printer' }).lines.map(({ seq }) => seq)).toEqual([1, 3]);
    expect(consoleView(LINES, { ...ALL, text: ' RECEIVED 2' }).lines.map(({ seq }) => seq)).toEqual([3]);
    expect(consoleView(LINES, { ...ALL, from: 2 }).lines.map(({ seq }) => seq)).toEqual([3]);
  });

  it('shows the newest of very many and says how many it hides', () => {
    const many = Array.from({ length: MOST_LINES + 7 }, (_, i) => line(i, 'a', `${i}`));
    const view = consoleView(many, ALL);
    expect(view.hidden).toBe(7);
    expect(view.lines).toHaveLength(MOST_LINES);
    expect(view.lines.at(-1)?.seq).toBe(MOST_LINES + 6);
    const fewer = consoleView(many, { ...ALL, most: 2 });
    expect(fewer.lines.map(({ seq }) => seq)).toEqual([MOST_LINES + 5, MOST_LINES + 6]);
    expect(fewer.hidden).toBe(MOST_LINES + 5);
  });
});

describe('emptyText()', () => {
  it('tells a run that has printed nothing from one that has not yet, and from what is filtered or cleared away', () => {
    expect(emptyText([], ALL, false)).toBe('What your program prints appears here.');
    expect(emptyText([], ALL, true)).toBe('This run has printed nothing.');
    expect(emptyText(LINES, { ...ALL, from: 3 }, false)).toBe(
      'What your program prints from now on appears here.',
    );
    expect(emptyText(LINES, { ...ALL, from: 3 }, true)).toBe(
      'Cleared. The run is over: nothing more is printed.',
    );
    expect(emptyText(LINES, { ...ALL, text: ' seven ' }, true)).toBe('No line with “seven” in it.');
    expect(emptyText(LINES, { ...ALL, stage: 'source', text: '9' }, false)).toBe(
      'No line of source with “9” in it.',
    );
    expect(emptyText(LINES.slice(0, 1), { ...ALL, stage: 'source' }, true)).toBe('No line of source.');
  });
});

describe('stagesOf()', () => {
  it('lists each stage once, in order, without what no stage printed', () => {
    expect(stagesOf([...LINES, line(4, null, 'at load')])).toEqual(['printer', 'source']);
  });
});

describe('announcement()', () => {
  it('says one line as it is and sums up more', () => {
    expect(announcement([])).toBe('');
    expect(announcement(LINES.slice(0, 1))).toBe('printer: Received 1');
    expect(announcement(LINES)).toBe('3 new lines, the last from printer: Received 2');
    expect(announcement([line(4, null, 'at load')])).toBe('at load');
  });
});
