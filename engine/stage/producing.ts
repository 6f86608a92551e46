import { demandDispatcher } from '../dispatcher/demand-dispatcher.ts';
import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import type { EntryOf, StageKind } from '../trace/trace-entry.ts';
import { traceEvents, traceValue } from '../trace/trace-value.ts';
import { Buffer } from './buffer.ts';
import type { CallbackRunner } from './callback-runner.ts';
import type { StageOptions, SubscribeOptions, Subscription } from './definition.ts';
import type { Replaces, StageMessage } from './message.ts';
import type { Steps } from './steps.ts';

/** GenStage's default for producers. */
export const DEFAULT_BUFFER_SIZE = 10_000;

/** Ended subscriptions whose counts are kept. */
const MAX_ENDED = 1_000;

/** What a warning says. */
export type Warning = Omit<EntryOf<'warning'>, 'type' | 'seq' | 'atMs' | 'worker' | 'stage' | 'cause'>;

/** One consumer of this stage. */
interface Downstream {
  readonly from: Subscription;
  /** Asked and not yet dispatched. */
  open: number;
  dispatched: number;
}

/** Held back while demand accumulates. */
type Held =
  | { readonly demand: number; readonly cause: Seq | null }
  | { readonly events: readonly unknown[]; readonly cause: Seq | null };

/** Limit of the buffer a stage gets. */
export function bufferLimit(kind: StageKind, options: StageOptions): number {
  return options.bufferSize ?? (kind === 'producer' ? DEFAULT_BUFFER_SIZE : Infinity);
}

/** The producing side of a stage: its consumers, its dispatcher, its buffer. */
export class Producing {
  readonly #runner: CallbackRunner;
  readonly #onDemand: (count: number, cause: Seq | null) => Steps;
  readonly #onDispatched: (count: number) => void;
  readonly #consumers = new Map<SubscriptionId, Downstream>();
  readonly #ended = new Map<SubscriptionId, number>();
  readonly #dispatcher: Dispatcher<unknown>;
  readonly #buffer: Buffer;
  /** What waits until the mode is `forward` again; `null` while it is. */
  #held: Held[] | null;
  /** Entry in whose course the dispatcher speaks. */
  #cause: Seq | null = null;
  /** The consumer whose `handleCancel` runs: no longer subscribed, and still known to the dispatcher. */
  #leaving: Downstream | null = null;
  discarded = 0;

