import type { Seq, SubscriptionId, TaskId } from '../ids.ts';
import { failure, isPromise } from '../stage/callback-runner.ts';
import { InitRefusal, type Reason, type SubscribeOptions, type Subscription } from '../stage/definition.ts';
import { DEFAULT_MAX_DEMAND, isOrderly } from '../stage/demand.ts';
import type { TaskOutcome } from '../stage/message.ts';
import type { Self } from '../stage/self.ts';
import type { Steps } from '../stage/steps.ts';
import type { StartedTask, TaskScope } from '../task/task-scope.ts';
import { describe } from '../trace/trace-value.ts';
import { ExitSignal, TryAgain } from './child-messages.ts';
import type { ChildCounts, ChildRow, StartChildReply, TerminateChildReply } from './child-requests.ts';
import { RestartIntensity, type RestartLimits } from './restart-intensity.ts';

/** How children are made and ended; see `consumerSupervisor`. */
export interface ChildTemplate {
  readonly restart: 'temporary' | 'transient';
  readonly shutdownMs: number | 'brutalKill';
  readonly type: 'worker' | 'supervisor';
  start?(event: unknown): unknown;
}

/** Where the supervisor's callback that runs stands. */
export interface At {
  readonly me: Self;
  readonly scope: TaskScope;
}

/** One child. */
interface Row {
  readonly id: TaskId;
  readonly task: StartedTask;
  readonly event: unknown;
  /** The subscription its event came on; `null` when it was started by hand. */
  readonly from: SubscriptionId | null;
  /** It ended and could not be started again yet. */
  isRestarting: boolean;
  /** Told of its end in place of the supervisor's mailbox, once somebody waits for it. */
  onEnd: ((reason: Reason) => void) | null;
}

/** What one subscription has brought. Counts are events. */
interface Demand {
  readonly min: number;
  readonly max: number;
  /** Children of its events that are not over. */
  count: number;
  /** Children that are over and not yet asked for again. */
  pending: number;
}

/** How one start came out. */
type Start =
  | { readonly type: 'started'; readonly row: Row; readonly info: readonly [] | readonly [unknown] }
  | { readonly type: 'ignored' }
  | { readonly type: 'failed'; readonly reason: Reason };

/** The children of one consumerSupervisor, and the demand that their ends make. Its public fields are what a picture shows. */
export class Children {
  children = 0;
  restarting = 0;
  readonly subscriptions: Record<SubscriptionId, Demand> = {};
  readonly #template: ChildTemplate;
  readonly #intensity: RestartIntensity;
  readonly #rows = new Map<TaskId, Row>();
  readonly #producers = new Map<SubscriptionId, Subscription>();

  constructor(template: ChildTemplate, limits: RestartLimits) {
    this.#template = template;
    this.#intensity = new RestartIntensity(limits);
  }

  /** Asks for as many events as there may be children (GS-221). */
  subscribed(from: Subscription, options: SubscribeOptions, { me }: At): void {
    const { maxDemand: max = DEFAULT_MAX_DEMAND } = options;
    const { minDemand: min = Math.floor(max / 2) } = options;
    this.#producers.set(from.id, from);
    this.subscriptions[from.id] = { min, max, count: 0, pending: 0 };
    me.ask(from, max);
  }

  /** Its children stay; nothing more is asked on it (GS-231). */
  cancelled(from: Subscription): void {
    this.#producers.delete(from.id);
    delete this.subscriptions[from.id];
  }

  /** One child per event (GS-222); one that does not start counts as over at once (GS-224). */
  *received(events: readonly unknown[], from: Subscription, at: At): Steps {
    let over = 0;
    for (const event of events) {
      const start = yield* this.#start(event, from.id, at);
      if (start.type !== 'started') over++;
      if (start.type !== 'failed') continue;
      const reason = describe(start.reason);
      at.scope.warn('child_start_failed', `No child could be started for ${describe(event)}: ${reason}`, []);
      this.#report('start_error', start.reason, at);
    }
    this.#count(from.id, { came: events.length, over }, at);
  }

