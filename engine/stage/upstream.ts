import type { Seq, StageId } from '../ids.ts';
import type { Subscription } from './definition.ts';
import type { DemandOptions } from './demand.ts';
import type { Address } from './stage-context.ts';

/** One producer of a stage. */
export class Upstream {
  readonly from: Subscription;
  readonly options: DemandOptions;
  /** Of the producer. */
  readonly address: Address;
  /** The stage of which the producer is one of several copies; `null` where it is the only one. */
  readonly copiesOf: StageId | null;
  mode: 'automatic' | 'manual' = 'automatic';
  /** GenStage's count, moved ahead as soon as a message comes: what decides when to ask. */
  pending = 0;
  /** Asked for and not yet handled at this very moment: what the trace shows. */
  outstanding = 0;
  asked = 0;

  constructor(from: Subscription, options: DemandOptions, address: Address, copiesOf: StageId | null) {
    this.from = from;
    this.options = options;
    this.address = address;
    this.copiesOf = copiesOf;
  }
}

/** A batch that is handled at this moment. */
export class BatchInHand {
  /** `null`: the producer has gone meanwhile, and is no longer known. */
  readonly upstream: Upstream | null;
  /** The subscription is over: nobody waits for what is asked. */
  readonly isOver: boolean;
  readonly from: Subscription;
  readonly events: readonly unknown[];
  /** What is asked after it; 0: nothing. */
  readonly ask: number;
  readonly cause: Seq | null;

  constructor(
    upstream: Upstream | null,
    from: Subscription,
    events: readonly unknown[],
    ask: number,
    cause: Seq | null,
    isOver = false,
  ) {
    this.isOver = isOver;
    this.upstream = upstream;
    this.from = from;
    this.events = events;
    this.ask = ask;
    this.cause = cause;
  }

  /** Its callback has returned: the demand that is still to be met, where there is a producer. */
  returned(): number | undefined {
    const { upstream, events } = this;
    if (!upstream) return undefined;
    upstream.outstanding = Math.max(0, upstream.outstanding - events.length);
    return this.isOver ? undefined : upstream.outstanding;
  }
}
