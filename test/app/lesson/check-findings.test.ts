import { runVirtual } from 'sluice';
import { consumer, pipeline, planOf, producer } from 'sluice';
import { describe, expect, it } from 'vitest';
import { checkFinding } from '$lib/lesson/check-findings.ts';
import type { CheckResult } from '$lib/sandbox/evaluate.ts';

const BUDGET = 1_000;

/** A producer that sends one too many, and a consumer that returns what it gets. */
const twoMistakes = pipeline(({ start, subscribe }) => {
  const source = producer({ handleDemand: (n) => ({ events: Array.from({ length: n + 1 }, (_, i) => i) }) });
  const sink = consumer({ handleEvents: ((events: number[]) => ({ events })) as never });
  subscribe(start('sink', sink), { to: start('source', source), maxDemand: 4 });
});

async function failed(misconception: string | null): Promise<CheckResult> {
  const run = { ...(await runVirtual(planOf(twoMistakes), { seed: 1, entryBudget: BUDGET })), seed: 1 };
  const message = { misconception, says: 'Expected: less. Got: more.', at: null, run };
  return { ran: true, problems: [], verdicts: [], message, passed: false };
}

describe('checkFinding', () => {
  it('adds what the run of a failed check shows', async () => {
    const result = await failed(null);
    const found = checkFinding(result, BUDGET);
    expect(found?.finding.misconception).toBe('over-emits');
    expect(found?.run).toBe(result.message?.run);
  });

  it('does not say again what the message of the check says', async () => {
    expect(checkFinding(await failed('over-emits'), BUDGET)?.finding.misconception).toBe('consumer-emits');
  });

  it('has nothing to add to a check that passed', async () => {
    expect(checkFinding({ ...(await failed(null)), passed: true }, BUDGET)).toBeNull();
  });
});