  constructor(
    kind: StageKind,
    options: StageOptions,
    runner: CallbackRunner,
    on: {
      /** Demand that the buffer could not meet. */
      readonly demand: (count: number, cause: Seq | null) => Steps;
      /** So many events have left. */
      readonly dispatched: (count: number) => void;
    },
  ) {
    this.#runner = runner;
    this.#onDemand = on.demand;
    this.#onDispatched = on.dispatched;
    this.#buffer = new Buffer(bufferLimit(kind, options), options.bufferKeep ?? 'last');
    this.#held = options.demand === 'accumulate' ? [] : null;
    const spec = options.dispatcher ?? demandDispatcher();
    this.#dispatcher = spec.create({
      random: () => runner.context.random(),
      overMax: (id, max, count) =>
        this.#warn('demand_over_max', {
          message: `"${id}" asked for ${count} events at once, where at most ${max} were expected`,
          subscription: id,
          count,
          values: [max, count],
        }),
    });
  }

  /** Stored events. Infos count only without a limit (GS-136). */
  get estimate(): number {
    return this.#buffer.size + (this.#buffer.limit === Infinity ? this.#buffer.waitingInfos : 0);
  }

  get buffered(): number {
    return this.#buffer.size;
  }

  get mode(): 'forward' | 'accumulate' {
    return this.#held ? 'accumulate' : 'forward';
  }

  get consumers(): number {
    return this.#consumers.size;
  }

  has(id: SubscriptionId): boolean {
    return this.#consumers.has(id);
  }

  eachDownstream(visit: (id: SubscriptionId, dispatched: number, open: number) => void): void {
    for (const [id, { dispatched, open }] of this.#consumers) visit(id, dispatched, open);
  }

  /** What ended subscriptions were sent, for the counters. */
  eachEnded(visit: (id: SubscriptionId, dispatched: number) => void): void {
    for (const [id, dispatched] of this.#ended) visit(id, dispatched);
  }

  /** A consumer subscribes (GS-028, GS-037, GS-039). */
  *subscribe(
    consumer: StageId,
    message: {
      readonly subscription: SubscriptionId;
      readonly options: SubscribeOptions;
      readonly replaces?: Replaces;
    },
    cause: Seq | null,
  ): Steps {
    const { subscription: id, options, replaces } = message;
    const { context } = this.#runner;
    if (this.#consumers.has(id)) {
      this.#cause = cause;
      this.#warn('duplicated_subscription', {
        message: `"${consumer}" subscribes as "${id}" again`,
        subscription: id,
      });
      this.#tell(consumer, { type: 'cancelled', subscription: id, reason: 'duplicated_subscription' }, cause);
      return;
    }
    if (replaces) yield* this.cancelled(replaces.subscription, 'cancel', replaces.reason, cause);
    const from = { id, peer: consumer };
    this.#consumers.set(id, { from, open: 0, dispatched: 0 });
    context.watch(this.#runner.id, consumer, id);
    const accepted = this.#runner.record({ type: 'subscribed', subscription: id, consumer }, cause);
    yield* this.#accept(from, options, accepted);
    this.#cause = accepted;
    const answer = this.#dispatcher.subscribe(id, options);
    if (typeof answer === 'number') return yield* this.demanded(answer, accepted);
    yield* this.cancelled(id, 'cancel', answer.refused, accepted);
  }

  /** A consumer asks (GS-059, GS-172). */
  *asked(consumer: StageId, id: SubscriptionId, count: number, cause: Seq | null): Steps {
    const downstream = this.#consumers.get(id);
    if (!downstream) {
      this.#tell(consumer, { type: 'cancelled', subscription: id, reason: 'unknown_subscription' }, cause);
      return;
    }
    downstream.open += count;
    let asked = cause;
    if (this.#runner.context.tracing) {
      asked = this.#runner.record({ type: 'asked', subscription: id, count, open: downstream.open }, cause);
    }
    this.#cause = asked;
    yield* this.demanded(this.#dispatcher.ask(id, count), asked);
  }

  /** A subscription ends at this side (GS-160, GS-165, GS-169, GS-170). */
  *cancelled(id: SubscriptionId, kind: 'cancel' | 'down', reason: unknown, cause: Seq | null): Steps {
    const downstream = this.#consumers.get(id);
    if (!downstream) return;
    const { context, callbacks } = this.#runner;
    const { from } = downstream;
    this.#consumers.delete(id);
    if (this.#ended.size < MAX_ENDED) this.#ended.set(id, downstream.dispatched);
    context.unwatch(this.#runner.id, from.peer, id);
    const recorded = this.#runner.record(
      { type: 'cancel', subscription: id, kind, reason: traceValue(reason) },
      cause,
    );
    // The consumer hears of it first, so that it takes nothing that handleCancel may still send it.
    if (kind === 'cancel') this.#tell(from.peer, { type: 'cancelled', subscription: id, reason }, recorded);
    // The dispatcher still knows the consumer: what handleCancel emits may yet be sent to it.
    this.#leaving = downstream;
    let after = recorded;
    if (callbacks.handleCancel) {
      const cancellation = { kind, reason };
      const taken = yield* this.#runner.step(
        'handleCancel',
        { subscription: id },
        () => callbacks.handleCancel?.(cancellation, this.#runner.state, from),
        recorded,
      );
      after = taken.cause ?? recorded;
      if (taken.ending) throw taken.ending;
      this.emit(taken.events, after);
    }
    this.#leaving = null;
    this.#cause = after;
    yield* this.demanded(this.#dispatcher.cancel(id), after);
  }

  /** The dispatcher has found new demand: the buffer first, then whoever makes events (GS-059, GS-137). */
  *demanded(count: number, cause: Seq | null): Steps {
    const rest = this.#fromBuffer(count, cause);
    if (rest === 0) return;
    if (this.#held) this.#held.push({ demand: rest, cause });
    else yield* this.#onDemand(rest, cause);
  }

  /** Sends events on, as far as there is demand; the rest is buffered. */
  emit(events: readonly unknown[], cause: Seq | null): void {
    if (events.length === 0) return;
    if (this.#held) {
      this.#held.push({ events, cause });
      return;
    }
    this.#cause = cause;
    const { deliveries, leftover } = this.#dispatcher.dispatch(events);
    this.#onDispatched(events.length - leftover.length);
    for (const { to, events: batch } of deliveries) this.#send(to, batch, cause);
    if (leftover.length > 0) this.#store(leftover, cause);
  }

  /** A message that `handleInfo` gets once the events stored now have left (GS-150 … GS-154). */
  queueInfo(request: unknown, cause: Seq | null): void {
    if (!this.#buffer.queueInfo(request)) this.#dueInfo(request, cause);
  }

  /** Changes the mode; what was held back goes on, in order (GS-142, GS-143). */
  *setMode(mode: 'forward' | 'accumulate', cause: Seq | null): Steps {
    if (mode === 'accumulate') {
      this.#held ??= [];
      return;
    }
    const held = this.#held ?? [];
    this.#held = null;
    for (const one of held) {
      if ('events' in one) this.emit(one.events, one.cause ?? cause);
      else yield* this.demanded(one.demand, one.cause ?? cause);
    }
  }

  *#accept(from: Subscription, options: SubscribeOptions, cause: Seq | null): Steps {
    const { callbacks } = this.#runner;
    if (!callbacks.handleSubscribe) return;
    const taken = yield* this.#runner.step(
      'handleSubscribe',
      { subscription: from.id },
      () => callbacks.handleSubscribe?.('consumer', options, this.#runner.state, from),
      cause,
    );
    if (taken.ending) throw taken.ending;
    if (taken.mode === 'automatic') return;
    throw this.#runner.bad('handleSubscribe', 'only the end that consumes may choose manual', 'manual');
  }

  #fromBuffer(count: number, cause: Seq | null): number {
    let left = count;
    while (left > 0 && this.estimate + this.#buffer.waitingInfos > 0) {
      const { events, due } = this.#buffer.take(left);
      left -= events.length;
      if (events.length > 0) {
        let unbuffered = cause;
        if (this.#runner.context.tracing) {
          const size = this.#buffer.size;
          unbuffered = this.#runner.record({ type: 'unbuffer', removed: events.length, size }, cause);
        }
        this.emit(events, unbuffered);
      }
      for (const request of due) this.#dueInfo(request, cause);
      if (events.length === 0 && due.length === 0) break;
    }
    return left;
  }

  #send(id: SubscriptionId, events: readonly unknown[], cause: Seq | null): void {
    const downstream = this.#consumers.get(id) ?? (this.#leaving?.from.id === id ? this.#leaving : null);
    if (!downstream) return;
    const first = downstream.dispatched;
    downstream.dispatched += events.length;
    downstream.open -= events.length;
    let dispatched = cause;
    if (this.#runner.context.tracing) dispatched = this.#traceDispatch(downstream, first, events, cause);
    this.#tell(downstream.from.peer, { type: 'events', subscription: id, first, events }, dispatched);
  }

  #traceDispatch(
    { from, open }: Downstream,
    first: number,
    events: readonly unknown[],
    cause: Seq | null,
  ): Seq {
    const count = events.length;
    return this.#runner.record(
      { type: 'dispatch', subscription: from.id, first, count, events: traceEvents(events), open },
      cause,
    );
  }

  #store(events: readonly unknown[], cause: Seq | null): void {
    const { added, discarded, due } = this.#buffer.store(events);
    let stored = cause;
    if (this.#runner.context.tracing) {
      const { size, limit } = this.#buffer;
      stored = this.#runner.record(
        { type: 'buffer', added, size, limit: limit === Infinity ? null : limit },
        cause,
      );
    }
    if (discarded > 0) this.#discard(discarded, stored);
    for (const request of due) this.#dueInfo(request, stored);
  }

  #discard(count: number, cause: Seq | null): void {
    this.discarded += count;
    this.#cause = this.#runner.context.tracing
      ? this.#runner.record({ type: 'discard', count }, cause)
      : cause;
    if (!this.#runner.warnsOfDiscarded(count)) return;
    this.#warn('discarded', {
      message: `The buffer is full: ${count} events were discarded`,
      count,
      values: [count],
    });
  }

  #dueInfo(request: unknown, cause: Seq | null): void {
    if (this.#dispatcher.info(request)) {
      this.#runner.context.send(this.#runner.id, this.#runner.id, { type: 'info', request }, cause);
    }
  }

  #tell(to: StageId, message: StageMessage, cause: Seq | null): void {
    this.#runner.context.send(this.#runner.id, to, message, cause);
  }

  #warn(code: string, details: Omit<Warning, 'code'>): void {
    this.#runner.record({ type: 'warning', code, ...details }, this.#cause);
  }
}
