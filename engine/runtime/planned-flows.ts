import type { DispatcherSpec } from '../dispatcher/dispatcher.ts';
import type { Drafted } from '../flow/flow-mark.ts';
import { layerOptions } from '../flow/options.ts';
import type { FlowPlan } from '../flow/operation.ts';
import { planFlow } from '../flow/plan.ts';
import type { StageId, WorkerId } from '../ids.ts';
import { checkKnown, checkOneOf } from '../source/source-options.ts';
import type { StageDefinition, SubscribeOptions } from '../stage/definition.ts';
import { pinOf } from './pin.ts';
import type { PlannedFlow, PlannedSubscription } from './plan.ts';

/** What stages and subscriptions of flows are added to. */
export interface FlowPlanTarget {
  /** Adds a stage of a flow, or replaces it. */
  stage(stage: {
    readonly id: StageId;
    readonly definition: StageDefinition;
    readonly arg: unknown;
    readonly declared: string;
    readonly worker?: WorkerId;
  }): void;
  subscribe(consumer: StageId, producer: StageId, options: SubscribeOptions): void;
}

/** A flow that is to be added to a plan. */
export interface NewFlow {
  readonly id: StageId;
  readonly flow: Drafted;
  /** What `start` was given as its options. */
  readonly options: unknown;
  /** Before the names of its stages. */
  readonly prefix: string;
}

interface Started extends NewFlow {
  readonly demand: 'forward' | 'accumulate';
  readonly dispatcher: DispatcherSpec | undefined;
  readonly declared: string;
  readonly worker: WorkerId | undefined;
  plan: FlowPlan;
}

/** The flows of a pipeline that is being declared. */
export class PlannedFlows {
  readonly #target: FlowPlanTarget;
  readonly #flows = new Map<StageId, Started>();

  constructor(target: FlowPlanTarget) {
    this.#target = target;
  }

  get ids(): Iterable<StageId> {
    return this.#flows.keys();
  }

  has(id: StageId): boolean {
    return this.#flows.has(id);
  }

  /** Stages that whoever names it means: the outlets of a flow; of anything else the one of this name. */
  readonly outletsOf = (id: StageId): readonly StageId[] => this.#flows.get(id)?.plan.outlets ?? [id];

  /** The flow a stage belongs to, if it does. */
  ownerOf(stage: StageId): StageId | null {
    for (const { id, plan } of this.#flows.values())
      if (plan.stages.some((own) => own.id === stage)) return id;
    return null;
  }

  /**
   * Adds the stages and subscriptions of a flow.
   *
   * @throws {EngineError} `option_unknown`, `option_out_of_range`, and what a flow cannot be planned for.
   */
  start(flow: NewFlow): void {
    const at = `the flow "${flow.id}"`;
    const { demand = 'forward', dispatcher, worker } = optionsOf(flow.options, at);
    const plan = this.#planned(flow, dispatcher, true);
    const started = { ...flow, demand, dispatcher, declared: new Error().stack ?? '', worker, plan };
    this.#add(started, new Set());
    this.#flows.set(flow.id, started);
  }

  /**
   * Plans again those that nobody gets events from: what they would emit goes nowhere (FL-171).
   *
   * @param subscriptions - All there are.
   */
  finish(subscriptions: readonly PlannedSubscription[]): readonly PlannedFlow[] {
    const read = new Set(subscriptions.map(({ producer }) => producer));
    for (const started of this.#flows.values()) {
      const { flow, plan, dispatcher } = started;
      if (flow.draft.origin.type === 'into' || plan.outlets.some((outlet) => read.has(outlet))) continue;
      const alone = this.#planned(started, dispatcher, false);
      started.plan = alone;
      this.#add(started, new Set(plan.stages.map(({ id }) => id)));
    }
    return [...this.#flows.values()].map(({ id, demand, declared, plan, worker }) => ({
      id,
      stages: plan.stages.map((stage) => stage.id),
      sources: plan.sources,
      outlets: plan.outlets,
      ends: plan.ends,
      ...(plan.restart && { restart: plan.restart }),
      demand,
      layers: plan.layers,
      declared,
      ...(worker !== undefined && { worker }),
    }));
  }

  #planned({ id, flow, prefix }: NewFlow, dispatcher: DispatcherSpec | undefined, emits: boolean): FlowPlan {
    const { outletsOf } = this;
    return planFlow(flow, { name: id, prefix, emits, outletsOf, ...(dispatcher && { dispatcher }) });
  }

  /** @param known - Stages that are there already, with all their subscriptions. */
  #add({ plan, declared, worker }: Started, known: ReadonlySet<StageId>): void {
    for (const stage of plan.stages) {
      this.#target.stage({ ...stage, declared, ...(worker !== undefined && { worker }) });
    }
    for (const { consumer, producer, options } of plan.subscriptions) {
      if (!known.has(consumer)) this.#target.subscribe(consumer, producer, options);
    }
  }
}

interface StartOptions {
  readonly demand?: 'forward' | 'accumulate';
  readonly dispatcher?: DispatcherSpec;
  readonly worker?: WorkerId;
}

function optionsOf(given: unknown, at: string): StartOptions {
  if (given === undefined) return {};
  const { demand, worker, ...rest }: StartOptions = isRecord(given) ? given : {};
  checkKnown(at, rest, ['demand', 'dispatcher', 'worker']);
  if (demand !== undefined) checkOneOf(at, 'demand', demand, ['forward', 'accumulate']);
  const { dispatcher } = layerOptions(at, rest, 'into');
  return { ...(demand && { demand }), ...(dispatcher && { dispatcher }), ...pinOf(at, worker) };
}

/** The options are whatever a program gave: each is looked at before it is used. */
function isRecord(value: unknown): value is StartOptions {
  return typeof value === 'object' && value !== null;
}
