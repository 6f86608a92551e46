import { describe, expect, it } from 'vitest';
import { runVirtual } from 'sluice';
import { TwinAccount, type TwinCounts } from '$lib/twins/twin-account.ts';
import { BUFFER_LIMIT, twinProgram, type OverflowRule, type TwinName } from '$lib/twins/twin-programs.ts';
import {
  isAsked,
  SLOW_MS,
  slowedForMs,
  SLOWED_FOR_MS,
  slowedTwin,
  twinAnswers,
} from '$lib/twins/twin-questions.ts';
import { planIn } from '../../support/page-program.ts';

async function curveOf(twin: TwinName, rule: OverflowRule): Promise<readonly TwinCounts[]> {
  const plan = planIn(twinProgram(twin, { rule, pauseMs: SLOW_MS }));
  const { entries, plan: view } = await runVirtual(plan, { seed: 0, entryBudget: 3_000 });
  const account = new TwinAccount(view);
  account.update(entries);
  return account.curve;
}

const at = (atMs: number, waiting: number, done: number): TwinCounts => ({
  atMs,
  made: waiting + done,
  done,
  waiting,
  dropped: 0,
});

describe('twinAnswers()', () => {
  it.each(['dropOld', 'dropNew'] as const)(
    'are what runs under "%s" show: a full buffer on the left, what was asked for on the right, as many packed',
    async (rule) => {
      expect(isAsked(rule)).toBe(true);
      const [push, pull] = [await curveOf('push', rule), await curveOf('pull', rule)];
      const answers = twinAnswers(slowedTwin(push, 0), slowedTwin(pull, 0));
      expect(answers).toEqual({
        push: { kind: 'number', number: BUFFER_LIMIT + 4 },
        pull: { kind: 'number', number: 4 },
        more: { kind: 'choice', choice: 'same' },
      });
    },
  );

  it('are not given before both have shown it', () => {
    expect(twinAnswers({ waiting: 60, done: 50 }, null)).toEqual({});
  });

  it('say who has packed more where it is more than the start of two runs explains', () => {
    const more = (push: number, pull: number) =>
      twinAnswers({ waiting: 0, done: push }, { waiting: 0, done: pull })['more'];
    expect([more(50, 47), more(50, 40), more(40, 50)]).toEqual(
      ['same', 'push', 'pull'].map((choice) => ({ kind: 'choice', choice })),
    );
  });
});

describe('slowedTwin()', () => {
  const steps = (from: number, to: number) =>
    Array.from({ length: (to - from) / 200 + 1 }, (_, i) => at(from + i * 200, i, i * 2));

  it('counts from when the packer was slowed, and tells nothing before that was long enough', () => {
    const curve = steps(0, 16_000);
    expect(slowedTwin(curve, 4_000)).toEqual({ waiting: 70, done: 100 });
    expect(slowedTwin(curve, 8_000)).toBeNull();
    expect(slowedForMs(curve, 8_000)).toBe(8_000);
    expect(slowedTwin([], 0)).toBeNull();
  });

  it('leaves out time in which both were paused', () => {
    const curve = [...steps(0, 4_000), ...steps(20_000, 24_000)];
    expect(slowedForMs(curve, 0)).toBe(8_200);
    expect(slowedTwin(curve, 0)).toBeNull();
    expect(slowedTwin([...curve, ...steps(24_200, 27_000)], 0)).not.toBeNull();
    expect(slowedForMs(steps(0, 60_000), 0)).toBe(SLOWED_FOR_MS);
  });
});
