import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import type { EntryOf, StageKind } from '../trace/trace-entry.ts';
import { traceValue } from '../trace/trace-value.ts';
import { Buffer } from './buffer.ts';
import type { CallbackRunner } from './callback-runner.ts';
import type { StageOptions, SubscribeOptions, Subscription } from './definition.ts';
import { Downstream } from './downstream.ts';
import type { Replaces, StageMessage } from './message.ts';
import type { Loss } from './stage-context.ts';
import { finish, type Remaining, type Steps } from './steps.ts';

/** GenStage's default for producers. */
export const DEFAULT_BUFFER_SIZE = 10_000;

/** What a warning says. */
export type Warning = Omit<EntryOf<'warning'>, 'type' | 'seq' | 'atMs' | 'worker' | 'stage' | 'cause'>;

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
  readonly #onDemand: (count: number, cause: Seq | null) => Remaining;
  readonly #onDispatched: (count: number) => void;
  readonly #downstream: Downstream;
  readonly #buffer: Buffer;
  /** What waits until the mode is `forward` again; `null` while it is. */
  #held: Held[] | null;
  /** What was held and is about to go on. */
  #released: Held[] = [];
  discarded = 0;

  constructor(
    kind: StageKind,
    options: StageOptions,
    runner: CallbackRunner,
    on: {
      /** Demand that the buffer could not meet. */
      readonly demand: (count: number, cause: Seq | null) => Remaining;
      /** So many events have left. */
      readonly dispatched: (count: number) => void;
    },
  ) {
    this.#runner = runner;
    this.#onDemand = on.demand;
    this.#onDispatched = on.dispatched;
    this.#buffer = new Buffer(bufferLimit(kind, options), options.bufferKeep ?? 'last');
    this.#held = options.demand === 'accumulate' ? [] : null;
    this.#downstream = new Downstream(runner, options.dispatcher);
  }

  /** Stored events. Infos count only without a limit (GS-136). */
  get estimate(): number {
    return this.#buffer.size + (this.#buffer.limit === Infinity ? this.#buffer.waitingInfos : 0);
  }

  get buffered(): number {
    return this.#buffer.size;
  }

  /** Events that are held back, and those that the dispatcher keeps. */
  get kept(): number {
    return this.#heldEvents + this.#downstream.queued;
  }

  get mode(): 'forward' | 'accumulate' {
    return this.#held ? 'accumulate' : 'forward';
  }

  /** Whether each array that is emitted goes to one consumer alone. */
  get handsOver(): boolean {
    return this.#downstream.handsOver;
  }

  has(id: SubscriptionId): boolean {
    return this.#downstream.has(id);
  }

  eachDownstream(visit: (from: Subscription, dispatched: number, open: number) => void): void {
    this.#downstream.each(visit);
  }

  /** What ended subscriptions were sent, for the counters. */
  eachEnded(visit: (from: Subscription, dispatched: number) => void): void {
    this.#downstream.eachEnded(visit);
  }

  /** A consumer subscribes (GS-028, GS-037, GS-039). */
  *subscribe(
    consumer: StageId,
    message: {
      readonly subscription: SubscriptionId;
      readonly options: SubscribeOptions;
      readonly replaces?: Replaces;
      readonly life?: number;
    },
    cause: Seq | null,
  ): Steps {
    const { subscription: id, options, replaces, life } = message;
    const { context } = this.#runner;
    if (this.#downstream.has(id)) {
      const message = `"${consumer}" subscribes as "${id}" again`;
      this.#warn('duplicated_subscription', { message, subscription: id }, cause);
      const reason = 'duplicated_subscription';
      this.#tell(consumer, { type: 'cancelled', subscription: id, reason, life }, cause);
      return;
    }
    // Watched first: a consumer that ends for what it loses here still has the reason of its end told.
    context.watch(this.#runner.id, consumer, { subscription: id, life });
    if (replaces) yield* this.cancelled(replaces.subscription, 'cancel', replaces.reason, cause);
    const from = { id, peer: consumer };
    this.#downstream.add(from, life);
    const accepted = this.#runner.record({ type: 'subscribed', subscription: id, consumer }, cause);
    yield* this.#accept(from, options, accepted);
    const answer = this.#downstream.subscribe(from, options, accepted);
    context.subscribed({ id, consumer, producer: this.#runner.id, cause: accepted });
    if (typeof answer === 'number') return yield* finish(this.demanded(answer, accepted));
    yield* this.#cancel(id, 'cancel', answer.refused, accepted);
    this.#downstream.forget();
  }

  /** A consumer asks (GS-059, GS-172). */
  asked(consumer: StageId, id: SubscriptionId, count: number, cause: Seq | null): Remaining {
    const demand = this.#downstream.ask(id, count, cause);
    if (demand !== null) return this.demanded(demand, this.#downstream.cause);
    this.#tell(consumer, { type: 'cancelled', subscription: id, reason: 'unknown_subscription' }, cause);
  }

  /** A subscription ends at this side (GS-160, GS-165, GS-169, GS-170). */
  *cancelled(id: SubscriptionId, kind: 'cancel' | 'down', reason: unknown, cause: Seq | null): Steps {
    if (!this.#downstream.has(id)) return;
    const after = yield* this.#cancel(id, kind, reason, cause);
    yield* finish(this.demanded(this.#downstream.left(id, after), after));
  }

  /** The dispatcher has found new demand: the buffer first, then whoever makes events (GS-059, GS-137). */
  demanded(count: number, cause: Seq | null): Remaining {
    const rest = this.#fromBuffer(count, cause);
    if (rest === 0) return;
    if (!this.#held) return this.#onDemand(rest, cause);
    this.#held.push({ demand: rest, cause });
  }

  /** Sends events on, as far as there is demand; the rest is buffered. */
  emit(events: readonly unknown[], cause: Seq | null): void {
    if (events.length === 0) return;
    if (this.#held) {
      this.#held.push({ events, cause });
      return;
    }
    const leftover = this.#downstream.dispatch(events, cause);
    this.#onDispatched(events.length - leftover.length);
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
    this.#released = this.#held ?? [];
    this.#held = null;
    for (let one = this.#released.shift(); one; one = this.#released.shift()) {
      if ('events' in one) this.emit(one.events, one.cause ?? cause);
      else yield* finish(this.demanded(one.demand, one.cause ?? cause));
    }
  }

  /** The consumer hears of the end, then `handleCancel` runs; the dispatcher still knows the consumer. */
  *#cancel(
    id: SubscriptionId,
    kind: 'cancel' | 'down',
    reason: unknown,
    cause: Seq | null,
  ): Steps<Seq | null> {
    const consumer = this.#downstream.leave(id);
    if (!consumer) return cause;
    const { from, life } = consumer;
    const { context, callbacks } = this.#runner;
    context.unwatch(this.#runner.id, from.peer, id);
    const recorded = this.#runner.record(
      { type: 'cancel', subscription: id, kind, reason: traceValue(reason) },
      cause,
    );
    // The consumer hears of it first, so that it takes nothing that handleCancel may still send it.
    if (kind === 'cancel')
      this.#tell(from.peer, { type: 'cancelled', subscription: id, reason, life }, recorded);
    if (!callbacks.handleCancel) return recorded;
    const cancellation = { kind, reason };
    const taken = yield* this.#runner.step(
      'handleCancel',
      { subscription: id },
      () => callbacks.handleCancel?.(cancellation, this.#runner.state, from),
      recorded,
    );
    if (taken.ending) throw taken.ending;
    const after = taken.cause ?? recorded;
    this.emit(taken.events, after);
    return after;
  }

  /** What it had when its stage ended: held while demand accumulated, stored, kept by the dispatcher. Forgets it. */
  takeLosses(): readonly Loss[] {
    const losses: readonly Loss[] = [
      { where: 'held', count: this.#heldEvents },
      { where: 'buffer', count: this.#buffer.size },
      { where: 'dispatcher', count: this.#downstream.queued },
    ];
    this.#released = [];
    this.#held &&= [];
    this.#buffer.clear();
    return losses.filter(({ count }) => count > 0);
  }

  get #heldEvents(): number {
    const count = (all: readonly Held[]) =>
      all.reduce((sum, one) => sum + ('events' in one ? one.events.length : 0), 0);
    return count(this.#released) + count(this.#held ?? []);
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
    // Infos wait behind stored events only, so that every take gives some.
    while (left > 0 && this.#buffer.size > 0) {
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
    }
    return left;
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
    if (discarded > 0) this.discard(discarded, stored);
    for (const request of due) this.#dueInfo(request, stored);
  }

  /** Events were dropped: counted, recorded and warned of, unless `formatDiscarded` says otherwise (GS-132, GS-133). */
  discard(count: number, cause: Seq | null): void {
    this.discarded += count;
    const discarded = this.#runner.context.tracing
      ? this.#runner.record({ type: 'discard', count }, cause)
      : cause;
    if (!this.#runner.warnsOfDiscarded(count)) return;
    const message = `The buffer is full: ${count} events were discarded`;
    this.#warn('discarded', { message, count, values: [count] }, discarded);
  }

  #dueInfo(request: unknown, cause: Seq | null): void {
    if (this.#downstream.isDue(request)) {
      this.#runner.context.send(this.#runner.id, this.#runner.id, { type: 'info', request }, cause);
    }
  }

  #tell(to: StageId, message: StageMessage, cause: Seq | null): void {
    this.#runner.context.send(this.#runner.id, to, message, cause);
  }

  #warn(code: string, details: Omit<Warning, 'code'>, cause: Seq | null): void {
    this.#runner.record({ type: 'warning', code, ...details }, cause);
  }
}
