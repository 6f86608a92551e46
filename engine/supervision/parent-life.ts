import type { Seq, StageId } from '../ids.ts';
import type { Caller, Reason } from '../stage/definition.ts';
import type { StageStatus } from '../stage/lifecycle.ts';
import type { StageMessage } from '../stage/message.ts';
import type { TraceEvent } from '../trace/trace-entry.ts';
import { traceValue } from '../trace/trace-value.ts';
import type { ChildView, Signal } from './supervisor.ts';

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

/** One life of a process that has children, a supervisor or the coordinator of a flow: how it begins, stands and ends. */
export class ParentLife {
  readonly #id: StageId;
  readonly #kind: 'supervisor' | 'flow';
  readonly #number: number;
  readonly #context: SupervisorContext;
  #status: StageStatus = 'waiting';

  /** @param about - `life` counts its starts from 1. */
  constructor(
    about: { readonly id: StageId; readonly kind: 'supervisor' | 'flow'; readonly life: number },
    context: SupervisorContext,
  ) {
    this.#id = about.id;
    this.#kind = about.kind;
    this.#number = about.life;
    this.#context = context;
  }

  get status(): StageStatus {
    return this.#status;
  }

  get isAlive(): boolean {
    return this.#status === 'waiting';
  }

  /** Records that it has begun. */
  begun(cause: Seq | null): Seq {
    const life = this.#number;
    const start = { type: 'start', kind: this.#kind, state: null, ...(life > 1 && { life }) } as const;
    return this.#context.record(this.#id, start, cause);
  }

  /** Records that it has ended. */
  ended(reason: Reason, cause: Seq | null): Seq {
    this.#status = 'exited';
    return this.#context.record(this.#id, { type: 'exit', reason: traceValue(reason) }, cause);
  }

  /** It has ended without having waited for its children: they are sent `childReason`, the last one first. */
  left(
    children: readonly ChildView[],
    { childReason, ...end }: { readonly reason: Reason; readonly childReason: Reason; readonly cause: Seq },
  ): void {
    for (const { id, status } of children.toReversed()) {
      if (status === 'down') continue;
      this.#context.endChild(this.#id, id, { reason: childReason, cause: end.cause });
    }
    this.#context.supervisorExited(this.#id, { ...end, hasStarted: true });
  }
}

/** What it means that the worker of a child is gone; `null` when the child was not there any more. */
function lostSignal({ id, status, life }: ChildView): ChildSignal | null {
  switch (status) {
    case 'running':
    case 'ending':
      return { type: 'ended', child: id, life, reason: 'killed' };
    case 'starting':
      return { type: 'failed', child: id, life: life + 1, reason: 'killed' };
    default:
      return null;
  }
}

type ChildSignal = Extract<Signal, { readonly child: StageId; readonly life: number }>;

/**
 * What a message says of a child; `null`: it says nothing of any.
 *
 * @param children - As they stand: what the loss of a worker means depends on what its owner was waiting for.
 */
export function childSignal(message: StageMessage, children: () => readonly ChildView[]): ChildSignal | null {
  switch (message.type) {
    case 'childStarted':
      return { type: message.outcome, child: message.child, life: message.life, reason: message.reason };
    case 'childEnded':
      return { type: 'ended', child: message.child, life: message.life, reason: message.reason };
    case 'childLost': {
      const lost = children().find(({ id }) => id === message.child);
      return lost ? lostSignal(lost) : null;
    }
    default:
      return null;
  }
}
