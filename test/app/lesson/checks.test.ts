import { checkRows, summary } from '$lib/lesson/checks.ts';
import type { CheckResult } from '$lib/sandbox/evaluate.ts';
import type { Check, Exercise, RunRecord } from '#lessons/schema.ts';
import { expect, it } from 'vitest';

const run: RunRecord = { plan: { stages: [], subscriptions: [] }, entries: [], seed: 1, ended: 'idle' };
const checks = [check('a'), check('b')];
const exercise: Exercise = { checks, detectors: [], hints: ['', '', ''] };

it('checkRows() lists the requirements before anything has run', () => {
  expect(states(null, false)).toEqual(['not run', 'not run']);
});

it('checkRows() forgets the last result while a check runs', () => {
  expect(states(result(true, false), true)).toEqual(['running', 'running']);
});

it('checkRows() gives each requirement what was found about it', () => {
  expect(states(result(true, false), false)).toEqual(['passed', 'failed']);
});

it('summary() says the result in one sentence', () => {
  const says = (found: CheckResult | null, checking = false) => summary(exercise, found, { checking });
  expect(says(null)).toBe('');
  expect(says(null, true)).toBe('Checking 2 requirements …');
  expect(says(result(true, false))).toBe('1 of 2 requirements are met.');
  expect(says(result(true, true))).toBe('All 2 requirements are met.');
  expect(says({ ...result(), ran: false })).toBe('Nothing could be checked: the program did not run.');
});

function states(found: CheckResult | null, checking: boolean) {
  return checkRows(exercise, found, { checking }).map(({ state }) => state);
}

function check(id: string): Check {
  return { id, says: `${id}.`, test: () => ({ pass: true, expected: '', got: '', at: null }) };
}

function result(...passes: readonly boolean[]): CheckResult {
  const verdicts = passes.flatMap((pass, i) => {
    const own = checks[i];
    return own ? { check: own, run, verdict: { pass, expected: '', got: '', at: null } } : [];
  });
  return { ran: true, problems: [], verdicts, message: null, passed: passes.every(Boolean) };
}
