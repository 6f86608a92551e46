import { describe, expect, it } from 'vitest';
import type { RunUpdate, StageCounters } from 'sluice';
import { progressLine, summaryText } from '../../scripts/cli/figures.ts';
import { paint, problemText } from '../../scripts/cli/problem-text.ts';
import { portable } from '../../scripts/cli/program.ts';

const STAGE: StageCounters = {
  stage: 'numbers',
  worker: 0,
  mailbox: 0,
  handled: 0,
  emitted: 12_345,
  buffered: 0,
  discarded: 0,
  lost: 0,
  busyMs: 1,
  calls: 3,
  status: 'waiting',
};

const UPDATE: RunUpdate = {
  status: 'running',
  plan: null,
  warnings: [],
  placement: {},
  workers: 2,
  transport: 'ring',
  entries: [],
  dropped: 0,
  stages: [STAGE, { ...STAGE, stage: 'printer', worker: 1, handled: 9_000, emitted: 0, lost: 2 }],
  subscriptions: [],
  flows: [],
  output: [],
  outputDropped: 0,
  uncaught: [],
  elapsedMs: 1_234,
  weather: [],
  stoppedBy: null,
  end: null,
};

describe('progressLine()', () => {
  it('says where a run stands, in one line', () => {
    expect(progressLine(UPDATE, 4_999.6, null)).toBe(
      '1.2 s · 2 workers (shared memory) · 5,000 events/s · numbers 12,345 · printer 9,000',
    );
  });

  it('is never wider than the terminal, and counts the stages it leaves out', () => {
    for (const columns of [20, 60, 70, 80, 90, 200]) {
      expect(progressLine(UPDATE, 5_000, columns).length).toBeLessThan(columns);
    }
    expect(progressLine(UPDATE, 5_000, 80)).toMatch(/· numbers 12,345 · \+1$/);
  });
});

describe('summaryText()', () => {
  it('tells how a run ended, and lists its stages with what is not 0', () => {
    expect(summaryText(UPDATE, { type: 'exited' }, { file: 'pipeline.ts', seed: 7 }).split('\n')).toEqual([
      'pipeline.ts: every stage has ended, after 1.2 s on 2 workers (shared memory), with seed 7',
      '  stage    worker  handled  emitted  lost  now',
      '  numbers       1        0   12,345     0  waiting',
      '  printer       2    9,000        0     2  waiting',
    ]);
  });
});

describe('problemText()', () => {
  const files = { 'lib/a.ts': 'one\ntwo\n\tthree();\nfour\nfive\nsix\n' };
  const problem = { severity: 'error', phase: 'run', message: 'It broke', hint: 'Mend it.' } as const;

  it('shows the line that is meant among its neighbours', () => {
    const place = { file: 'lib/a.ts', line: 3, column: 2 };
    expect(problemText({ ...problem, place }, files, paint(false)).split('\n')).toEqual([
      'lib/a.ts:3:2: error: It broke',
      '  1 | one',
      '  2 | two',
      '> 3 |  three();',
      '    |  ^',
      '  4 | four',
      '  5 | five',
      'hint: Mend it.',
    ]);
  });

  it('shows the part of a long line that is meant', () => {
    const long = { 'a.ts': `${'x'.repeat(300)}HERE${'y'.repeat(300)}` };
    const place = { file: 'a.ts', line: 1, column: 301 };
    const [, line = '', mark = ''] = problemText({ ...problem, place }, long, paint(false)).split('\n');
    expect(line.length).toBeLessThan(140);
    expect(line.slice(mark.indexOf('^')).startsWith('HERE')).toBe(true);
  });

  it('does without a place, or a file that nobody has', () => {
    expect(problemText(problem, files, paint(false))).toBe('error: It broke\nhint: Mend it.');
    const place = { file: 'other.ts', line: 3, column: 2 };
    expect(problemText({ ...problem, place }, files, paint(false))).toMatch(
      /^other.ts:3:2: error: It broke\nhint/,
    );
  });

  it('is set off by colours only where they are wanted', () => {
    expect(problemText(problem, files, paint(true))).toContain('\u001B[31merror');
    expect(problemText(problem, files, paint(false))).not.toContain('\u001B');
  });
});

describe('portable()', () => {
  it('keeps the lines of the program alone, and names nothing of this machine', () => {
    const url = 'file:///tmp/sluice-1/program.mjs';
    const stack = `Error: no\n    at handleEvents (${url}:3:4)\n    at Stage (file:///home/cache/worker.mjs:9:9)\n    at node:internal/x:1:1`;
    expect(portable({ name: 'Error', message: 'no', stack }, url)).toEqual({
      name: 'Error',
      message: 'no',
      stack: 'Error: no\n    at handleEvents (file:///program.js:3:4)',
    });
  });
});
