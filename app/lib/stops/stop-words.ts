import type { PlanView, StopCondition, StopHit, StopNames, SubscriptionId } from 'sluice';
import { linkText } from '../view/slow-link.ts';
import { countText, plural, valueText } from '../view/value-label.ts';

/** What a condition says: "50 or more wait at save". */
export function conditionText(condition: StopCondition, plan: PlanView | null): string {
  switch (condition.kind) {
    case 'depth':
      return `${countText(condition.atLeast)} or more wait at ${condition.stage}`;
    case 'pending': {
      const { is, forMs = 0 } = condition;
      const lasting = forMs > 0 ? ` for ${countText(forMs)} ms` : '';
      return `pending is ${countText(is)}${lasting} on ${linkWords(condition.subscription, plan)}`;
    }
    case 'value': {
      const { of, path, equals } = condition;
      const what = path === '' ? equals : `an event with ${path} = ${equals}`;
      return `${what} passes ${'stage' in of ? `at ${of.stage}` : `on ${linkWords(of.subscription, plan)}`}`;
    }
    case 'window':
      return condition.stage === undefined ? 'a window fires' : `a window of ${condition.stage} fires`;
  }
}

/** Why a run stands still: "Paused: 51 events wait before save; you asked to stop at 50." */
export function stopSentence({ condition, seen, atMs }: StopHit, plan: PlanView | null): string {
  switch (condition.kind) {
    case 'depth': {
      const count = typeof seen === 'number' ? seen : condition.atLeast;
      return `${plural(count, 'event')} ${count === 1 ? 'waits' : 'wait'} at ${condition.stage}; you asked to stop at ${countText(condition.atLeast)}.`;
    }
    case 'pending': {
      const { is, forMs = 0 } = condition;
      const lasting = forMs > 0 ? ` and has been for ${countText(forMs)} ms` : '';
      return `pending is ${countText(is)}${lasting} on ${linkWords(condition.subscription, plan)}; you asked to stop then.`;
    }
    case 'value':
      return `${valueText(seen, 40)} passes ${'stage' in condition.of ? `at ${condition.of.stage}` : `on ${linkWords(condition.of.subscription, plan)}`}; you asked to stop at ${condition.path === '' ? '' : `${condition.path} = `}${condition.equals}.`;
    case 'window':
      return `a window ${condition.stage === undefined ? '' : `of ${condition.stage} `}fired at ${countText(Math.round(atMs))} ms; you asked to stop then.`;
  }
}

/** Conditions that a program can meet: those of stages and links that it does not have are left out. */
export function fittingConditions(
  conditions: readonly StopCondition[],
  plan: PlanView,
): readonly StopCondition[] {
  const names = namesOf(plan);
  return conditions.filter((condition) => fits(condition, names));
}

/** What conditions may speak of in a program. */
export function namesOf({ stages, subscriptions }: PlanView): StopNames {
  return { stages: stages.map(({ id }) => id), subscriptions: subscriptions.map(({ id }) => id) };
}

/** Whether a program has what a condition is about. */
export function fits(condition: StopCondition, { stages, subscriptions }: StopNames): boolean {
  switch (condition.kind) {
    case 'depth':
      return stages.includes(condition.stage);
    case 'pending':
      return subscriptions.includes(condition.subscription);
    case 'value':
      return 'stage' in condition.of
        ? stages.includes(condition.of.stage)
        : subscriptions.includes(condition.of.subscription);
    case 'window':
      return condition.stage === undefined || stages.includes(condition.stage);
  }
}

function linkWords(id: SubscriptionId, plan: PlanView | null): string {
  const link = plan?.subscriptions.find((one) => one.id === id);
  return link ? linkText(link) : id;
}
