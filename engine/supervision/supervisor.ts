import type { StageId } from '../ids.ts';
import type { Reason } from '../stage/definition.ts';
import { isOrderly } from '../stage/demand.ts';
import type { SupervisorView } from '../trace/plan-view.ts';
import { RestartIntensity } from './restart-intensity.ts';

/** What a supervisor hears. A `life` counts the starts of a child from 1. */
export type Signal =
  | { readonly type: 'started'; readonly child: StageId; readonly life: number }
  /** Its `init` asked to be left out. */
  | { readonly type: 'ignored'; readonly child: StageId; readonly life: number }
  | { readonly type: 'failed'; readonly child: StageId; readonly life: number; readonly reason: Reason }
  | { readonly type: 'ended'; readonly child: StageId; readonly life: number; readonly reason: Reason }
  /** The answer to a `retry` order: time to try again. */
  | { readonly type: 'retry'; readonly child: StageId }
  /** Its own parent, or the outside world, wants it to end. */
  | { readonly type: 'exit'; readonly reason: Reason };

/** What a supervisor wants done. To `start` and `end` it waits for the answer before it does anything else. */
export type Order =
  /** Counted: the `restarts`-th within the period, because `child` ended with `reason`. */
  | {
      readonly type: 'restart';
      readonly child: StageId;
      readonly life: number;
      readonly restarts: number;
      readonly reason: Reason;
    }
  | { readonly type: 'start'; readonly child: StageId }
  | { readonly type: 'end'; readonly child: StageId; readonly reason: Reason }
  /** Send the signal `retry` back, behind everything else that waits. */
  | { readonly type: 'retry'; readonly child: StageId }
  /** All children run: it counts as started. Not given in a supervisor's first life. */
  | { readonly type: 'ready' }
  /** It ends. `hasStarted`: `false` when it fails because a child did not start in the first place. */
  | { readonly type: 'exit'; readonly reason: Reason; readonly hasStarted: boolean };

/** How a child stands, for whoever asks. */
export interface ChildView {
  readonly id: StageId;
  readonly restart: SupervisorView['children'][number]['restart'];
  readonly status: ChildStatus;
  readonly life: number;
}

type ChildStatus = 'running' | 'starting' | 'ending' | 'down' | 'restarting';

interface Child {
  readonly id: StageId;
  readonly restart: ChildView['restart'];
  status: ChildStatus;
  life: number;
  /** Why it ended last. */
  reason: Reason;
}

type Step =
  | { readonly do: 'start' | 'end'; readonly child: Child }
  | { readonly do: 'ready' }
  | { readonly do: 'exit'; readonly reason: Reason; readonly hasStarted: boolean };

/**
 * Decides what happens when a child ends, as Elixir's Supervisor does. It knows no host and no clock: signals go in,
 * orders come out. One thing at a time: while it waits for a child to start or to end, further signals wait too.
 *
 * @see Erlang/OTP, supervisor.
 */
export class Supervisor {
  readonly #strategy: SupervisorView['strategy'];
  readonly #intensity: RestartIntensity;
  /** In the order they are started. A temporary child that has ended is no longer among them. */
  #children: readonly Child[];
  /** What is still to do, in order. */
  #steps: Step[] = [];
  /** The child whose start or end it waits for. */
  #awaited: Child | null = null;
  /** Signals that came meanwhile. */
  #waiting: Signal[] = [];
  /** All children of the first life are started by whoever starts the run; later lives start them themselves. */
  #phase: 'starting' | 'running' | 'ending';
  #orders: Order[] = [];

