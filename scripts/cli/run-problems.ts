import type { PlanWarning, RunEnd, RunUpdate } from 'sluice';
import { failureProblem, type ProgramText } from '../../app/lib/sandbox/problems.ts';
import type { Problem } from '../../app/lib/sandbox/run-view.ts';

/** A thread that fails is no matter of a page. */
export function failureOf(failure: Extract<RunEnd, { type: 'failed' }>, text: ProgramText): Problem {
  if (failure.phase !== 'platform') return failureProblem(failure, text);
  const { message } = failure.error;
  return {
    severity: 'error',
    phase: 'run',
    message,
    hint: /memory/i.test(message)
      ? 'Look for an array that only grows, or a loop that makes events without end.'
      : 'A thread of the run has ended by itself. Run it again, perhaps with fewer workers.',
  };
}

/** What a plan warns of, less what the run has since put right: callbacks may subscribe, too. */
export function stillTrue({ warnings, subscriptions, plan }: RunUpdate): readonly PlanWarning[] {
  const fed = new Set(subscriptions.map(({ consumer }) => consumer));
  const asked = new Set(subscriptions.map(({ producer }) => producer));
  return warnings.filter(({ code, stage: id }) => {
    if (code !== 'never_subscribed') return true;
    const kind = plan?.stages.find((stage) => stage.id === id)?.kind;
    return (kind !== 'producer' && !fed.has(id)) || (kind !== 'consumer' && !asked.has(id));
  });
}
