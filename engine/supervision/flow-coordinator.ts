import type { StageId, SubscriptionId } from '../ids.ts';
import type { Reason } from '../stage/definition.ts';
import { isOrderly } from '../stage/demand.ts';
import { idOfLife, plannedIdOf } from '../stage/life-ids.ts';
import type { DemandMode } from '../stage/self.ts';
import type { FlowView } from '../trace/plan-view.ts';
import type { ChildView, Order, Signal } from './supervisor.ts';

/** What the coordinator of a flow hears. */
export type FlowSignal =
  | Exclude<Signal, { readonly type: 'retry' }>
  /** A subscription has been taken by its producer, or never will be. */
  | { readonly type: 'wired'; readonly subscription: SubscriptionId }
  /** A stage that is none of its own has ended. */
  | { readonly type: 'down'; readonly stage: StageId; readonly reason: Reason }
  /** Somebody sets the demand mode of the flow. */
  | { readonly type: 'mode'; readonly mode: DemandMode };

/** What it wants done. */
export type FlowOrder =
  | Extract<Order, { readonly type: 'start' | 'end' | 'ready' }>
  | FlowExit
  /** All sources are to be set to this mode. */
  | { readonly type: 'mode'; readonly mode: DemandMode };

/** It ends. */
export interface FlowExit {
  readonly type: 'exit';
  /** `"shutdown"` after a failure of one of its stages (FL-176). */
  readonly reason: Reason;
  /** What its supervisor hears: the failure itself, so that a transient flow starts again after it. */
  readonly told: Reason;
  /** `false` when it fails because a stage did not start in the first place. */
  readonly hasStarted: boolean;
}

/** A subscription that has to be there before events flow. */
export interface Awaited {
  readonly id: SubscriptionId;
  readonly consumer: StageId;
  readonly producer: StageId;
}

interface Child {
  readonly id: StageId;
  status: Exclude<ChildView['status'], 'restarting'>;
  life: number;
}

/**
 * Begins and ends the stages of a flow as one. Its sources are held until every subscription has been made (FL-009); it is
 * over when the stages of its last layer are (FL-176). Like a supervisor it knows no host and no clock: signals go in,
 * orders come out. Its children are temporary: none of them starts again alone.
 */
export class FlowCoordinator {
  /** In the order they are started. */
  readonly #children: readonly Child[];
  #awaited: readonly Awaited[];
  /** What has been made of it; forgotten once that is all. */
  readonly #made = new Set<SubscriptionId>();
  /** Stages whose end it waits for, its own and others. */
  readonly #open: Set<StageId>;
  readonly #restart: NonNullable<FlowView['restart']>;
  #phase: 'starting' | 'wiring' | 'running' | 'ending';
  /** What somebody wants. While subscriptions are still being made, sources are held all the same. */
  #mode: DemandMode;
  #exit: FlowExit | null = null;
  #orders: FlowOrder[] = [];

