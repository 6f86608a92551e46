import type { StageId, SubscriptionId, WorkerId } from '../ids.ts';
import type { StageDefinition, SubscribeOptions } from '../stage/definition.ts';
import { demandOptions } from '../stage/demand.ts';
import { bufferLimit } from '../stage/producing.ts';
import type { Written } from '../trace/stack-place.ts';
import type { FlowView, PlanView, PlanWarning, SupervisorView } from '../trace/plan-view.ts';

/** One stage of a plan, with its code. Never crosses a boundary. */
export interface PlannedStage {
  readonly id: StageId;
  readonly definition: StageDefinition;
  readonly arg: unknown;
  /** Stack of the call that declared it, for messages that name the learner's line. */
  readonly declared: string;
  /** Where the operators of a flow that it runs are written; left out for other stages. */
  readonly operators?: readonly Written[];
  /** The worker it is pinned to; left out where the run decides. */
  readonly worker?: WorkerId;
  /** The stage that it is started beside, to share its work; left out for what the program has started. */
  readonly copyOf?: StageId;
}

export interface PlannedSubscription {
  readonly id: SubscriptionId;
  readonly consumer: StageId;
  readonly producer: StageId;
  readonly options: SubscribeOptions;
}

/** A supervisor of a plan. */
export interface PlannedSupervisor extends SupervisorView {
  /** Stack of the call that declared it. */
  readonly declared: string;
}

/** A flow of a plan: its stages and subscriptions are among the plan's. */
export interface PlannedFlow extends FlowView {
  /** Stack of the call that declared it. */
  readonly declared: string;
}

const PLAN: unique symbol = Symbol.for('sluice.plan');

/** A pipeline as a program declares it: stages with their functions, and subscriptions. Made by `pipeline`. */
export class Plan {
  /** Known by this mark, so that a second copy of the engine recognizes the plans of the first. */
  readonly [PLAN] = true;
  readonly stages: readonly PlannedStage[];
  readonly subscriptions: readonly PlannedSubscription[];
  /** Inner ones before those that supervise them. */
  readonly supervisors: readonly PlannedSupervisor[];
  readonly flows: readonly PlannedFlow[];
  readonly warnings: readonly PlanWarning[];

  constructor(parts: {
    readonly stages: readonly PlannedStage[];
    readonly subscriptions: readonly PlannedSubscription[];
    readonly supervisors: readonly PlannedSupervisor[];
    readonly flows?: readonly PlannedFlow[];
    readonly warnings: readonly PlanWarning[];
  }) {
    this.stages = parts.stages;
    this.subscriptions = parts.subscriptions;
    this.supervisors = parts.supervisors;
    this.flows = parts.flows ?? [];
    this.warnings = parts.warnings;
  }
}

export function isPlan(value: unknown): value is Plan {
  return typeof value === 'object' && value !== null && PLAN in value;
}

/** Any option may be anything until a dispatcher looks at it. */
function isName(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

/** The plain data of a plan: cloneable, and equal for equal programs. */
export function viewOfPlan(plan: Plan): PlanView {
  return {
    stages: plan.stages.map(({ id, definition: { kind, options, children }, worker, copyOf }) => {
      const limit = bufferLimit(kind, options);
      const partitions = options.dispatcher?.partitions;
      return {
        id,
        kind,
        dispatcher: kind === 'consumer' ? null : (options.dispatcher?.name ?? 'demand'),
        bufferSize: kind === 'consumer' || limit === Infinity ? null : limit,
        ...(kind !== 'consumer' && options.bufferKeep === 'first' && { bufferKeep: options.bufferKeep }),
        ...(partitions && { partitions }),
        ...(children && { children: { restart: children.restart } }),
        ...(worker !== undefined && { worker }),
        ...(copyOf !== undefined && { copyOf }),
      };
    }),
    subscriptions: plan.subscriptions.map(({ id, consumer, producer, options }) => ({
      id,
      consumer,
      producer,
      ...demandOptions(options, `the subscription "${id}"`),
      ...(isName(options.partition) && { partition: options.partition }),
      ...(typeof options.selector === 'function' && { selective: true }),
    })),
    ...(plan.supervisors.length > 0 && {
      supervisors: plan.supervisors.map(({ id, strategy, maxRestarts, maxSeconds, children }) => ({
        id,
        strategy,
        maxRestarts,
        maxSeconds,
        children,
      })),
    }),
    ...(plan.flows.length > 0 && { flows: plan.flows.map(viewOfFlow) }),
  };
}

function viewOfFlow(flow: PlannedFlow): FlowView {
  const { id, stages, sources, outlets, ends, restart, demand, layers, worker } = flow;
  return {
    id,
    stages,
    sources,
    outlets,
    ends,
    ...(restart && { restart }),
    demand,
    layers,
    ...(worker !== undefined && { worker }),
  };
}

/** Everything that runs under a name of its own: stages, then supervisors, then flows. */
export function namesIn(plan: {
  readonly stages: readonly { readonly id: StageId }[];
  readonly supervisors?: readonly { readonly id: StageId }[];
  readonly flows?: readonly { readonly id: StageId }[];
}): readonly StageId[] {
  return [...plan.stages, ...(plan.supervisors ?? []), ...(plan.flows ?? [])].map(({ id }) => id);
}
