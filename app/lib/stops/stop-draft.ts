import type { PlanView, StopCondition } from 'sluice';
import { likelyDepth } from '../view/fault-menu.ts';

/** A condition as somebody fills it in. */
export interface StopDraft {
  readonly kind: StopCondition['kind'];
  readonly stage: string;
  readonly subscription: string;
  readonly atLeast: number;
  readonly is: number;
  readonly forMs: number;
  /** Whether events are looked at on a link, or at a stage. */
  readonly at: 'link' | 'stage';
  readonly path: string;
  readonly equals: string;
}

/** What one asks for first in a program: that many wait before its last stage. */
export function firstDraft(plan: PlanView): StopDraft {
  const { stages, subscriptions } = plan;
  const stage = stages.at(-1)?.id ?? '';
  return {
    kind: 'depth',
    stage,
    subscription: subscriptions.at(-1)?.id ?? '',
    atLeast: likelyDepth(plan, stage),
    is: 0,
    forMs: 0,
    at: 'link',
    path: '',
    equals: '',
  };
}

/** A form that was begun in another program: what this one does not have is filled in anew. */
export function fittingDraft(draft: StopDraft, plan: PlanView): StopDraft {
  const { stage, subscription } = firstDraft(plan);
  return {
    ...draft,
    stage: plan.stages.some(({ id }) => id === draft.stage) ? draft.stage : stage,
    subscription: plan.subscriptions.some(({ id }) => id === draft.subscription)
      ? draft.subscription
      : subscription,
  };
}

/** The form filled in with what a condition says. */
export function draftOf(condition: StopCondition, around: StopDraft): StopDraft {
  const { kind } = condition;
  switch (kind) {
    case 'depth':
      return { ...around, kind, stage: condition.stage, atLeast: condition.atLeast };
    case 'pending': {
      const { subscription, is, forMs = 0 } = condition;
      return { ...around, kind, subscription, is, forMs };
    }
    case 'value': {
      const { of, path, equals } = condition;
      const place =
        'stage' in of
          ? { at: 'stage' as const, stage: of.stage }
          : { at: 'link' as const, subscription: of.subscription };
      return { ...around, kind, ...place, path, equals };
    }
    case 'window':
      return { ...around, kind, stage: condition.stage ?? around.stage };
  }
}

/** The condition that a form says. */
export function conditionOf(draft: StopDraft): StopCondition {
  const { kind, stage, subscription } = draft;
  switch (kind) {
    case 'depth':
      return { kind, stage, atLeast: whole(draft.atLeast, 1) };
    case 'pending': {
      const forMs = whole(draft.forMs, 0);
      return {
        kind,
        subscription,
        is: whole(draft.is, 0),
        ...(forMs > 0 && { forMs }),
      };
    }
    case 'value':
      return {
        kind,
        of: draft.at === 'stage' ? { stage } : { subscription },
        path: draft.path.trim(),
        equals: draft.equals.trim(),
      };
    case 'window':
      return { kind, stage };
  }
}

/** More than any run comes to. */
export const MOST = 1_000_000_000;

function whole(value: number, least: number): number {
  return Math.min(Math.max(least, Math.round(value)), MOST);
}
