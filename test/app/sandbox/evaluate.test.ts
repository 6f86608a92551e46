import { describe, expect, it } from 'vitest';
import type { Check, Detector, Exercise, RunRecord } from '#lessons/schema.ts';
import { evaluate } from '$lib/sandbox/evaluate.ts';

const runOf = (seed: number): RunRecord => ({
  plan: { stages: [], subscriptions: [] },
  entries: [],
  seed,
  ended: 'idle',
});

/** Passes in the runs whose seed is not in `failing`. */
const check = (id: string, ...failing: number[]): Check => ({
  id,
  says: `${id} holds.`,
  test: ({ seed }) =>
    failing.includes(seed)
      ? { pass: false, expected: `${id} to hold`, got: `seed ${seed}`, at: seed }
      : { pass: true, expected: `${id} to hold`, got: 'it does', at: null },
});

const detector = (misconception: string, ...seeds: number[]): Detector => ({
  misconception,
  detect: ({ seed }) => (seeds.includes(seed) ? { says: `It is ${misconception}.`, at: 7 } : null),
});

const exercise = (checks: readonly Check[], detectors: readonly Detector[] = []): Exercise => ({
  checks,
  detectors,
  hints: ['Look.', 'Think.', 'Write.'],
});

const runs = [runOf(1), runOf(2), runOf(3)];

describe('`evaluate()`', () => {
  it('passes when every check passes in every run', () => {
    const result = evaluate(exercise([check('a'), check('b')], [detector('push', 1, 2, 3)]), runs);
    expect(result).toMatchObject({ passed: true, message: null, problems: [] });
    expect(result.verdicts.map(({ verdict, run }) => [verdict.pass, run.seed])).toEqual([
      [true, 1],
      [true, 1],
    ]);
  });

  it('shows the first run in which a check fails', () => {
    const { passed, verdicts } = evaluate(exercise([check('a', 2, 3), check('b')]), runs);
    expect(passed).toBe(false);
    expect(verdicts[0]).toMatchObject({ verdict: { pass: false, got: 'seed 2' }, run: { seed: 2 } });
    expect(verdicts[1]).toMatchObject({ verdict: { pass: true } });
  });

  it('lets the first detector speak that recognizes a failing run', () => {
    const detectors = [detector('other', 1), detector('greedy', 2), detector('late', 2)];
    const { message } = evaluate(exercise([check('a', 2)], detectors), runs);
    expect(message).toMatchObject({
      misconception: 'greedy',
      says: 'It is greedy.',
      at: 7,
      run: { seed: 2 },
    });
  });

  it('lets the failed check speak when no detector does', () => {
    const { message } = evaluate(exercise([check('a', 3)], [detector('other', 1)]), runs);
    expect(message).toMatchObject({
      misconception: null,
      says: 'Expected: a to hold. Got: seed 3.',
      at: 3,
      run: { seed: 3 },
    });
  });

  it('reports a check and a detector that throw, and fails', () => {
    const broken: Check = {
      id: 'broken',
      says: 'It holds.',
      test: () => {
        throw new Error('oops');
      },
    };
    const brokenDetector: Detector = {
      misconception: 'odd',
      detect: () => {
        throw new Error('ouch');
      },
    };
    const { passed, verdicts, problems } = evaluate(exercise([broken], [brokenDetector]), [runOf(1)]);
    expect(passed).toBe(false);
    expect(verdicts[0]?.verdict).toMatchObject({ pass: false, expected: 'It holds.' });
    expect(problems.map(({ message }) => message)).toEqual([
      'The check "broken" failed itself: oops',
      'The detector of "odd" failed itself: ouch',
    ]);
  });

  it('does not pass when nothing ran', () => {
    expect(evaluate(exercise([check('a')]), [])).toMatchObject({
      passed: false,
      verdicts: [],
      message: null,
    });
  });
});
