import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import type { Caller, Reason } from '../stage/definition.ts';
import type { StageStatus } from '../stage/lifecycle.ts';
import type { Envelope } from '../stage/message.ts';
import type { Process } from '../stage/process.ts';
import { partOf } from '../stage/redirection.ts';
import type { FlowView } from '../trace/plan-view.ts';
import { traceValue } from '../trace/trace-value.ts';
import { FlowCoordinator, type Awaited, type FlowOrder, type FlowSignal } from './flow-coordinator.ts';
import type { ChildView } from './supervisor.ts';
import type { SupervisorContext } from './supervisor-process.ts';

/** The coordinator of a flow as a host runs it, under the flow's name: messages go in, what it decides is done. */
export class FlowProcess implements Process {
  readonly id: StageId;
  readonly #view: FlowView;
  readonly #context: SupervisorContext;
  readonly #coordinator: FlowCoordinator;
  readonly #life: number;
  /** Those who have asked it to stop, and wait until it has. */
  readonly #stoppers: Caller[] = [];
  #status: StageStatus = 'waiting';
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
    this.#life = life;
    this.#coordinator = new FlowCoordinator(view, awaited, life === 1);
  }

  get status(): StageStatus {
    return this.#status;
  }

  get isAlive(): boolean {
    return this.#status === 'waiting';
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
    const life = this.#life;
    const started = this.#context.record(
      this.id,
      { type: 'start', kind: 'flow', state: null, ...(life > 1 && { life }) },
      cause,
    );
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

  handle({ from, cause, message }: Envelope): void {
    switch (message.type) {
      case 'childStarted': {
        const { child, life, outcome } = message;
        return this.#take({ type: outcome, child, life, reason: message.reason }, cause);
      }
      case 'childEnded': {
        const { child, life, reason } = message;
        return this.#take({ type: 'ended', child, life, reason }, cause);
      }
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
    for (const { id, status } of [...this.children].reverse()) {
      if (status !== 'down') this.#context.endChild(this.id, id, { reason: 'shutdown', cause: ended });
    }
    this.#context.supervisorExited(this.id, { reason, hasStarted: true, cause: ended });
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
    this.#status = 'exited';
    const ended = this.#context.record(this.id, { type: 'exit', reason: traceValue(reason) }, cause);
    for (const caller of this.#stoppers) this.#context.reply(this.id, caller, 'ok');
    return ended;
  }
}
