import type { Seq, StageId, SubscriptionId, WorkerId } from '../ids.ts';
import { streamsOn } from '../sink/stream-scope.ts';
import { failure, isPromise } from '../stage/callback-runner.ts';
import type { Caller, Reason, StageDefinition, SubscribeOptions } from '../stage/definition.ts';
import type { External, OwnedExternal } from '../stage/external.ts';
import { LentBatches } from '../stage/lent-batches.ts';
import type { Envelope, HostMessage, RemoteEnvelope, Replaces, StageMessage } from '../stage/message.ts';
import type { StartOutcome } from '../stage/stage.ts';
import type { Address, Loss, StageContext, Watch } from '../stage/stage-context.ts';
import type { StageSnapshot } from '../stage/stage-report.ts';
import type { ChildView } from '../supervision/supervisor.ts';
import { sleepOn, type SleepScheduler } from '../time/sleep.ts';
import { tasksOn } from '../task/task-scope.ts';
import type { FlowView, SupervisorView } from '../trace/plan-view.ts';
import { KeptEvents } from '../trace/kept-events.ts';
import type { Recorder } from '../trace/recorder.ts';
import { describe, printedValue } from '../trace/trace-value.ts';
import type { StopCondition } from '../trace/stop-condition.ts';
import type { CallbackName, LogLevel, TraceEntry, TraceEvent } from '../trace/trace-entry.ts';
import type { Refused } from '../transport/transport.ts';
import { Arrivals } from './arrivals.ts';
import { CodeOwner, type Owner } from './code-owner.ts';
import { Deliveries, isForHost } from './deliveries.ts';
import { Externals } from './externals.ts';
import { countersOf, type HostCounters } from './host-counters.ts';
import { HostFaults } from './host-faults.ts';
import { HostLosses } from './host-losses.ts';
import type { StageCrash, StageHostOptions } from './host-options.ts';
import { HostStops } from './host-stops.ts';
import { HostTrace } from './host-trace.ts';
import { HostWeather } from './host-weather.ts';
import type { Hosted, SubscriptionToMake } from './hosted.ts';
import { InnerStreams } from './inner-streams.ts';
import { KnownFlows, awaitedBy, type SettledSubscription } from './known-flows.ts';
import { Ledger } from './ledger.ts';
import { Lives } from './lives.ts';
import { OpenCalls } from './open-calls.ts';
import { Remains } from './remains.ts';
import { StageTimers } from './stage-timers.ts';
import { SubscriptionNames } from './subscription-names.ts';
import { TaskHost, isTaskMessage } from './task-host.ts';
import type { TaskRun } from './task-run.ts';
import { Watches } from './watches.ts';

/** What a stage does outside its callbacks, for whoever watches. */
const AFTERWARDS = 'a timer';

/** What of a plan is placed on one worker, and all its subscriptions. */
export interface Surviving {
  readonly stages: readonly {
    readonly id: StageId;
    readonly definition: StageDefinition;
    readonly arg: unknown;
  }[];
  readonly supervisors: readonly SupervisorView[];
  readonly flows: readonly FlowView[];
  readonly subscriptions: readonly SubscriptionToMake[];
}

