import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import type { Reason } from '../stage/definition.ts';
import type { Loss } from '../stage/stage-context.ts';
import { traceValue } from '../trace/trace-value.ts';
import type { Deliveries } from './deliveries.ts';
import type { Externals } from './externals.ts';
import type { Hosted } from './hosted.ts';
import type { KnownFlows } from './known-flows.ts';
import type { OpenCalls } from './open-calls.ts';
import type { StageTimers } from './stage-timers.ts';

/** Where something that has ended may have left things. */
export interface RemainsOn {
  readonly timers: StageTimers;
  readonly externals: Externals;
  readonly calls: OpenCalls;
  readonly deliveries: Deliveries;
  readonly flows: KnownFlows;
  readonly lose: (stage: StageId, loss: Loss, cause: Seq | null) => void;
}

/** Clears up behind what has ended: no timer stays, no call, no message, no event that is not accounted for. */
export class Remains {
  readonly #on: RemainsOn;

  constructor(on: RemainsOn) {
    this.#on = on;
  }

  clear(hosted: Hosted, reason: Reason, cause: Seq | null): void {
    const { id, stage } = hosted;
    const { timers, externals, calls, deliveries, lose } = this.#on;
    timers.clear(id);
    externals.close(id, reason);
    calls.forget(id);
    for (const caller of stage?.takeCallers() ?? []) deliveries.fail(id, caller, reason);
    const why = traceValue(reason);
    for (const [subscription, count] of this.#emptyMailbox(hosted, reason, cause)) {
      lose(id, { where: 'mailbox', subscription, count, reason: why }, cause);
    }
    for (const loss of stage?.takeLosses() ?? []) lose(id, { ...loss, reason: why }, cause);
  }

  /** Nobody waits in vain for an answer to what lies there. What is given are the events there were, by subscription. */
  #emptyMailbox(
    { id, mailbox }: Hosted,
    reason: Reason,
    cause: Seq | null,
  ): ReadonlyMap<SubscriptionId, number> {
    const { deliveries, flows } = this.#on;
    const lost = new Map<SubscriptionId, number>();
    for (let left = mailbox.shift(); left; left = mailbox.shift()) {
      const { message, from } = left;
      if ('call' in message) deliveries.fail(id, { call: message.call, stage: from }, reason);
      if (message.type === 'subscribeTo') {
        const { subscription, producer } = message;
        flows.settled({ id: subscription, consumer: id, producer, cause });
      } else if (message.type === 'events') {
        lost.set(message.subscription, (lost.get(message.subscription) ?? 0) + message.events.length);
      }
    }
    return lost;
  }
}
