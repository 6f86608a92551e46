import type { StageId, SubscriptionId } from '../ids.ts';
import type { TraceValue } from '../trace/trace-entry.ts';
import { traceValue } from '../trace/trace-value.ts';
import type { CallbackRunner } from './callback-runner.ts';
import type { Consuming } from './consuming.ts';
import type { Subscription } from './definition.ts';
import type { Producing } from './producing.ts';
import type { WindowCounts } from './self.ts';
import type { Upstream } from './upstream.ts';

/** How a stage stands inside. */
export interface StageInsides {
  readonly state: TraceValue;
  readonly buffered: number;
  /** Messages that wait for demand from downstream (producerConsumer). */
  readonly queued: number;
  /** Demand from downstream that is not met yet (producerConsumer). */
  readonly wanted: number;
  readonly mode: 'forward' | 'accumulate';
  readonly consumers: readonly SubscriptionId[];
  /** Demand pending per subscription to a producer. */
  readonly producers: Readonly<Record<SubscriptionId, number>>;
}

/** How a stage stands, for whoever debugs. */
export interface StageSnapshot extends StageInsides {
  /** It takes no message until it is thawed. */
  readonly frozen: boolean;
}

/** Totals of a stage. Counts are events; `calls` are calls of callbacks. */
export interface StageTotals {
  readonly handled: number;
  readonly emitted: number;
  readonly discarded: number;
  readonly busyMs: number;
  readonly calls: number;
  /** Of a flow's stage that has windows. */
  readonly windows?: WindowCounts;
}

/** Totals of one end of a subscription, in events; an end counts 0 where the other counts. */
export interface EndTotals {
  readonly subscription: SubscriptionId;
  readonly consumer: StageId;
  readonly producer: StageId;
  readonly asked: number;
  readonly dispatched: number;
  /** Asked and not handled, also when the subscription is over: what was handled is the rest. */
  readonly pending: number;
}

/** The two sides of a stage, as far as it has them. */
export interface Sides {
  readonly producing: Producing | null;
  readonly consuming: Consuming | null;
}

/** What a stage has done so far. */
export function totalsOf(
  { emitted, busyMs, calls }: CallbackRunner,
  { producing, consuming }: Sides,
): StageTotals {
  const handled = consuming?.handled ?? 0;
  return { handled, emitted, discarded: producing?.discarded ?? 0, busyMs, calls };
}

/** Visits every subscription the stage takes or took part in. */
export function eachEnd(
  stage: StageId,
  { producing, consuming }: Sides,
  visit: (totals: EndTotals) => void,
): void {
  const upstream = ({ from: { id, peer }, asked }: Readonly<Upstream>, pending: number) =>
    visit({ subscription: id, consumer: stage, producer: peer, asked, dispatched: 0, pending });
  const downstream = ({ id, peer }: Subscription, dispatched: number) =>
    visit({ subscription: id, consumer: peer, producer: stage, asked: 0, dispatched, pending: 0 });
  consuming?.eachUpstream((each) => upstream(each, each.outstanding));
  consuming?.eachEnded((each) => upstream(each, each.outstanding));
  producing?.eachDownstream(downstream);
  producing?.eachEnded(downstream);
}

/** The inside of a stage at this moment. */
export function snapshotOf(runner: CallbackRunner, { producing, consuming }: Sides): StageInsides {
  const consumers: SubscriptionId[] = [];
  const producers: Record<SubscriptionId, number> = {};
  producing?.eachDownstream(({ id }) => consumers.push(id));
  consuming?.eachUpstream(({ from, pending }) => {
    producers[from.id] = pending;
  });
  return {
    state: traceValue(runner.state),
    buffered: producing?.buffered ?? 0,
    queued: consuming?.queued ?? 0,
    wanted: consuming?.wanted ?? 0,
    mode: producing?.mode ?? 'forward',
    consumers,
    producers,
  };
}
