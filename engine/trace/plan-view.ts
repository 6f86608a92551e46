import type { StageId, SubscriptionId } from '../ids.ts';
import type { StageKind } from './trace-entry.ts';

/**
 * A pipeline as plain data: what the picture draws before it runs, and what every worker must agree on.
 * (What a worker keeps beside it, the definitions with their functions, never crosses a boundary.)
 */
export interface PlanView {
  readonly stages: readonly StageView[];
  readonly subscriptions: readonly SubscriptionView[];
}

export interface StageView {
  readonly id: StageId;
  readonly kind: StageKind;
  /** Name of the dispatcher: `demand`, `broadcast`, `partition`; `null` for a consumer. */
  readonly dispatcher: string | null;
  /** Limit of the buffer in events; `null` = unlimited or none. */
  readonly bufferSize: number | null;
}

export interface SubscriptionView {
  readonly id: SubscriptionId;
  readonly consumer: StageId;
  readonly producer: StageId;
  readonly maxDemand: number;
  readonly minDemand: number;
  readonly cancel: 'permanent' | 'transient' | 'temporary';
}

/** What is allowed and probably not meant. */
export interface PlanWarning {
  /** `never_subscribed`: nobody would ever ask this stage, or it would never get an event. */
  readonly code: 'never_subscribed';
  readonly stage: StageId;
  readonly message: string;
  readonly declared: string;
}