/** The stages of one worker with their mailboxes. It moves messages; when each is handled is up to its owner. */
export class StageHost implements StageContext {
  readonly worker: WorkerId;
  readonly recorder: Recorder;
  /** The tasks that run here, and those that stages of this worker have started. */
  readonly tasks: TaskHost;
  /** What is done to the stages of this worker from outside. */
  readonly faults: HostFaults;
  /** What it means here that another worker is gone. */
  readonly losses: HostLosses;
  readonly #weather: HostWeather;
  /** `null` where nobody asks for it. */
  readonly #stops: HostStops | null;
  readonly #streams: InnerStreams;
  readonly #trace: HostTrace;
  readonly tracing: boolean;
  readonly kept = new KeptEvents();
  readonly lent = new LentBatches();
  readonly #options: StageHostOptions;
  readonly #hosted: ReadonlyMap<StageId, Hosted>;
  readonly #order: StageId[] = [];
  readonly #definitions = new Map<StageId, StageDefinition>();
  readonly #calls: OpenCalls;
  readonly #timers: StageTimers;
  readonly #externals = new Externals((stage, error) => {
    const message = `What "${stage}" used could not be closed: ${describe(error)}`;
    this.record(stage, { type: 'warning', code: 'close_failed', message }, null);
  });
  readonly #names: SubscriptionNames;
  readonly #deliveries: Deliveries;
  readonly #watches: Watches;
  readonly #lives: Lives;
  readonly #flows: KnownFlows;
  readonly #ledger = new Ledger();
  readonly #arrivals = new Arrivals();
  #received = 0;
  /** When {@link lapMs} was last asked. */
  #lappedMs = 0;
  readonly #owner = new CodeOwner((latest) => this.#likelyOwner(latest));
  readonly #sleep: SleepScheduler;

  constructor(options: StageHostOptions) {
    this.#options = options;
    this.worker = options.worker;
    const { replaced = 0 } = options;
    this.#calls = new OpenCalls({ ...options, life: replaced });
    this.#names = new SubscriptionNames(replaced);
    this.#timers = new StageTimers(options.scheduler);
    this.#deliveries = new Deliveries(options, this.#calls, {
      lost: ({ to, from, cause }, { subscription, events }) => {
        if (from !== null) this.#ledger.stray({ subscription, consumer: to, producer: from });
        this.lose(to, { where: 'flight', subscription, count: events.length }, cause);
      },
      thaw: ({ to, cause }) => this.faults.thaw(to, cause),
    });
    this.faults = new HostFaults({
      deliveries: this.#deliveries,
      timers: this.#timers,
      record: (stage, event, cause) => this.record(stage, event, cause),
    });
    this.#weather = new HostWeather(options.weather ?? [], {
      after: options.quietly ?? ((delayMs, action) => options.scheduler.after(delayMs, action)),
      faults: this.faults,
      isHere: (stage) => this.#hosted.has(stage),
      changed: () => options.onTasks?.(),
    });
    this.#watches = new Watches(this.#deliveries);
    this.#flows = new KnownFlows(options.flows ?? [], this.#deliveries);
    const remains = new Remains({
      timers: this.#timers,
      externals: this.#externals,
      calls: this.#calls,
      deliveries: this.#deliveries,
      flows: this.#flows,
      lose: (stage, loss, cause) => this.lose(stage, loss, cause),
    });
    this.#lives = new Lives(this.#deliveries, this, {
      supervisors: options.supervisors ?? [],
      flows: options.flows ?? [],
      definitionFor: (id, definition, life) => this.#flows.asHeld(id, definition, life),
      onUnmade: (subscription) => this.subscribed({ ...subscription, cause: null }),
      onEnded: (hosted, reason, cause) => {
        remains.clear(hosted, reason, cause);
        this.tasks.ownerEnded(hosted.id, reason);
        this.#streams.ended(hosted.id);
        this.#watches.ended(hosted, reason, cause);
        options.onEnded?.(hosted.id, reason);
      },
      onReplaced: (stage) => this.#ledger.keep(stage),
    });
    this.#hosted = this.#deliveries.hosted;
    this.losses = new HostLosses({
      deliveries: this.#deliveries,
      watches: this.#watches,
      ledger: this.#ledger,
      arrivals: this.#arrivals,
      calls: this.#calls,
      tasks: () => this.tasks,
      lives: this.#lives,
      hear: (cause) => this.#trace.hear(cause),
      supervisors: options.supervisors ?? [],
      flows: options.flows ?? [],
    });
    this.#stops = this.#makeStops();
    const stops = this.#stops;
    const onEntry = stops ? (entry: TraceEntry) => stops.take(entry) : undefined;
    this.#trace = new HostTrace({ ...options, nowMs: () => this.nowMs(), onEntry });
    this.recorder = this.#trace.recorder;
    this.tracing = options.trace === 'full';
    const { scheduler } = options;
    this.#sleep = {
      nowMs: () => scheduler.nowMs(),
      after: (delayMs, action) => scheduler.after(delayMs, action),
      owned: (action) => this.#later(action),
    };
    this.tasks = this.#makeTasks();
    this.#streams = new InnerStreams({
      host: this,
      owner: () => this.#owner.current,
      isAlive: (stage) => this.#alive(stage),
      ownedBy: (owner, action) => this.#later(action, owner),
    });
  }

  // --- What the owner of the host calls -------------------------------------------------------------------------

  /** Starts a stage: its `init` runs now. A failure is recorded and told, never thrown. */
  start(id: StageId, definition: StageDefinition, arg: unknown): StartOutcome | Promise<StartOutcome> {
    this.lapMs();
    this.#definitions.set(id, definition);
    if (!this.#order.includes(id)) this.#order.push(id);
    const outcome = this.#lives.startStage(id, definition, arg);
    this.#takeEarly(id);
    return outcome;
  }

  /** Starts a supervisor whose children have been started, here or elsewhere. */
  supervise(view: SupervisorView): void {
    if (!this.#order.includes(view.id)) this.#order.push(view.id);
    this.#lives.startSupervisor(view);
    this.#takeEarly(view.id);
  }

  /**
   * Starts the coordinator of a flow whose stages have been started, here or elsewhere.
   *
   * @param subscriptions - Of the whole plan.
   */
  coordinate(flow: FlowView, subscriptions: readonly SubscriptionToMake[]): void {
    if (!this.#order.includes(flow.id)) this.#order.push(flow.id);
    this.#lives.startFlow(flow, awaitedBy(flow, subscriptions));
    this.#takeEarly(flow.id);
  }

  /**
   * Takes the place of a worker that is gone: nothing starts by itself, and what ran there may be started again here.
   *
   * @param lives - The lives that have ended there, by name; the first one where nothing is said.
   */
  takeOver(
    { stages, supervisors, flows, subscriptions }: Surviving,
    lives: Readonly<Record<StageId, number>>,
  ): void {
    const lifeOf = (id: StageId) => (Object.hasOwn(lives, id) ? (lives[id] ?? 1) : 1);
    for (const { id, definition, arg } of stages) {
      this.#definitions.set(id, definition);
      this.#lives.addStage(id, definition, arg, lifeOf(id));
    }
    for (const view of supervisors) this.#lives.addSupervisor(view, lifeOf(view.id));
    for (const view of flows) this.#lives.addFlow(view, awaitedBy(view, subscriptions), lifeOf(view.id));
    this.#order.push(...this.#hosted.keys());
    for (const subscription of subscriptions) this.#lives.subscribe(subscription);
  }

  /**
   * All that is placed here has started: the weather over it begins.
   *
   * @param elapsedMs - How long the run has gone on by now.
   */
  beginWeather(elapsedMs = 0): void {
    this.#weather.begin(elapsedMs);
  }

  /** Stops at other conditions from now on. */
  stopWhen(conditions: readonly StopCondition[]): void {
    this.#stops?.set(conditions);
  }

  /** Whether messages wait for a pause of the weather to end. */
  get awaitsThaw(): boolean {
    return this.#order.some((id) => {
      const hosted = this.#hosted.get(id);
      return hosted?.isFrozen === true && !hosted.isIdle && this.#weather.pauses(id);
    });
  }

  /** Has a stage of this worker make a subscription, now and in every later life. */
  subscribe(subscription: SubscriptionToMake): void {
    this.#lives.subscribe(subscription);
  }

  /** A message from the outside world. */
  tell(to: StageId, message: StageMessage): void {
    this.#deliveries.deliver({ to, from: null, cause: null, message });
  }

  /** Asks a stage something from the outside world; rejects when it ends before it has answered. */
  ask(to: StageId, question: (call: number) => StageMessage): Promise<unknown> {
    const { call, answer } = this.#calls.open({ from: null, to, timeoutMs: Infinity });
    if (this.#alive(to)) this.tell(to, question(call));
    else this.#calls.settle({ type: 'replyFailed', call, reason: 'noproc' }, to);
    return answer;
  }

  call(to: StageId, request: unknown): Promise<unknown> {
    return this.ask(to, (call) => ({ type: 'call', call, request }));
  }

  /** Makes a subscription now; answers with its id, or why it was refused. */
  subscribeTo(
    consumer: StageId,
    subscription: {
      readonly id: SubscriptionId;
      readonly producer: StageId;
      readonly options: SubscribeOptions;
      readonly replaces?: Replaces;
    },
  ): Promise<unknown> {
    const { id, ...rest } = subscription;
    return this.ask(consumer, (call) => ({ type: 'subscribeTo', subscription: id, ...rest, call }));
  }

  /** Cancels a subscription at its producer, as its consumer would. */
  cancel(producer: StageId, subscription: SubscriptionId, reason: Reason): void {
    this.tell(producer, { type: 'cancel', subscription, reason });
  }

  /** Ends a stage in an orderly way, at its next turn (GS-189). */
  stop(stage: StageId, reason: Reason): Promise<unknown> {
    return this.ask(stage, (call) => ({ type: 'stop', reason, call }));
  }

  /**
   * Sends an exit signal: ends a stage at once, without `terminate` (GS-185). The reason `"normal"` is ignored, and
   * `"kill"` ends it as `"killed"`.
   */
  exit(stage: StageId, reason: Reason): void {
    if (reason !== 'normal') this.kill(stage, reason === 'kill' ? 'killed' : reason);
  }

  /** Ends a stage, or a supervisor with its children, at once and without `terminate`, whatever it does. */
  kill(stage: StageId, reason: Reason = 'killed'): void {
    this.#hosted.get(stage)?.process.kill(reason);
  }

  /** Ends a stage at once because of a failure outside its callbacks, such as an event that cannot be sent on. */
  crash(stage: StageId, error: unknown, cause: Seq | null): void {
    this.#hosted.get(stage)?.stage?.fail(error, cause);
  }

  /** What was to cross to another worker is no plain data (RUN-9): the task it is about fails, else the stage that sent it. */
  refused({ envelope, error }: Refused): void {
    const { message, from, cause } = envelope;
    if (isTaskMessage(message)) return this.tasks.refused(envelope, message, error);
    if (from === null) return;
    if (message.type === 'events') {
      const { subscription, events } = message;
      this.lose(from, { where: 'flight', subscription, count: events.length }, cause);
    }
    this.crash(from, error, cause);
    if (message.type !== 'reply') return;
    // Whoever has called does not wait in vain.
    const { call } = message;
    this.#deliveries.post({ ...envelope, message: { type: 'replyFailed', call, reason: failure(error) } });
  }

  /** Takes what another worker has sent. */
  receive(envelope: RemoteEnvelope): void {
    this.#received++;
    this.#arrivals.take(envelope);
    this.#trace.hear(envelope.cause);
    this.#stops?.arrive(envelope);
    this.#arrive(envelope);
  }

  /** Stages of this worker in the order they were started, ended ones included. */
  get order(): readonly StageId[] {
    return this.#order;
  }

  /** Whether a stage has a message and is free to handle it. */
  isReady(stage: StageId): boolean {
    return this.#hosted.get(stage)?.isReady ?? false;
  }

  /** The stages that have a message and are free to handle it. */
  ready(): StageId[] {
    return this.#order.filter((id) => this.isReady(id));
  }

  /** The message a stage would handle next. */
  peek(stage: StageId): Envelope | undefined {
    return this.#hosted.get(stage)?.mailbox.peek();
  }

  /** Lets a stage handle exactly one message. A promise means that a callback has returned one. */
  step(id: StageId): void | Promise<void> {
    this.lapMs();
    const hosted = this.#hosted.get(id);
    if (hosted) return this.stepOn(hosted);
  }

  /** As {@link step}, right after another one: the time since then is this stage's. */
  stepOn(hosted: Hosted): void | Promise<void> {
    if (!hosted.process.isFree || hosted.isFrozen) return;
    const envelope = hosted.mailbox.shift();
    if (!envelope) return;
    const done = hosted.process.handle(envelope);
    if (done) return done.then(() => this.#deliveries.wake(hosted));
    this.#deliveries.wake(hosted);
  }

  /** Lets a task begin that waits to. */
  stepTask(task: TaskRun): void {
    this.tasks.begin(task);
  }

  /** Nothing waits, nobody is busy, no timer is set and no task runs here. */
  get idle(): boolean {
    if (this.timers > 0 || this.#externals.acting > 0 || !this.tasks.idle) return false;
    for (const hosted of this.#hosted.values()) if (!hosted.isIdle) return false;
    return true;
  }

  /** Stages in the middle of a callback that has returned a promise. */
  get busy(): readonly StageId[] {
    return this.#order.filter((id) => this.#hosted.get(id)?.process.isBusy);
  }

  /** Things outside of the run that may give a stage something to do at any time. */
  get externals(): number {
    return this.#externals.acting;
  }

  /** Lets go of all that stages use outside of the run, which is over. */
  closeExternals(): void {
    this.#weather.end();
    this.#stops?.end();
    this.#externals.closeAll('shutdown');
  }

  /** Messages that stages have sent themselves for later, or that are on a slow link, and that are still to come. */
  get timers(): number {
    return this.#timers.count + this.#deliveries.links.underWay;
  }

  /** Calls of this worker that have come to an end, in all: whoever waited for one goes on in a promise job. */
  get answered(): number {
    return this.#calls.answered;
  }

  /** Messages sent to other workers, in all. */
  get sent(): number {
    return this.#deliveries.sent;
  }

  /** Messages taken from other workers, in all. */
  get received(): number {
    return this.#received;
  }

  /** Whose code runs: what is printed now belongs to this stage. `null` before the first callback. */
  get owner(): Owner | null {
    return this.#owner.current;
  }

  /** Records what a learner's code has written to the console, as its owner's; before all callbacks the first stage's. */
  log(level: LogLevel, values: readonly unknown[], place?: string): void {
    const owner = this.owner;
    const stage = owner?.stage ?? this.#order[0];
    if (stage === undefined) return;
    const kept = values.map(printedValue);
    const log = { type: 'log', level, values: kept, ...(place === undefined ? {} : { place }) } as const;
    this.#trace.print(stage, log, owner?.cause ?? null);
  }

  /** Records that a stage has printed more than is kept. */
  warnOfFlood(
    stage: StageId,
    { count, message }: { readonly count: number; readonly message: string },
  ): void {
    this.#trace.print(stage, { type: 'warning', code: 'console_flood', message, count }, null);
  }

  counters(): HostCounters {
    return countersOf(this.worker, this.#hosted.values(), { ledger: this.#ledger, tasks: this.tasks });
  }

  /** How a stage stands inside; `null` when there is none of that name. */
  snapshot(stage: StageId): StageSnapshot | null {
    const hosted = this.#hosted.get(stage);
    return hosted?.stage ? { ...hosted.stage.snapshot(), frozen: hosted.isFrozen } : null;
  }

  /** The children of a supervisor or a flow of this worker, in the order they are started; `null` when there is none of that name. */
  children(supervisor: StageId): readonly ChildView[] | null {
    return this.#hosted.get(supervisor)?.supervisor?.children ?? null;
  }

  // --- What stages call -----------------------------------------------------------------------------------------

  nowMs(): number {
    return this.#options.scheduler.nowMs();
  }

  lapMs(): number {
    const nowMs = this.nowMs();
    const lapMs = nowMs - this.#lappedMs;
    this.#lappedMs = nowMs;
    return lapMs;
  }

  random(stage: StageId): number {
    return this.#options.random(stage);
  }

  slowed(stage: StageId, returned: unknown): unknown {
    if (!this.faults.slowsAny) return returned;
    const byMs = this.faults.slowMsOf(stage);
    if (byMs === 0) return returned;
    const { scheduler } = this.#options;
    const wait = () => new Promise<void>((resolve) => void scheduler.after(byMs, resolve));
    return isPromise(returned)
      ? returned.then(async (step) => (await wait(), step))
      : wait().then(() => returned);
  }

  record(stage: StageId, event: TraceEvent, cause: Seq | null): Seq {
    return this.#trace.record(stage, event, cause);
  }

  lose(stage: StageId, loss: Loss, cause: Seq | null): void {
    this.#ledger.lose(stage, loss);
    this.record(stage, { type: 'lost', ...loss }, cause);
  }

  send(from: StageId, to: StageId, message: StageMessage, cause: Seq | null): void {
    this.#deliveries.deliver({ to, from, cause, message });
  }

  addressOf(stage: StageId): Address {
    return this.#deliveries.addressOf(stage);
  }

  knows(stage: StageId): boolean {
    return this.#hosted.has(stage) || this.#deliveries.workerOf(stage) !== undefined;
  }

  names(): readonly StageId[] {
    return [...new Set([...Object.keys(this.#options.placement), ...this.#hosted.keys()])];
  }

  outletsOf(flow: StageId): readonly StageId[] | null {
    return this.#flows.outletsOf(flow);
  }

  subscribed(subscription: SettledSubscription): void {
    this.#flows.settled(subscription);
  }

  sendAfter(
    stage: StageId,
    message: StageMessage,
    { delayMs, cause }: { readonly delayMs: number; readonly cause: Seq | null },
  ): () => boolean {
    return this.#timers.after(stage, delayMs, () => this.send(stage, stage, message, cause));
  }

  own(stage: StageId, external: External): OwnedExternal {
    return this.#externals.own(stage, external);
  }

  request(
    question: (call: number) => StageMessage,
    way: {
      readonly from: StageId;
      readonly to: StageId;
      readonly timeoutMs: number;
      readonly cause: Seq | null;
    },
  ): Promise<unknown> {
    const { call, answer } = this.#calls.open(way);
    this.#deliveries.deliver({ to: way.to, from: way.from, cause: way.cause, message: question(call) });
    return new Promise((resolve, reject) => {
      // What follows the answer is still code of the stage that has called.
      answer.then(this.#later(resolve), this.#later(reject));
    });
  }

  nameSubscription(consumer: StageId, producer: StageId): SubscriptionId {
    return this.#names.next(consumer, producer);
  }

  watch(watcher: StageId, watched: StageId, watch: Watch): void {
    this.#watches.watch(watcher, watched, watch);
  }

  unwatch(watcher: StageId, watched: StageId, subscription: SubscriptionId): void {
    this.#watches.unwatch(watcher, watched, subscription);
  }

  reply(from: StageId, caller: Caller, value: unknown): void {
    this.#deliveries.answer(from, caller, { type: 'reply', call: caller.call, value });
  }

  entering(stage: StageId, callback: CallbackName, began: Seq | null): void {
    this.#owner.enterCallback(stage, began);
    sleepOn(this.#sleep);
    tasksOn(this.tasks);
    streamsOn(this.#streams);
    this.#options.onEntering?.(stage, callback);
  }

  left(): void {
    this.#owner.leave();
  }

  crashed(stage: StageId, crash: StageCrash): void {
    this.#options.onCrash?.(stage, crash);
  }

  exited(id: StageId, reason: Reason, cause: Seq | null): void {
    this.#lives.ended(id, { reason, hasStarted: true, cause });
  }

  // --- Within ---------------------------------------------------------------------------------------------------

  #makeStops(): HostStops | null {
    const { stops, scheduler, placement, worker } = this.#options;
    if (!stops) return null;
    const { quietly: after = (delayMs, action) => scheduler.after(delayMs, action) } = this.#options;
    const isHere = (stage: StageId) => placement[stage] === worker;
    return new HostStops(stops, { nowMs: () => this.nowMs(), after, isHere });
  }

  #makeTasks(): TaskHost {
    const { worker, workers, scheduler, taskWorkers = workers, definitionOf, onTasks } = this.#options;
    const mailboxOf = (stage: StageId) => this.#hosted.get(stage)?.mailbox;
    return new TaskHost({
      worker,
      workers: taskWorkers,
      concurrency: this.#options.concurrency ?? taskWorkers,
      tracing: this.tracing,
      nowMs: () => scheduler.nowMs(),
      after: (delayMs, action) => scheduler.after(delayMs, action),
      owner: () => this.#owner.current,
      as: (owner, action) => {
        this.#enter(owner);
        try {
          action();
        } finally {
          this.#owner.leave();
        }
      },
      ownedBy: (owner, action) => this.#later(action, owner),
      record: (stage, event, cause) => this.record(stage, event, cause),
      post: (envelope, to) => this.#deliveries.postTo(to, envelope),
      entering: (stage, what) => this.#options.onEntering?.(stage, what),
      definitionOf: (stage) => this.#definitions.get(stage) ?? definitionOf?.(stage) ?? null,
      isAlive: (stage) => this.#alive(stage),
      fail: (stage, error, cause) => this.crash(stage, error, cause),
      inform: (stage, request, cause) => this.send(stage, stage, { type: 'info', request }, cause),
      takeBack: (stage, isWanted) => {
        const message = mailboxOf(stage)?.takeInfo(isWanted)?.message;
        return message?.type === 'info' ? message.request : null;
      },
      changed: () => onTasks?.(),
    });
  }

  /** This owner's code is about to run: what it sleeps by, and what tasks it starts, is this run's. */
  #enter(owner: Owner): void {
    this.#owner.enter(owner);
    sleepOn(this.#sleep);
    tasksOn(this.tasks);
    streamsOn(this.#streams);
    const { stage, task } = owner;
    const goesOn = this.#hosted.get(stage)?.stage?.waitingIn ?? AFTERWARDS;
    this.#options.onEntering?.(stage, task ? `task "${task.id}"` : goesOn);
  }

  #later<Args extends readonly unknown[]>(
    action: (...args: Args) => void,
    owner: Owner | null = this.#owner.current,
  ): (...args: Args) => void {
    return this.#owner.owned((...args: Args) => {
      if (owner) this.#enter(owner);
      action(...args);
    }, owner);
  }

  /** A callback goes on after a promise that no timer of this run settled: the latest that waits, or the only one. */
  #likelyOwner(latest: Owner | null): Owner | null {
    // A task that is over has no code left: it is its stage that goes on.
    if (latest?.task?.isOver && this.#hosted.has(latest.stage)) return this.#codeOf(latest.stage);
    const [only, ...others] = this.busy;
    if (only === undefined || others.length > 0 || only === latest?.stage) return latest;
    return this.#codeOf(only);
  }

  #codeOf(stage: StageId): Owner {
    return { stage, cause: this.#hosted.get(stage)?.stage?.began ?? null };
  }

  #takeEarly(id: StageId): void {
    for (const envelope of this.#deliveries.takeEarly(id)) this.#arrive(envelope);
  }

  #alive(id: StageId): boolean {
    return this.#hosted.get(id)?.process.isAlive ?? false;
  }

  /** A message is here, from another worker or because its stage has started at last. */
  #arrive(envelope: RemoteEnvelope): void {
    const { message } = envelope;
    if (!isForHost(message)) this.#deliveries.deliver({ ...envelope, message });
    else this.#take(envelope, message);
  }

  /** A message between hosts has come. */
  #take({ from, to, cause }: RemoteEnvelope, message: HostMessage): void {
    switch (message.type) {
      case 'watch':
        if (from !== null) this.#watches.watch(from, to, message);
        return;
      case 'unwatch':
        return this.#watches.forget(to, from, message.subscription);
      case 'reply':
      case 'replyFailed':
        return this.#calls.settle(message, from);
      case 'spawn':
      case 'endTask':
      case 'taskEnded':
        return this.tasks.take({ from, to, cause, message }, message);
      case 'wired':
        return this.#hosted.get(to)?.flow?.wired(message.subscription, cause);
      case 'startAgain':
        return this.#lives.startChild(from ?? to, to, cause);
      case 'signal':
        return this.#lives.endChild(from ?? to, to, { reason: message.reason, cause });
    }
  }
}
