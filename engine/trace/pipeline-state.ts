import type { Seq, StageId, SubscriptionId, WorkerId } from '../ids.ts';
import type { FlowView, StageView, SubscriptionView, SupervisorView } from './plan-view.ts';
import type { EntryOf, TraceReason, TraceValue, WindowType } from './trace-entry.ts';

/** What a replay must know of a plan before the first entry. */
export interface ReplayPlan {
  readonly stages: readonly Pick<StageView, 'id'>[];
  readonly subscriptions: readonly Omit<SubscriptionView, 'cancel'>[];
  readonly supervisors?: readonly Pick<SupervisorView, 'id' | 'maxRestarts' | 'maxSeconds'>[];
  readonly flows?: readonly Pick<FlowView, 'id'>[];
}

/** How a task, or a child of a consumerSupervisor, ended. */
export type TaskOutcome = NonNullable<EntryOf<'task'>['outcome']>;

/** A task that runs, or a child of a consumerSupervisor. */
export interface RunningTask {
  readonly task: string;
  /** Worker it runs on. */
  readonly on: WorkerId;
  /** What it was given. */
  readonly value: TraceValue | null;
}

/** The tasks of one stage. */
export interface TaskState {
  /** Oldest first. */
  readonly running: readonly RunningTask[];
  /** How many have ended, and how. */
  readonly ended: Readonly<Record<TaskOutcome, number>>;
}

/** The windows of a flow's stage. */
export interface WindowsState {
  /** `null` before the first one has opened. */
  readonly type: WindowType | null;
  /** Windows that take events now. */
  readonly open: number;
  /** How often a window has emitted. */
  readonly fired: number;
  /** Events that came too late, and were dropped. */
  readonly late: number;
  /** Event time, ms; `null` before anything is known of it. */
  readonly watermarkMs: number | null;
}

export interface StageState {
  readonly status: 'absent' | 'idle' | 'busy' | 'exited' | 'crashed';
  /** It takes no message until it is thawed. */
  readonly frozen: boolean;
  /** How much longer each of its callbacks takes, ms; 0 where nobody has slowed it. */
  readonly slowMs: number;
  /** How many times as fast its timers run; 1 where nobody has changed that. */
  readonly burst: number;
  /** The worker whose end was its own; `null` while it runs, and after any other end. */
  readonly goneWith: WorkerId | null;
  /** How often it was started: 0 before the first time, 2 after its first restart. Counts go on from life to life. */
  readonly life: number;
  /** Callback that runs at this moment. */
  readonly callback: string | null;
  /** Events handled by handleEvents so far. */
  readonly handled: number;
  /** Events returned by callbacks so far. */
  readonly emitted: number;
  /** Events stored in the stage's buffer. */
  readonly buffered: number;
  readonly discarded: number;
  /** Events its dispatcher left out because the program said so: a selector, or a hash that answered `none`. */
  readonly dropped: number;
  /** Events that nobody will get any more, by the accounts of this stage. */
  readonly lost: number;
  /** Partition → events that wait in the dispatcher for its consumer. Empty for other dispatchers. */
  readonly queues: Readonly<Record<string, number>>;
  readonly tasks: TaskState;
  readonly windows: WindowsState;
  /** The learner's state, after the last callback. */
  readonly state: TraceValue;
  /** Worker it runs on; `null` before it has started. */
  readonly worker: WorkerId | null;
  /** Events taken from the mailbox and not yet handled, oldest first. */
  readonly inHand: readonly TraceValue[];
  /** The batch that handleEvents works on. */
  readonly handling: { readonly subscription: SubscriptionId | null; readonly count: number } | null;
}

/** A batch on its way from producer to consumer. */
export interface EventsInFlight {
  /** The dispatch that sent it. */
  readonly seq: Seq;
  readonly first: number;
  readonly count: number;
  readonly events: readonly TraceValue[];
}

/** Demand on its way from consumer to producer. */
export interface AskInFlight {
  readonly seq: Seq;
  readonly count: number;
}

export interface SubscriptionState {
  /**
   * The subscription of the plan that this one stands for: itself, or that of an earlier life of its stages. Its own id
   * where the plan knows of none.
   */
  readonly edge: SubscriptionId;
  readonly consumer: StageId;
  readonly producer: StageId;
  /** Asked and not yet handled, as the consumer counts. */
  readonly pending: number;
  /** Asked and not yet dispatched, as the producer counts. */
  readonly open: number;
  /** Events asked for, sent and handled so far. */
  readonly asked: number;
  readonly dispatched: number;
  readonly handled: number;
  /** Events that its selector refused. */
  readonly dropped: number;
  /** Events sent on it that nobody will get any more. */
  readonly lost: number;
  readonly maxDemand: number;
  readonly minDemand: number;
  /** How much longer everything on it takes, ms; 0 where nobody has slowed it. */
  readonly slowMs: number;
  /** Subscribed, and ended at neither end. */
  readonly active: boolean;
  readonly endedAtConsumer: boolean;
  readonly endedAtProducer: boolean;
  readonly eventsInFlight: readonly EventsInFlight[];
  readonly asksInFlight: readonly AskInFlight[];
}