  /** @param isFirst - Its children have been started already, each for the first time. */
  constructor(view: SupervisorView, isFirst: boolean) {
    this.#strategy = view.strategy;
    this.#intensity = new RestartIntensity(view);
    this.#phase = isFirst ? 'running' : 'starting';
    this.#children = view.children.map(({ id, restart }) => ({
      id,
      restart,
      status: isFirst ? 'running' : 'down',
      life: isFirst ? 1 : 0,
      reason: null,
    }));
  }

  /** Its children, in the order they are started. */
  get children(): readonly ChildView[] {
    return this.#children.map(({ id, restart, status, life }) => ({ id, restart, status, life }));
  }

  /** Begins a later life: starts all children, in order. */
  begin(): readonly Order[] {
    this.#steps = [...starts(this.#children), { do: 'ready' }];
    this.#perform();
    return this.#taken();
  }

  /** Takes one signal; answers with what is to be done, in order. */
  take(signal: Signal, nowMs: number): readonly Order[] {
    if (!this.#isAnswer(signal)) this.#waiting.push(signal);
    this.#perform();
    while (this.#awaited === null) {
      const next = this.#waiting.shift();
      if (!next) break;
      this.#decide(next, nowMs);
      this.#perform();
    }
    return this.#taken();
  }

  #taken(): readonly Order[] {
    const orders = this.#orders;
    this.#orders = [];
    return orders;
  }

  /** Whether this is what it waits for; then it is taken note of. */
  #isAnswer(signal: Signal): boolean {
    const awaited = this.#awaited;
    if (!awaited || !('child' in signal) || signal.child !== awaited.id) return false;
    if (awaited.status === 'starting') {
      if (signal.type === 'started') {
        awaited.status = 'running';
        awaited.life = signal.life;
      } else if (signal.type === 'ignored') {
        awaited.life = signal.life;
        this.#down(awaited, 'ignore');
      } else if (signal.type === 'failed') {
        awaited.life = signal.life;
        this.#startFailed(awaited, signal.reason);
      } else {
        // The end of an earlier life, told too late to matter.
        return true;
      }
    } else {
      if (signal.type !== 'ended' || signal.life !== awaited.life) return true;
      this.#down(awaited, signal.reason);
    }
    this.#awaited = null;
    return true;
  }

  #decide(signal: Signal, nowMs: number): void {
    if (this.#phase === 'ending') return;
    if (signal.type === 'exit') return this.#shutDown(signal.reason, true);
    const child = this.#children.find(({ id }) => id === signal.child);
    if (!child) return;
    switch (signal.type) {
      case 'ended':
        if (child.status === 'running' && child.life === signal.life)
          this.#ended(child, signal.reason, nowMs);
        return;
      case 'retry':
        if (child.status === 'restarting') this.#restart(child, nowMs);
        return;
      case 'failed':
        // Nobody waits for a start: it is one of those that came before the supervisor itself.
        if (child.status !== 'running' || child.life !== signal.life) return;
        this.#down(child, signal.reason);
        return this.#failToStart(child, signal.reason);
      case 'ignored':
        if (child.status === 'running' && child.life === signal.life) this.#down(child, 'ignore');
        return;
      case 'started':
        return;
    }
  }

  #ended(child: Child, reason: Reason, nowMs: number): void {
    const isWanted = child.restart === 'permanent' || (child.restart === 'transient' && !isOrderly(reason));
    this.#down(child, reason);
    if (isWanted) this.#restart(child, nowMs);
  }

  #restart(child: Child, nowMs: number): void {
    if (!this.#intensity.allows(nowMs)) return this.#shutDown('shutdown', true);
    const { recent: restarts } = this.#intensity;
    const { id, life, reason } = child;
    this.#orders.push({ type: 'restart', child: id, life: life + 1, restarts, reason });
    const affected = this.#affectedBy(child);
    this.#steps = [...ends(affected), ...starts(affected)];
  }

  #affectedBy(child: Child): readonly Child[] {
    switch (this.#strategy) {
      case 'oneForOne':
        return [child];
      case 'restForOne':
        return this.#children.slice(this.#children.indexOf(child));
      case 'oneForAll':
        return this.#children;
    }
  }

  /** A start failed: as a restart it is tried again, at the cost of another one; at the beginning nothing works without. */
  #startFailed(child: Child, reason: Reason): void {
    if (this.#phase === 'starting') {
      this.#down(child, reason);
      return this.#failToStart(child, reason);
    }
    child.status = 'restarting';
    child.reason = reason;
    this.#steps = [];
    this.#orders.push({ type: 'retry', child: child.id });
  }

  #failToStart({ id }: Child, reason: Reason): void {
    this.#shutDown(['shutdown', ['failed_to_start_child', id, reason]], false);
  }

  #shutDown(reason: Reason, hasStarted: boolean): void {
    this.#phase = 'ending';
    this.#steps = [...ends(this.#children), { do: 'exit', reason, hasStarted }];
  }

  #down(child: Child, reason: Reason): void {
    child.status = 'down';
    child.reason = reason;
    if (child.restart === 'temporary') this.#children = this.#children.filter((one) => one !== child);
  }

  /** Does what is to be done, up to where it has to wait. */
  #perform(): void {
    while (this.#awaited === null) {
      const step = this.#steps.shift();
      if (!step) return;
      this.#do(step);
    }
  }

  #do(step: Step): void {
    switch (step.do) {
      case 'start':
        // A temporary child that was ended for the sake of another does not come back.
        if (!this.#children.includes(step.child)) return;
        step.child.status = 'starting';
        this.#awaited = step.child;
        this.#orders.push({ type: 'start', child: step.child.id });
        return;
      case 'end':
        return this.#end(step.child);
      case 'ready':
        this.#phase = 'running';
        this.#orders.push({ type: 'ready' });
        return;
      case 'exit':
        this.#orders.push({ type: 'exit', reason: step.reason, hasStarted: step.hasStarted });
        return;
    }
  }

  #end(child: Child): void {
    if (child.status !== 'running') {
      if (child.status === 'restarting') this.#down(child, child.reason);
      return;
    }
    // It may have ended by itself meanwhile: then this is its end, and no second one comes.
    const told = this.#waiting.findIndex(
      (signal) => signal.type === 'ended' && signal.child === child.id && signal.life === child.life,
    );
    const [signal] = told < 0 ? [] : this.#waiting.splice(told, 1);
    if (signal?.type === 'ended') return this.#down(child, signal.reason);
    child.status = 'ending';
    this.#awaited = child;
    this.#orders.push({ type: 'end', child: child.id, reason: 'shutdown' });
  }
}

function starts(children: readonly Child[]): Step[] {
  return children.map((child) => ({ do: 'start', child }));
}

/** Ended in reverse order of their starts. */
function ends(children: readonly Child[]): Step[] {
  return children.map((child): Step => ({ do: 'end', child })).reverse();
}
