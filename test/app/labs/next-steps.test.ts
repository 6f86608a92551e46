import { describe, expect, it } from 'vitest';
import type { TriedCrash } from '$lib/labs/crash/crash-lab.svelte.ts';
import type { CrashSettings } from '$lib/labs/crash/crash-programs.ts';
import {
  crashNext,
  dispatchersNext,
  skewNext,
  twinsNext,
  type DispatchersSoFar,
  type TwinsSoFar,
} from '$lib/labs/next-steps.ts';
import type { SkewRow } from '$lib/labs/skew/skew-compare.ts';
import { EVEN, madeRow } from './skew/made-runs.ts';

describe('twinsNext()', () => {
  const ready: TwinsSoFar = {
    isCommitted: true,
    isUnderWay: false,
    isPaused: false,
    rule: 'dropOld',
    pauseMs: 20,
    slowLeftMs: null,
    isAnswered: false,
  };
  const running = { ...ready, isUnderWay: true };
  const slow = { ...running, pauseMs: 200 };

  it('leads from the prediction to the answer, and to the other rules', () => {
    expect(twinsNext({ ...ready, isCommitted: false })).toMatch(/^say above/);
    expect(twinsNext(ready)).toMatch(/^press Start both/);
    expect(twinsNext(running)).toMatch(/^slow the packer to 200 ms or more/);
    expect(twinsNext({ ...slow, slowLeftMs: 9_200 })).toMatch(/10 s to go\.$/);
    expect(twinsNext({ ...slow, slowLeftMs: 0, isAnswered: true })).toMatch(/Then choose Grow/);
    expect(twinsNext({ ...slow, rule: 'grow', isAnswered: true })).toMatch(/Then choose Block/);
    expect(twinsNext({ ...slow, rule: 'block', isAnswered: true })).toMatch(/packer quick again/);
    expect(twinsNext({ ...running, isAnswered: true })).toMatch(/go down/);
    expect(twinsNext({ ...ready, isAnswered: true })).toMatch(/another rule/);
    expect(twinsNext({ ...slow, isPaused: true })).toBe('press Resume.');
  });
});

describe('dispatchersNext()', () => {
  const before: DispatchersSoFar = {
    isCommitted: false,
    isUnderWay: false,
    isFinished: false,
    isStale: false,
    looked: ['demand'],
  };
  const over = { ...before, isCommitted: true, isFinished: true };

  it('leads through all three dispatchers, and to another load', () => {
    expect(dispatchersNext(before)).toMatch(/^say above/);
    expect(dispatchersNext({ ...before, isCommitted: true })).toBe('press Run all three.');
    expect(dispatchersNext({ ...over, isFinished: false, isUnderWay: true })).toMatch(/^wait/);
    expect(dispatchersNext(over)).toMatch(/^choose Broadcast/);
    expect(dispatchersNext({ ...over, looked: ['demand', 'broadcast'] })).toMatch(/^choose Partition/);
    expect(dispatchersNext({ ...over, looked: ['demand', 'broadcast', 'partition'] })).toMatch(
      /^change one thing/,
    );
    expect(dispatchersNext({ ...over, isStale: true })).toMatch(/^press Run all three: what is shown/);
  });
});

describe('skewNext()', () => {
  it('leads from even shares over a hot key and more partitions to each fix', async () => {
    const rows: SkewRow[] = [];
    const steps = [skewNext(rows, false), skewNext(rows, true)];
    const after = async (more: Parameters<typeof madeRow>[1]) => {
      rows.push(await madeRow(rows.length + 1, more));
      steps.push(skewNext(rows, true));
    };
    await after({ shares: EVEN });
    await after({});
    await after({ partitions: 8 });
    for (const fix of ['salt', 'saltAndMerge', 'preAggregate', 'twoStages'] as const) await after({ fix });
    rows.push(...rows.slice(-1).map((row) => ({ ...row, time: 'real' as const })));
    steps.push(skewNext(rows, true));
    const expected = [
      'say above',
      'press Run.',
      'give one city 60 %',
      'take eight partitions',
      'try the fix “Salt the key”',
      'try the fix “Salt and merge”',
      'try the fix “Pre-aggregate”',
      'try the fix “Two stages”',
      'run one of them on real workers',
      'compare the rows',
    ];
    expect(skewNext([await madeRow(1, { fix: 'salt' })], true)).toMatch(/^choose no fix/);
    expect(steps.map((step, i) => step.slice(0, expected[i]?.length))).toEqual(expected);
  });
});

describe('crashNext()', () => {
  const tried = (settings: CrashSettings): TriedCrash => {
    const outcome = {
      ids: { once: [], lost: [], twice: [] },
      flying: { once: 0, lost: 0, twice: 0 },
      repeats: [],
    };
    return { number: 1, settings, stage: 'saver', atMs: 3_500, outcome, guess: null };
  };

  it('says in each phase what comes next', () => {
    expect(crashNext('before', [])).toMatch(/^press Start/);
    expect(crashNext('running', [])).toMatch(/⚡/);
    expect(crashNext('held', [])).toMatch(/^say below/);
    expect(crashNext('after', [])).toMatch(/go to the end/);
  });

  it('names a setting that was not tried, until all were', () => {
    const rows: TriedCrash[] = [];
    const over = () => crashNext('over', rows);
    rows.push(tried({ acknowledge: 'after', isIdempotent: false }));
    expect(over()).toMatch(/with “Before the save”\.$/);
    rows.push(tried({ acknowledge: 'before', isIdempotent: false }));
    expect(over()).toMatch(/with “When it is sent”\.$/);
    rows.push(tried({ acknowledge: 'sent', isIdempotent: false }));
    expect(over()).toMatch(/“Changes nothing”\.$/);
    rows.push(tried({ acknowledge: 'after', isIdempotent: true }));
    expect(over()).toMatch(/^compare the rows/);
  });
});