export interface SupervisorState {
  /** `ended`: it has given up, or was ended; what it watched over is not started again. */
  readonly status: 'running' | 'ended';
  /** Children started again, in all. */
  readonly restarts: number;
  /** Restarts within the last `maxSeconds`, at the last one; more than `maxRestarts` end it. */
  readonly recent: number;
  readonly maxRestarts: number;
  readonly maxSeconds: number;
  /** The last restart; `null` before the first. */
  readonly last: {
    readonly child: StageId;
    readonly life: number;
    readonly reason: TraceReason;
  } | null;
  /** Why it ended; `null` while it runs. */
  readonly reason: TraceReason;
}

/** A flow as a whole: its coordinator. */
export interface FlowState {
  /** `absent`: it has not been started. `ended`: its own stages have been ended with it. */
  readonly status: 'absent' | 'running' | 'ended';
  /** How often it was started. */
  readonly life: number;
  /** Why it ended: `"normal"` after its last layer did, `"shutdown"` after a failure; `null` while it runs. */
  readonly reason: TraceReason;
}

/** A run at one moment. Never mutated: neighbouring moments share what did not change. */
export interface PipelineState {
  readonly stages: Readonly<Record<StageId, StageState>>;
  /** Those of the plan first, then others in the order in which they were made. */
  readonly subscriptions: Readonly<Record<SubscriptionId, SubscriptionState>>;
  readonly supervisors: Readonly<Record<StageId, SupervisorState>>;
  readonly flows: Readonly<Record<StageId, FlowState>>;
  /** The last entry applied; 0 before the first. */
  readonly lastSeq: Seq;
  /** The latest time among the entries applied. */
  readonly atMs: number;
}

const NO_TASKS: TaskState = { running: [], ended: { ok: 0, failed: 0, timeout: 0, shutdown: 0 } };

const NO_WINDOWS: WindowsState = { type: null, open: 0, fired: 0, late: 0, watermarkMs: null };

/** A stage that was never started. */
export const ABSENT: StageState = {
  status: 'absent',
  frozen: false,
  slowMs: 0,
  burst: 1,
  goneWith: null,
  life: 0,
  callback: null,
  handled: 0,
  emitted: 0,
  buffered: 0,
  discarded: 0,
  dropped: 0,
  lost: 0,
  queues: {},
  tasks: NO_TASKS,
  windows: NO_WINDOWS,
  state: null,
  worker: null,
  inHand: [],
  handling: null,
};

const WATCHING = { status: 'running', restarts: 0, recent: 0, last: null, reason: null } as const;

/** A subscription on which nothing has happened yet. */
export function quiet(
  edge: SubscriptionId,
  link: Pick<SubscriptionState, 'consumer' | 'producer' | 'maxDemand' | 'minDemand'>,
): SubscriptionState {
  return {
    edge,
    consumer: link.consumer,
    producer: link.producer,
    maxDemand: link.maxDemand,
    minDemand: link.minDemand,
    pending: 0,
    open: 0,
    asked: 0,
    dispatched: 0,
    handled: 0,
    dropped: 0,
    lost: 0,
    slowMs: 0,
    active: false,
    endedAtConsumer: false,
    endedAtProducer: false,
    eventsInFlight: [],
    asksInFlight: [],
  };
}

const NOT_BEGUN: FlowState = { status: 'absent', life: 0, reason: null };

/** A supervisor that has not had to do anything yet. */
function watching({
  maxRestarts,
  maxSeconds,
}: Pick<SupervisorState, 'maxRestarts' | 'maxSeconds'>): SupervisorState {
  return { ...WATCHING, maxRestarts, maxSeconds };
}

/** The moment before the first entry: no stage runs, nothing is subscribed. */
export function emptyState(plan: ReplayPlan): PipelineState {
  return {
    stages: Object.fromEntries(plan.stages.map(({ id }) => [id, ABSENT])),
    subscriptions: Object.fromEntries(plan.subscriptions.map((link) => [link.id, quiet(link.id, link)])),
    supervisors: Object.fromEntries(
      (plan.supervisors ?? []).map(({ id, ...limits }) => [id, watching(limits)]),
    ),
    flows: Object.fromEntries((plan.flows ?? []).map(({ id }) => [id, NOT_BEGUN])),
    lastSeq: 0,
    atMs: 0,
  };
}
