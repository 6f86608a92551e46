import type { Seq, StageId } from '../ids.ts';
import type { Caller, Reason, StageDefinition } from '../stage/definition.ts';
import { idOfLife } from '../stage/life-ids.ts';
import type { HostMessage, StageMessage } from '../stage/message.ts';
import { Stage, type StartOutcome } from '../stage/stage.ts';
import type { StageContext } from '../stage/stage-context.ts';
import type { Awaited } from '../supervision/flow-coordinator.ts';
import { FlowProcess } from '../supervision/flow-process.ts';
import type { SupervisorContext, SupervisorEnd } from '../supervision/parent-life.ts';
import { SupervisorProcess } from '../supervision/supervisor-process.ts';
import type { FlowView, SupervisorView } from '../trace/plan-view.ts';
import type { TraceEvent } from '../trace/trace-entry.ts';
import type { Deliveries } from './deliveries.ts';
import { Hosted, type RunningLife, type SubscriptionToMake } from './hosted.ts';

/** What the lives of one worker need to know, and whom they tell. */
export interface LivesOptions {
  /** Of the whole run, on whatever worker they are. */
  readonly supervisors: readonly SupervisorView[];
  readonly flows: readonly FlowView[];
  /** A life is over: what it leaves behind is to be cleared, before its supervisor hears of it. */
  readonly onEnded: (hosted: Hosted, reason: Reason, cause: Seq | null) => void;
  /** A stage as it is to be started in this life. */
  readonly definitionFor: (id: StageId, definition: StageDefinition, life: number) => StageDefinition;
  /** A subscription of the plan will not be made, as its consumer is not there. */
  readonly onUnmade: (subscription: SubscriptionToMake) => void;
  /** A life begins, and the counts of the one before would be forgotten. */
  readonly onReplaced: (stage: Stage) => void;
}

/** Starts what runs under a name, for the first time and again, and tells its supervisor what became of it. */
export class Lives implements SupervisorContext {
  readonly #deliveries: Deliveries;
  readonly #context: StageContext;
  readonly #parents: ReadonlyMap<StageId, StageId>;
  readonly #on: LivesOptions;