  /** GS-227. */
  *startByHand(event: unknown, at: At): Steps<StartChildReply> {
    const start = yield* this.#start(event, null, at);
    switch (start.type) {
      case 'started':
        return ['ok', start.row.id, ...start.info] as const;
      case 'ignored':
        return 'ignore';
      case 'failed':
        return ['error', start.reason];
    }
  }

  /** A child has ended. `true`: the supervisor is to stop (GS-225, GS-226). */
  *ended({ child, reason }: ExitSignal, at: At): Steps<boolean> {
    const row = this.#rows.get(child);
    if (!row || row.isRestarting) return false;
    if (!isOrderly(reason)) {
      this.#report('child_terminated', reason, at);
      if (this.#template.restart === 'transient') return yield* this.#restart(row, at);
    }
    this.#delete(row, at);
    return false;
  }

  /** A restart that failed is tried once more (GS-232). `true`: the supervisor is to stop. */
  *tryAgain({ child }: TryAgain, at: At): Steps<boolean> {
    this.restarting--;
    const row = this.#rows.get(child);
    return row ? yield* this.#restart(row, at) : false;
  }

  /** GS-228. */
  *terminate(child: TaskId, at: At): Steps<TerminateChildReply> {
    const row = this.#rows.get(child);
    if (!row) return ['error', 'not_found'];
    yield* this.#end([row], at);
    this.#delete(row, at);
    return 'ok';
  }

  /** The supervisor ends, and its children before it (GS-231, GS-233). */
  *terminateAll(at: At): Steps {
    yield* this.#end([...this.#rows.values()], at);
    this.#rows.clear();
    this.children = this.#rows.size;
  }

  count(): ChildCounts {
    const all = this.#rows.size;
    const isWorker = this.#template.type === 'worker';
    const active = all - this.restarting;
    return { specs: 1, active, workers: isWorker ? all : 0, supervisors: isWorker ? 0 : all };
  }

  which(): readonly ChildRow[] {
    const { type } = this.#template;
    return [...this.#rows.values()].map(({ id, isRestarting }) => ({
      child: isRestarting ? 'restarting' : id,
      type,
    }));
  }

  // --- Starting -------------------------------------------------------------------------------------------------

  *#start(event: unknown, from: SubscriptionId | null, at: At): Steps<Start> {
    let returned: unknown;
    try {
      returned = this.#template.start?.(event);
      if (isPromise(returned)) returned = yield returned;
    } catch (error) {
      return { type: 'failed', reason: failure(error) };
    }
    if (returned instanceof InitRefusal) {
      return returned.ignored ? { type: 'ignored' } : { type: 'failed', reason: returned.reason };
    }
    if (returned !== undefined && !isInfo(returned)) return { type: 'failed', reason: returned };
    const row = this.#spawn(event, from, at.scope);
    return { type: 'started', row, info: returned === undefined ? [] : [returned.info] };
  }

  #spawn(event: unknown, from: SubscriptionId | null, scope: TaskScope): Row {
    const task = scope.start({
      code: { type: 'child', stage: scope.stage },
      args: [event],
      name: '',
      onEnd: (outcome: TaskOutcome, cause: Seq | null) => {
        const reason = outcome.ok ? 'normal' : outcome.reason;
        if (row.onEnd) row.onEnd(reason);
        else scope.inform(new ExitSignal(row.id, reason), cause);
      },
    });
    const row: Row = { id: task.id, task, event, from, isRestarting: false, onEnd: null };
    this.#rows.set(row.id, row);
    this.children = this.#rows.size;
    return row;
  }

  *#restart(row: Row, at: At): Steps<boolean> {
    if (!this.#intensity.allows(at.scope.nowMs())) {
      this.#report('shutdown', 'reached_max_restart_intensity', at);
      this.#delete(row, at);
      return true;
    }
    const start = yield* this.#start(row.event, row.from, at);
    switch (start.type) {
      case 'started':
        // It takes the place of the one before: no demand changes.
        this.#rows.delete(row.id);
        this.children = this.#rows.size;
        return false;
      case 'ignored':
        this.#delete(row, at);
        return false;
      case 'failed':
        this.#report('start_error', start.reason, at);
        row.isRestarting = true;
        this.restarting++;
        at.me.info(new TryAgain(row.id));
        return false;
    }
  }

  // --- Demand ---------------------------------------------------------------------------------------------------

  #delete(row: Row, at: At): void {
    this.#rows.delete(row.id);
    if (row.from !== null) this.#count(row.from, { came: 0, over: 1 }, at);
    this.children = this.#rows.size;
  }

  /** Counts events that came and children that are over, and asks again once enough are (GS-223). */
  #count(id: SubscriptionId, { came, over }: { readonly came: number; readonly over: number }, at: At): void {
    const from = this.#producers.get(id);
    const demand = this.subscriptions[id];
    if (!from || !demand) return;
    const { min, max } = demand;
    const excess = demand.count + came - max;
    if (excess > 0) {
      const message = `"${at.me.id}" has received ${excess} events in excess of what it asked "${from.peer}" for`;
      at.scope.warn('excess', message, [excess]);
    }
    demand.pending += over;
    demand.count += came - over;
    if (demand.pending >= min) {
      const count = demand.pending;
      demand.pending = 0;
      at.me.ask(from, count);
    }
  }

  // --- Ending ---------------------------------------------------------------------------------------------------

  /** Ends children as their template says, and waits until they are gone. Who did not go as told is reported. */
  *#end(rows: readonly Row[], at: At): Steps {
    const { shutdownMs } = this.#template;
    const isAsTold = shutdownMs === 'brutalKill' ? (reason: Reason) => reason === 'killed' : isOrderly;
    const left = new Set<Row>();
    let goOn: (value: unknown) => void = () => undefined;
    for (const row of rows) {
      if (row.isRestarting) continue;
      // One that ended by itself just before has said so in the mailbox.
      const signal = at.scope.takeBack(
        (one): one is ExitSignal => one instanceof ExitSignal && one.child === row.id,
      );
      if (signal) {
        if (signal.reason !== 'normal') this.#report('shutdown_error', signal.reason, at);
        continue;
      }
      left.add(row);
      row.onEnd = (reason) => {
        left.delete(row);
        if (!isAsTold(reason)) this.#report('shutdown_error', reason, at);
        if (left.size === 0) goOn(null);
      };
    }
    const signalAll = (kill: boolean): void => {
      const reason = kill ? 'killed' : 'shutdown';
      for (const { task } of [...left]) task.end({ reason, kill, as: 'shutdown' });
    };
    signalAll(shutdownMs === 'brutalKill');
    if (left.size === 0) return;
    const cancelTimer =
      typeof shutdownMs === 'number' && shutdownMs !== Infinity
        ? at.scope.after(shutdownMs, () => signalAll(true))
        : () => undefined;
    yield new Promise((resolve) => {
      goOn = resolve;
    });
    cancelTimer();
  }

  #report(context: string, reason: Reason, { me, scope }: At): void {
    const message = `A child of "${me.id}": ${REPORTS[context] ?? context} (${describe(reason)})`;
    scope.warn('child_report', message, [context]);
  }
}

/** What a report is about, as a sentence goes on. GenStage's names for it are the keys. */
const REPORTS: Readonly<Record<string, string>> = {
  start_error: 'it could not be started',
  child_terminated: 'it ended with a failure',
  shutdown: 'too many restarts',
  shutdown_error: 'it did not end as it was told to',
};

function isInfo(value: unknown): value is { readonly info: unknown } {
  return (
    typeof value === 'object' && value !== null && 'info' in value && Object.keys(value).join() === 'info'
  );
}
