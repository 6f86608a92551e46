import type { Seq, StageId } from '../ids.ts';
import type { Reason } from '../stage/definition.ts';
import type { StageStatus } from '../stage/lifecycle.ts';
import type { Envelope } from '../stage/message.ts';
import type { Process } from '../stage/process.ts';
import type { SupervisorView } from '../trace/plan-view.ts';
import { traceValue } from '../trace/trace-value.ts';
import { ParentLife, childSignal, type SupervisorContext } from './parent-life.ts';
import { Supervisor, type ChildView, type Order, type Signal } from './supervisor.ts';

/** A supervisor as a host runs it: messages go in, what it decides is done. */
export class SupervisorProcess implements Process {
  readonly id: StageId;
  readonly #context: SupervisorContext;
  readonly #supervisor: Supervisor;
  readonly #life: ParentLife;
  readonly #isFirst: boolean;

  constructor(view: SupervisorView, life: number, context: SupervisorContext) {
    this.id = view.id;
    this.#context = context;
    this.#life = new ParentLife({ id: view.id, kind: 'supervisor', life }, context);
    this.#isFirst = life === 1;
    this.#supervisor = new Supervisor(view, this.#isFirst);
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

  /** Never in the middle of a message: while it waits for a child, it waits for messages. */
  get isBusy(): boolean {
    return false;
  }

  /** Its children, in the order they are started. */
  get children(): readonly ChildView[] {
    return this.#supervisor.children;
  }

  /** Begins its life. In the first one its children have been started already. */
  start(cause: Seq | null): void {
    const started = this.#life.begun(cause);
    if (!this.#isFirst) this.#follow(this.#supervisor.begin(), started);
  }

  handle({ from, cause, message }: Envelope): void {
    const ofChild = childSignal(message, () => this.children);
    if (ofChild) return this.#take(ofChild, cause);
    switch (message.type) {
      case 'retryStart':
        return this.#take({ type: 'retry', child: message.child }, cause);
      case 'exit':
        return this.#take({ type: 'exit', reason: message.reason }, cause);
      case 'call':
        return this.#context.reply(this.id, { call: message.call, stage: from }, this.children);
      default:
        // As a process that traps exits and knows no other message: what else comes is let go.
        return;
    }
  }

  /** Ends at once and takes its children along, as a link does. */
  kill(reason: Reason, cause: Seq | null = null): void {
    if (!this.isAlive) return;
    const ended = this.#life.ended(reason, cause);
    this.#life.left(this.children, { reason, childReason: 'killed', cause: ended });
  }

  #take(signal: Signal, cause: Seq | null): void {
    this.#follow(this.#supervisor.take(signal, this.#context.nowMs()), cause);
  }

  /** What is done follows from what was heard, such as the end or the start it has waited for: one leads to the next. */
  #follow(orders: readonly Order[], cause: Seq | null): void {
    const { id } = this;
    let because = cause;
    for (const order of orders) {
      switch (order.type) {
        case 'restart': {
          const reason = traceValue(order.reason);
          because = this.#context.record(id, { ...order, reason }, cause);
          break;
        }
        case 'start':
          this.#context.startChild(id, order.child, because);
          break;
        case 'end':
          this.#context.endChild(id, order.child, { reason: order.reason, cause: because });
          break;
        case 'retry':
          this.#context.send(id, id, { type: 'retryStart', child: order.child }, because);
          break;
        case 'ready':
          this.#context.ready(id, because);
          break;
        case 'exit': {
          const ended = this.#life.ended(order.reason, because);
          const { reason, hasStarted } = order;
          this.#context.supervisorExited(id, { reason, hasStarted, cause: ended });
          break;
        }
      }
    }
  }
}