  constructor(deliveries: Deliveries, context: StageContext, options: LivesOptions) {
    this.#deliveries = deliveries;
    this.#context = context;
    this.#on = options;
    this.#parents = new Map([
      ...options.supervisors.flatMap(({ id, children }) => children.map((child) => [child.id, id] as const)),
      ...options.flows.flatMap(({ id, stages }) => stages.map((stage) => [stage, id] as const)),
    ]);
  }

  /** The first life of a stage. */
  startStage(id: StageId, definition: StageDefinition, arg: unknown): StartOutcome | Promise<StartOutcome> {
    return this.#begin(this.addStage(id, definition, arg), null);
  }

  /** @param goneLife - Its life that has ended with another worker: it waits for being started again. */
  addStage(id: StageId, definition: StageDefinition, arg: unknown, goneLife?: number): Hosted {
    const make = (life: number): RunningLife => {
      const process = new Stage(id, this.#on.definitionFor(id, definition, life), this.#context, life);
      return { kind: 'stage', process, begin: (cause) => process.start(arg, cause) };
    };
    return this.#add(new Hosted(id, make, goneLife));
  }

  /** The first life of a supervisor, whose children have been started. */
  startSupervisor(view: SupervisorView): void {
    void this.#begin(this.addSupervisor(view), null);
  }

  /** @param goneLife - As of {@link addStage}. */
  addSupervisor(view: SupervisorView, goneLife?: number): Hosted {
    const make = (life: number): RunningLife => {
      const process = new SupervisorProcess(view, life, this);
      return { kind: 'supervisor', process, begin: (cause) => process.start(cause) };
    };
    return this.#add(new Hosted(view.id, make, goneLife));
  }

  /** The first life of the coordinator of a flow, whose stages have been started. */
  startFlow(view: FlowView, awaited: readonly Awaited[]): void {
    void this.#begin(this.addFlow(view, awaited), null);
  }

  /** @param goneLife - As of {@link addStage}. */
  addFlow(view: FlowView, awaited: readonly Awaited[], goneLife?: number): Hosted {
    const make = (life: number): RunningLife => {
      const process = new FlowProcess(view, { awaited, life }, this);
      return { kind: 'flow', process, begin: (cause) => process.start(cause) };
    };
    return this.#add(new Hosted(view.id, make, goneLife));
  }

  /** Remembers a subscription, and has it made now. */
  subscribe(subscription: SubscriptionToMake): void {
    const hosted = this.#deliveries.hosted.get(subscription.consumer);
    if (!hosted) return;
    hosted.subscriptions.push(subscription);
    if (hosted.process.isAlive) this.#makeSubscription(hosted, subscription, null);
    else if (hosted.current.kind !== 'gone') this.#on.onUnmade(subscription);
  }

  /** Starts a child again. One that is still about to end is started when it has. */
  startChild(supervisor: StageId, child: StageId, cause: Seq | null): void {
    const hosted = this.#deliveries.hosted.get(child);
    if (!hosted) return this.#order(supervisor, child, { message: { type: 'startAgain' }, cause });
    if (hosted.process.isAlive) hosted.isWanted = true;
    else this.#beginAgain(hosted, cause);
  }

  /** Sends an exit signal. */
  endChild(
    supervisor: StageId,
    child: StageId,
    { reason, cause }: { readonly reason: Reason; readonly cause: Seq | null },
  ): void {
    const hosted = this.#deliveries.hosted.get(child);
    if (!hosted) this.#order(supervisor, child, { message: { type: 'signal', reason }, cause });
    else if (hosted.stage) hosted.stage.kill(reason, cause);
    else this.#deliveries.deliver({ to: child, from: supervisor, cause, message: { type: 'exit', reason } });
  }

  /** A later life of a supervisor has started its children. */
  ready(id: StageId, cause: Seq | null): void {
    const hosted = this.#deliveries.hosted.get(id);
    if (hosted) this.#hasStarted(hosted, { type: 'started' }, cause);
  }

  supervisorExited(id: StageId, end: SupervisorEnd): void {
    this.ended(id, end);
  }

  nowMs(): number {
    return this.#context.nowMs();
  }

  record(stage: StageId, event: TraceEvent, cause: Seq | null): Seq {
    return this.#context.record(stage, event, cause);
  }

  send(from: StageId, to: StageId, message: StageMessage, cause: Seq | null): void {
    this.#context.send(from, to, message, cause);
  }

  reply(from: StageId, caller: Caller, value: unknown): void {
    this.#context.reply(from, caller, value);
  }

  watch(watcher: StageId, watched: StageId): void {
    this.#context.watch(watcher, watched, { subscription: `${watcher}←${watched}` });
  }

  /** Something has ended: its supervisor hears of it, and what was to start again does. */
  ended(id: StageId, { reason, told = reason, hasStarted, cause }: SupervisorEnd): void {
    const hosted = this.#deliveries.hosted.get(id);
    if (!hosted) return;
    this.#on.onEnded(hosted, reason, cause);
    const { life } = hosted;
    const didStart = hasStarted && !hosted.isStarting;
    hosted.isStarting = false;
    if (didStart) this.#tellParent(id, { type: 'childEnded', child: id, life, reason: told }, cause);
    else
      this.#tellParent(id, { type: 'childStarted', child: id, life, outcome: 'failed', reason: told }, cause);
    if (!hosted.isWanted) return;
    hosted.isWanted = false;
    this.#beginAgain(hosted, cause);
  }

  #add(hosted: Hosted): Hosted {
    this.#deliveries.add(hosted);
    return hosted;
  }

  #beginAgain(hosted: Hosted, cause: Seq | null): void {
    if (hosted.stage) this.#on.onReplaced(hosted.stage);
    hosted.renew();
    // As GenStage's consumers do in init: before any other message that may come.
    for (const subscription of hosted.subscriptions) this.#makeSubscription(hosted, subscription, cause);
    void this.#begin(hosted, cause);
  }

  #begin(hosted: Hosted, cause: Seq | null): StartOutcome | Promise<StartOutcome> {
    const { current, process } = hosted;
    if (current.kind === 'gone') return { type: 'ignored' };
    if (current.kind !== 'stage') {
      current.begin(cause);
      // A later life has started once its children have.
      if (hosted.life === 1) hosted.isStarting = false;
      return { type: 'started' };
    }
    const outcome = current.begin(cause);
    if (!(outcome instanceof Promise)) {
      this.#hasStarted(hosted, outcome, current.process.started ?? cause);
      this.#deliveries.wake(hosted);
      return outcome;
    }
    return outcome.then((settled) => {
      if (hosted.process === process) this.#hasStarted(hosted, settled, current.process.started ?? cause);
      this.#deliveries.wake(hosted);
      return settled;
    });
  }

  #hasStarted(hosted: Hosted, outcome: StartOutcome, cause: Seq | null): void {
    // It ended before it had started: that has been told.
    if (!hosted.isStarting) return;
    hosted.isStarting = false;
    const { id, life } = hosted;
    const { type } = outcome;
    // One that `init` has kept from starting is gone as any other: whoever has called it meanwhile hears of it.
    if (type !== 'started') this.#on.onEnded(hosted, type === 'failed' ? outcome.reason : 'noproc', cause);
    // That the first start of all went well is taken for granted.
    if (type === 'started' && life === 1) return;
    const reason = type === 'failed' ? outcome.reason : null;
    this.#tellParent(id, { type: 'childStarted', child: id, life, outcome: type, reason }, cause);
  }

  #makeSubscription(
    { id, life }: Hosted,
    { producer, options, id: planned }: SubscriptionToMake,
    cause: Seq | null,
  ): void {
    const subscription = idOfLife(planned, life);
    this.#deliveries.deliver({
      to: id,
      from: null,
      cause,
      message: { type: 'subscribeTo', subscription, producer, options },
    });
  }

  #tellParent(id: StageId, message: StageMessage, cause: Seq | null): void {
    const parent = this.#parents.get(id);
    if (parent !== undefined) this.#deliveries.deliver({ to: parent, from: id, cause, message });
  }

  #order(
    supervisor: StageId,
    child: StageId,
    order: { readonly message: HostMessage; readonly cause: Seq | null },
  ): void {
    this.#deliveries.post({ to: child, from: supervisor, ...order });
  }
}