  /**
   * @param awaited - The planned subscriptions that it waits for.
   * @param isFirst - Its stages have been started already, each for the first time.
   */
  constructor(view: FlowView, awaited: readonly Awaited[], isFirst: boolean) {
    this.#mode = view.demand;
    this.#phase = isFirst ? 'wiring' : 'starting';
    this.#open = new Set(view.ends);
    this.#restart = view.restart ?? {};
    this.#children = view.stages.map((id) => ({
      id,
      status: isFirst ? 'running' : 'down',
      life: isFirst ? 1 : 0,
    }));
    // Others subscribe again when they start again: a later life does not wait for them.
    const own = new Set(view.stages);
    this.#awaited = isFirst ? awaited : awaited.filter(({ consumer }) => own.has(consumer));
  }

  /** Its stages, in the order they are started. */
  get children(): readonly ChildView[] {
    return this.#children.map(({ id, status, life }) => ({ id, restart: 'temporary', status, life }));
  }

  get mode(): DemandMode {
    return this.#mode;
  }

  /** Begins its life. A later one starts its stages, each after those it reads from. */
  begin(): readonly FlowOrder[] {
    if (this.#phase === 'starting') {
      // Producers that run beside it have gone on meanwhile; its own are not there yet.
      this.#orders.push({ type: 'mode', mode: 'accumulate' });
      this.#startNext();
    } else this.#lookAtWires();
    return this.#taken();
  }

  /** Takes one signal; answers with what is to be done, in order. */
  take(signal: FlowSignal): readonly FlowOrder[] {
    this.#decide(signal);
    return this.#taken();
  }

  /** Subscriptions that end at stages of others that are gone will not be made: they are not waited for. */
  forgetOthers(isGone: (stage: StageId) => boolean): readonly FlowOrder[] {
    const isOwn = (stage: StageId) => this.#children.some(({ id }) => id === stage);
    const isMissing = (stage: StageId) => isGone(stage) && !isOwn(stage);
    this.#awaited = this.#awaited.filter(
      ({ consumer, producer }) => !isMissing(consumer) && !isMissing(producer),
    );
    this.#lookAtWires();
    return this.#taken();
  }

  #taken(): readonly FlowOrder[] {
    const orders = this.#orders;
    this.#orders = [];
    return orders;
  }

  #decide(signal: FlowSignal): void {
    switch (signal.type) {
      case 'wired':
        return this.#wired(signal.subscription);
      case 'mode':
        this.#mode = signal.mode;
        if (this.#phase === 'running') this.#orders.push({ type: 'mode', mode: signal.mode });
        return;
      case 'exit':
        return this.#shutDown({ reason: signal.reason });
      case 'down':
        return this.#isOver(signal.stage, signal.reason);
      default:
        return this.#hear(signal);
    }
  }

  #hear(signal: Extract<FlowSignal, { readonly child: StageId }>): void {
    const child = this.#children.find(({ id }) => id === signal.child);
    if (!child || child.status === 'down' || isOfEarlierLife(signal, child)) return;
    child.life = signal.life;
    if (signal.type === 'started') {
      if (child.status !== 'starting') return;
      child.status = 'running';
      return this.#startNext();
    }
    const wasStarting = child.status === 'starting';
    child.status = 'down';
    if (this.#phase === 'ending') return this.#leave();
    if (signal.type === 'failed') {
      const reason = ['shutdown', ['failed_to_start_child', child.id, signal.reason]];
      return this.#shutDown({ reason, hasStarted: false });
    }
    this.#isOver(child.id, signal.type === 'ended' ? signal.reason : 'normal');
    if (wasStarting) this.#startNext();
  }

  /** A stage is gone. What that means to the others they hear by their subscriptions; the last layer's end is its own. */
  #isOver(stage: StageId, reason: Reason): void {
    if (!this.#open.delete(stage)) return;
    const restart = this.#restart[stage];
    const isFailure = restart === undefined ? !isOrderly(reason) : restart === 'permanent';
    if (isFailure) this.#shutDown({ reason: 'shutdown', told: reason });
    else if (this.#open.size === 0) this.#shutDown({ reason: 'normal' });
  }

  #startNext(): void {
    if (this.#phase !== 'starting') return;
    const next = this.#children.find(({ status, life }) => status === 'down' && life === 0);
    if (next) {
      next.status = 'starting';
      this.#orders.push({ type: 'start', child: next.id });
      return;
    }
    this.#phase = 'wiring';
    this.#orders.push({ type: 'ready' });
    this.#lookAtWires();
  }

  #wired(subscription: SubscriptionId): void {
    if (this.#phase !== 'starting' && this.#phase !== 'wiring') return;
    const planned = plannedIdOf(subscription);
    if (!this.#awaited.some(({ id }) => id === planned)) return;
    this.#made.add(subscription);
    this.#lookAtWires();
  }

  #lookAtWires(): void {
    if (this.#phase !== 'wiring' || this.#made.size < this.#awaited.length) return;
    if (!this.#awaited.every(({ id, consumer }) => this.#made.has(idOfLife(id, this.#lifeOf(consumer)))))
      return;
    this.#phase = 'running';
    this.#made.clear();
    if (this.#mode === 'forward') this.#orders.push({ type: 'mode', mode: 'forward' });
  }

  /** Of another's consumer only the first life is waited for. */
  #lifeOf(stage: StageId): number {
    return this.#children.find(({ id }) => id === stage)?.life ?? 1;
  }

  /** Ends what is left, last layers first. */
  #shutDown(end: { readonly reason: Reason; readonly told?: Reason; readonly hasStarted?: boolean }): void {
    if (this.#phase === 'ending') return;
    const { reason, told = reason, hasStarted = true } = end;
    this.#exit = { type: 'exit', reason, told, hasStarted };
    this.#phase = 'ending';
    for (const child of [...this.#children].reverse()) {
      if (child.status === 'down') continue;
      child.status = 'ending';
      this.#orders.push({ type: 'end', child: child.id, reason: 'shutdown' });
    }
    this.#leave();
  }

  #leave(): void {
    if (this.#exit && this.#children.every(({ status }) => status === 'down')) this.#orders.push(this.#exit);
  }
}

/** The end of an earlier life may be told late; of one that starts the end is a start that failed. */
function isOfEarlierLife(signal: { readonly type: string; readonly life: number }, child: Child): boolean {
  return signal.life < child.life || (signal.type === 'ended' && child.status === 'starting');
}
