import type { StageId, SubscriptionId, WorkerId } from '../ids.ts';
import type { StageKind, WindowType } from './trace-entry.ts';

/**
 * A pipeline as plain data: what the picture draws before it runs, and what every worker must agree on.
 * (What a worker keeps beside it, the definitions with their functions, never crosses a boundary.)
 */
export interface PlanView {
  readonly stages: readonly StageView[];
  readonly subscriptions: readonly SubscriptionView[];
  /** Outermost last; left out when there are none. */
  readonly supervisors?: readonly SupervisorView[];
  /** Left out when there are none. */
  readonly flows?: readonly FlowView[];
  /** Where it is written; left out where nobody knows. It is no part of what workers must agree on. */
  readonly code?: PlanCode;
}

/** Where the parts of a plan are written, as places in the generated code: `line:column`, 1-based. */
export interface PlanCode {
  /** By stage; those of which nothing is known are left out. */
  readonly stages: Readonly<Record<StageId, StageCode>>;
}

export interface StageCode {
  /** The call that started it, or the flow that it belongs to. */
  readonly started?: string;
  /** The call that made its definition, such as `producer({ … })`. */
  readonly defined?: string;
  /** Calls of the operators of a flow that it runs, in their order. Left out for other stages. */
  readonly operators?: readonly string[];
}

/** A flow: stages that were planned from operators, and the coordinator that starts and ends them as one. */
export interface FlowView {
  /** Unique among stages and supervisors. */
  readonly id: StageId;
  /**
   * Stages that start and end with it, producers before their consumers. Those it only reads from, goes through or feeds
   * are none of its own.
   */
  readonly stages: readonly StageId[];
  /** Producers it reads from, its own and others that run: held until everything is wired. */
  readonly sources: readonly StageId[];
  /** Stages of the last layer: consumers of the flow subscribe to all of them. Empty where it emits nothing. */
  readonly outlets: readonly StageId[];
  /** Stages whose ends are its end: the last layer, or the consumers that belong to it. */
  readonly ends: readonly StageId[];
  /**
   * Of `ends`, what is not only a failure when it fails: a `permanent` one is whenever it ends, a `temporary` one never. Left
   * out when there are none.
   */
  readonly restart?: Readonly<Record<StageId, 'permanent' | 'temporary'>>;
  /** `accumulate`: its sources are held until somebody sets the mode of the flow to `forward`. */
  readonly demand: 'forward' | 'accumulate';
  /** In the order events take; of flows that come together one branch after the other. */
  readonly layers: readonly LayerView[];
  /** The worker it is pinned to with all its stages; left out where the run decides. */
  readonly worker?: WorkerId;
}

/** Why the stages of a layer are not those of the layer before. */
export type LayerBoundary =
  | 'source'
  | 'mappers'
  | 'partition'
  | 'shuffle'
  | 'merge'
  | 'join'
  | 'departition'
  | 'through'
  | 'into'
  | 'output';

/** One layer of a flow: stages that do the same. */
export interface LayerView {
  readonly kind: 'source' | 'mapReducer' | 'stage';
  readonly stages: readonly StageId[];
  /** Operators that share each of its stages, as they were written: `map`, `reduce`, `onTrigger` … */
  readonly operations: readonly string[];
  /** The window its events fall into, in words; left out for the global one without triggers. */
  readonly window?: string;
  /** The same window as data. */
  readonly windowing?: WindowingView;
  readonly boundary: LayerBoundary;
  /** The sentence that says why new stages begin here. */
  readonly because: string;
}

/** The window of a layer, as its program has written it. Durations are ms. */
export interface WindowingView {
  readonly type: WindowType;
  /** Of count: events. Of fixed, sliding, periodic: length. Of session: the gap that ends it. Of global: 0. */
  readonly length: number;
  /** Of sliding: how far apart its windows begin; of fixed: their length. */
  readonly step: number;
  /** It fires each time that so many more events have entered. */
  readonly every: number | null;
  /** It fires as a function of the program says. */
  readonly ownTrigger: boolean;
  /** It fires each time that so long has passed by the clock. */
  readonly periodicallyMs: readonly number[];
  /** By the clock: for so long a window that is over takes late events. */
  readonly allowedLatenessMs: number;
  /** Event time by which the watermark runs behind the latest event; `null`: it is looked at between batches only. */
  readonly outOfOrdernessMs: number | null;
  /** By the clock: after so long a silent upstream no longer counts; `null`: it does until it ends. */
  readonly idleAfterMs: number | null;
}

/** Who starts which stages again when they end. */
export interface SupervisorView {
  /** Unique among stages and supervisors. */
  readonly id: StageId;
  readonly strategy: 'oneForOne' | 'restForOne' | 'oneForAll';
  /** More restarts than this within `maxSeconds` end the supervisor. */
  readonly maxRestarts: number;
  readonly maxSeconds: number;
  /** Stages and supervisors, in the order they are started. */
  readonly children: readonly {
    readonly id: StageId;
    readonly restart: 'permanent' | 'transient' | 'temporary';
  }[];
}

export interface StageView {
  readonly id: StageId;
  readonly kind: StageKind;
  /** Name of the dispatcher: `demand`, `broadcast`, `partition`; `null` for a consumer. */
  readonly dispatcher: string | null;
  /** Limit of the buffer in events; `null` = unlimited or none. */
  readonly bufferSize: number | null;
  /** A full buffer keeps the first events and discards new ones; left out where it keeps the last, as is the default. */
  readonly bufferKeep?: 'first';
  /** Names of the partitions of a partition dispatcher; left out for others. */
  readonly partitions?: readonly (string | number)[];
  /** How a consumerSupervisor treats its children; left out for other stages. */
  readonly children?: { readonly restart: 'transient' | 'temporary' };
  /** The worker it is pinned to; left out where the run decides. */
  readonly worker?: WorkerId;
  /** The stage that it was started beside, to share its work; left out for what the program has started itself. */
  readonly copyOf?: StageId;
}

export interface SubscriptionView {
  readonly id: SubscriptionId;
  readonly consumer: StageId;
  readonly producer: StageId;
  readonly maxDemand: number;
  readonly minDemand: number;
  readonly cancel: 'permanent' | 'transient' | 'temporary';
  /** The partition it takes of a partition dispatcher; left out for others. */
  readonly partition?: string | number;
  /** Its selector may refuse events of a broadcast; left out where it has none. */
  readonly selective?: true;
}

/** The kinds of {@link PlanWarning}. */
export const PLAN_WARNINGS = ['never_subscribed', 'too_few_restarts'] as const;

export type PlanWarningCode = (typeof PLAN_WARNINGS)[number];

/** What is allowed and probably not meant. */
export interface PlanWarning {
  /**
   * `never_subscribed`: nobody would ever ask this stage, or it would never get an event. `too_few_restarts`: one failure of
   * this stage would make its supervisor give up.
   */
  readonly code: PlanWarningCode;
  readonly stage: StageId;
  readonly message: string;
  readonly declared: string;
}
