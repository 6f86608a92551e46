import { describe, expect, it } from 'vitest';
import type { Exercise, RunRecord } from '#lessons/schema.ts';
import { checkResult } from '$lib/sandbox/check-result.ts';
import { SourcePlaces } from '$lib/sandbox/error-mapping.ts';
import type { HiddenRuns } from '$lib/sandbox/hidden-runs.ts';
import type { Problem } from '$lib/sandbox/run-view.ts';

const source = `const numbers = producer({
  handleDemand: (demand) => {
    for (;;);
  },
});
export default pipeline(({ start }) => { start('numbers', numbers); });`;

const text = {
  sources: { 'start.ts': source },
  entry: 'start.ts',
  places: new SourcePlaces('{"version":3,"sources":[],"names":[],"mappings":""}'),
};
const warning: Problem = { severity: 'warning', phase: 'compile', message: 'This is never used' };
const run: RunRecord = { plan: { stages: [], subscriptions: [] }, entries: [], seed: 11, ended: 'idle' };

function exercise(pass: boolean): Exercise {
  const verdict = { pass, expected: 'numbers', got: 'none', at: null };
  return {
    checks: [{ id: 'one', says: 'It makes numbers', test: () => verdict }],
    detectors: [],
    hints: ['Look.', 'Think.', 'Write.'],
  };
}

function resultOf(outcome: HiddenRuns, { passes = true } = {}) {
  return checkResult(outcome, { text, warnings: [warning] }, exercise(passes));
}

describe('`checkResult()`', () => {
  it('passes a program whose runs pass every check', () => {
    const result = resultOf({ type: 'runs', runs: [run, run], warnings: [] });
    expect(result).toMatchObject({ ran: true, passed: true, message: null, problems: [warning] });
    expect(result.verdicts).toHaveLength(1);
  });

  it('judges no run whose recording contradicts itself, though it passes every check', () => {
    const log = { type: 'log', level: 'log', values: [], atMs: 0, worker: 0, cause: null } as const;
    const forged = { ...run, entries: [{ ...log, seq: 1, stage: 'nobody' }] };
    const result = resultOf({ type: 'runs', runs: [run, forged], warnings: [] });
    expect(result).toMatchObject({ ran: false, passed: false, verdicts: [] });
    expect(result.problems[0]?.message).toContain('There is no verdict');
    expect(result.problems[0]?.message).toContain('entry 1 is of "nobody"');
  });

  it('says what a failed check expected', () => {
    const result = resultOf({ type: 'runs', runs: [run], warnings: [] }, { passes: false });
    expect(result).toMatchObject({ ran: true, passed: false, message: { run } });
  });

  it('tells what the engine warns of once, however many runs', () => {
    const never = {
      code: 'never_subscribed',
      stage: 'numbers',
      message: 'Nobody asks',
      declared: '',
    } as const;
    const { problems } = resultOf({ type: 'runs', runs: [run, run], warnings: [never] });
    expect(problems).toMatchObject([{ severity: 'warning', stage: 'numbers' }, warning]);
  });

  it('names the stage that hangs, at a place in its callback', () => {
    const error = {
      name: 'EngineError',
      message: 'no answer from handleDemand of "numbers"',
      code: 'worker_hangs',
    };
    const failure = { type: 'failed', phase: 'watchdog', stage: 'numbers', worker: 0, error } as const;
    const { ran, problems } = resultOf({ type: 'hangs', failure });
    expect(ran).toBe(false);
    expect(problems).toMatchObject([{ stage: 'numbers', code: 'worker_hangs' }, warning]);
    expect([2, 3]).toContain(problems[0]?.place?.line);
  });

  it.each([
    { outcome: { type: 'endless', waitedMs: 8_000 }, code: 'worker_hangs' },
    {
      outcome: { type: 'failed', error: { name: 'EngineError', message: 'none', code: 'no_pipeline' } },
      code: 'no_pipeline',
    },
    { outcome: { type: 'gone' }, code: undefined },
    { outcome: { type: 'broken', says: 'no worker' }, code: undefined },
  ] satisfies { outcome: HiddenRuns; code: string | undefined }[])(
    'says why nothing ran: $outcome.type',
    ({ outcome, code }) => {
      const result = resultOf(outcome);
      expect(result).toMatchObject({ ran: false, passed: false, verdicts: [], message: null });
      expect(result.problems[0]).toMatchObject({ severity: 'error' });
      expect(result.problems[0]?.code).toBe(code);
    },
  );
});
