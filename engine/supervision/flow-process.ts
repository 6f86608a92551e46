import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import type { Caller, Reason } from '../stage/definition.ts';
import type { StageStatus } from '../stage/lifecycle.ts';
import type { Envelope } from '../stage/message.ts';
import type { Process } from '../stage/process.ts';
import { partOf } from '../stage/redirection.ts';
import type { FlowView } from '../trace/plan-view.ts';
import { FlowCoordinator, type Awaited, type FlowOrder, type FlowSignal } from './flow-coordinator.ts';
import { ParentLife, childSignal, type SupervisorContext } from './parent-life.ts';
import type { ChildView } from './supervisor.ts';

/** The coordinator of a flow as a host runs it, under the flow's name: messages go in, what it decides is done. */
export class FlowProcess implements Process {
  readonly id: StageId;
  readonly #view: FlowView;
  readonly #context: SupervisorContext;
  readonly #coordinator: FlowCoordinator;
  readonly #life: ParentLife;
  /** Those who have asked it to stop, and wait until it has. */
  readonly #stoppers: Caller[] = [];
  /** The last of the entries that tell of subscriptions: letting the sources go comes after all of them. */
  #wired: Seq | null = null;

  constructor(
    view: FlowView,
    { awaited, life }: { readonly awaited: readonly Awaited[]; readonly life: number },
    context: SupervisorContext,
  ) {
    this.id = view.id;
    this.#view = view;
    this.#context = context;
    this.#life = new ParentLife({ id: view.id, kind: 'flow', life }, context);
    this.#coordinator = new FlowCoordinator(view, awaited, life === 1);
  }

  get status(): StageStatus {
    return this.#life.status;
  }

  get isAlive(): boolean {
    return this.#life.isAlive;
  }

  get isFree(): boolean {
    return this.isAlive;
  }

  /** Never in the middle of a message: while it waits for a stage, it waits for messages. */
  get isBusy(): boolean {
    return false;
  }

  /** Its stages, in the order they are started. */
  get children(): readonly ChildView[] {
    return this.#coordinator.children;
  }

  /** Begins its life. In the first one its stages have been started already. */
  start(cause: Seq | null): void {
    const started = this.#life.begun(cause);
    for (const stage of this.#view.ends) {
      if (!this.#view.stages.includes(stage)) this.#context.watch(this.id, stage);
    }
    this.#follow(this.#coordinator.begin(), started);
  }

  /** A subscription has been taken by its producer, or never will be. Told beside the mailbox. */
  wired(subscription: SubscriptionId, cause: Seq | null): void {
    if (!this.isAlive) return;
    if (cause !== null) this.#wired = Math.max(this.#wired ?? cause, cause);
    this.#take({ type: 'wired', subscription }, this.#wired);
  }

  /** A worker is gone: subscriptions of others to what ran there, or from it, are not waited for. */
  loseOthers(isGone: (stage: StageId) => boolean, cause: Seq | null): void {
    if (this.isAlive) this.#follow(this.#coordinator.forgetOthers(isGone), cause);
  }

  handle({ from, cause, message }: Envelope): void {
    const ofChild = childSignal(message, () => this.children);
    if (ofChild) return this.#take(ofChild, cause);
    switch (message.type) {
      case 'down':
        return from === null
          ? undefined
          : this.#take({ type: 'down', stage: from, reason: message.reason }, cause);
      case 'demandMode':
        return this.#take({ type: 'mode', mode: message.mode }, cause);
      case 'cancel':
        return this.#cancel(message.subscription, message.reason, cause);
      case 'stop':
        if (message.call !== undefined) this.#stoppers.push({ call: message.call, stage: from });
        return this.#take({ type: 'exit', reason: message.reason }, cause);
      case 'exit':
        return this.#take({ type: 'exit', reason: message.reason }, cause);
      default:
        // As a process that knows no other message: what else comes is let go, but nobody waits for an answer in vain.
        if ('call' in message && message.call !== undefined) {
          this.#context.reply(this.id, { call: message.call, stage: from }, this.#answerTo(message.type));
        }
    }
  }

  /** Ends at once; its stages are shut down, so consumers that are none of its own go on. */
  kill(reason: Reason, cause: Seq | null = null): void {
    if (!this.isAlive) return;
    const ended = this.#exited(reason, cause);
    this.#life.left(this.children, { reason, childReason: 'shutdown', cause: ended });
  }

  #answerTo(question: Envelope['message']['type']): unknown {
    switch (question) {
      case 'call':
        return this.children;
      case 'getDemandMode':
        return this.#coordinator.mode;
      case 'estimateBuffered':
        return 0;
      case 'subscribeTo':
        return ['error', 'not_a_consumer'];
      default:
        return 'ok';
    }
  }

  /** A subscription to the flow is one to each of its outlets: so is its end. */
  #cancel(subscription: SubscriptionId, reason: Reason, cause: Seq | null): void {
    for (const [index, outlet] of this.#view.outlets.entries()) {
      const part = partOf(subscription, index);
      this.#context.send(this.id, outlet, { type: 'cancel', subscription: part, reason }, cause);
    }
  }

  #take(signal: FlowSignal, cause: Seq | null): void {
    this.#follow(this.#coordinator.take(signal), cause);
  }

  #follow(orders: readonly FlowOrder[], cause: Seq | null): void {
    const { id } = this;
    for (const order of orders) {
      switch (order.type) {
        case 'start':
          this.#context.startChild(id, order.child, cause);
          break;
        case 'end':
          this.#context.endChild(id, order.child, { reason: order.reason, cause });
          break;
        case 'mode':
          for (const source of this.#view.sources) {
            this.#context.send(id, source, { type: 'demandMode', mode: order.mode }, cause);
          }
          break;
        case 'ready':
          this.#context.ready(id, cause);
          break;
        case 'exit': {
          const { reason, told, hasStarted } = order;
          this.#context.supervisorExited(id, {
            reason,
            told,
            hasStarted,
            cause: this.#exited(reason, cause),
          });
          break;
        }
      }
    }
  }

  #exited(reason: Reason, cause: Seq | null): Seq {
    const ended = this.#life.ended(reason, cause);
    for (const caller of this.#stoppers) this.#context.reply(this.id, caller, 'ok');
    return ended;
  }
}
