import type { Seq, StageId } from '../ids.ts';
import type { Caller, Reason } from '../stage/definition.ts';
import type { StageStatus } from '../stage/lifecycle.ts';
import type { Envelope, StageMessage } from '../stage/message.ts';
import type { Process } from '../stage/process.ts';
import type { SupervisorView } from '../trace/plan-view.ts';
import type { TraceEvent } from '../trace/trace-entry.ts';
import { traceValue } from '../trace/trace-value.ts';
import { Supervisor, type ChildView, type Order, type Signal } from './supervisor.ts';

/** What a supervisor, or the coordinator of a flow, may do to the world while it handles a message. */
export interface SupervisorContext {
  nowMs(): number;
  record(stage: StageId, event: TraceEvent, cause: Seq | null): Seq;
  send(from: StageId, to: StageId, message: StageMessage, cause: Seq | null): void;
  reply(from: StageId, caller: Caller, value: unknown): void;
  /** Sends `down` when a stage that is no child ends; at once if it is not there. */
  watch(watcher: StageId, watched: StageId): void;
  /** Starts a child again, on whatever worker it is placed. */
  startChild(supervisor: StageId, child: StageId, cause: Seq | null): void;
  /** Sends a child an exit signal: a stage ends at once, a supervisor ends its own children first. */
  endChild(
    supervisor: StageId,
    child: StageId,
    order: { readonly reason: Reason; readonly cause: Seq | null },
  ): void;
  /** A later life of the supervisor has started all its children. */
  ready(supervisor: StageId, cause: Seq | null): void;
  /** It has ended. */
  supervisorExited(supervisor: StageId, end: SupervisorEnd): void;
}

/** How a supervisor, or the coordinator of a flow, has ended. */
export interface SupervisorEnd {
  readonly reason: Reason;
  /** What its own supervisor hears; left out: the same reason. */
  readonly told?: Reason;
  /** `false` when it did not even start. */
  readonly hasStarted: boolean;
  readonly cause: Seq | null;
}

/** A supervisor as a host runs it: messages go in, what it decides is done. */
export class SupervisorProcess implements Process {
  readonly id: StageId;
  readonly #context: SupervisorContext;
  readonly #supervisor: Supervisor;
  readonly #life: number;
  #status: StageStatus = 'waiting';

  constructor(view: SupervisorView, life: number, context: SupervisorContext) {
    this.id = view.id;
    this.#context = context;
    this.#life = life;
    this.#supervisor = new Supervisor(view, life === 1);
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
    const life = this.#life;
    const started = this.#context.record(
      this.id,
      { type: 'start', kind: 'supervisor', state: null, ...(life > 1 && { life }) },
      cause,
    );
    if (life > 1) this.#follow(this.#supervisor.begin(), started);
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
    const ended = this.#exited(reason, cause);
    for (const { id, status } of [...this.children].reverse()) {
      if (status !== 'down') this.#context.endChild(this.id, id, { reason: 'killed', cause: ended });
    }
    this.#context.supervisorExited(this.id, { reason, hasStarted: true, cause: ended });
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
          const ended = this.#exited(order.reason, because);
          const { reason, hasStarted } = order;
          this.#context.supervisorExited(id, { reason, hasStarted, cause: ended });
          break;
        }
      }
    }
  }

  #exited(reason: Reason, cause: Seq | null): Seq {
    this.#status = 'exited';
    return this.#context.record(this.id, { type: 'exit', reason: traceValue(reason) }, cause);
  }
}
