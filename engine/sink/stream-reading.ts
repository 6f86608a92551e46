import { EngineError } from '../errors.ts';
import type { StageId, SubscriptionId } from '../ids.ts';
import type { CancelMode, Reason } from '../stage/definition.ts';
import { cutBatches, isOrderly, type Batch } from '../stage/demand.ts';
import type { DemandMode } from '../stage/self.ts';
import { describe } from '../trace/trace-value.ts';
import {
  linkOf,
  type OpenWire,
  type StreamIterator,
  type StreamLink,
  type StreamMessage,
  type StreamSubscription,
  type StreamWire,
} from './stream-protocol.ts';

/** What is to be read. */
export interface StreamPlan {
  readonly links: readonly StreamLink[];
  readonly demand: DemandMode;
  /** Whose mode is set; `null`: that of the producers read from. */
  readonly producers: readonly StageId[] | null;
}

interface OpenLink extends StreamLink {
  readonly id: SubscriptionId;
  /** Asked for and not yet handed out, as a consumer counts it. */
  pending: number;
}

/** One reading of stages: subscribed to them from the first `next` until it is over. */
export class StreamReading<Event> implements StreamIterator<Event> {
  readonly #plan: StreamPlan;
  readonly #wire: StreamWire;
  readonly #links = new Map<SubscriptionId, OpenLink>();
  /** What has come and was not looked at: at most as many events as are asked for. */
  #inbox: StreamMessage[] = [];
  #arrived: () => void = () => undefined;
  #phase: 'new' | 'reading' | 'over' = 'new';
  /** Subscriptions made to each producer. */
  readonly #made = new Map<StageId, number>();
  /** Batches of the message at hand that were not begun, and whose they are. */
  #batches: readonly Batch[] = [];
  #link: OpenLink | null = null;
  #events: readonly unknown[] = [];
  #at = 0;
  /** Asked once more is wanted than the batch at hand holds (GS-216). */
  #ask = 0;
  /** The latest call that had to wait: those that come meanwhile wait behind it. */
  #last: Promise<unknown> | null = null;

  constructor(plan: StreamPlan, open: OpenWire) {
    this.#plan = plan;
    this.#wire = open((message) => {
      if (this.#phase === 'over') return;
      this.#inbox.push(message);
      this.#arrived();
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Event, undefined>> {
    if (this.#last === null && this.#at < this.#events.length) return Promise.resolve(this.#take());
    return this.#inTurn(() => this.#next());
  }

  return(): Promise<IteratorResult<Event, undefined>> {
    return this.#inTurn(async () => {
      await this.#close();
      return { done: true, value: undefined };
    });
  }

  subscribe(subscription: StreamSubscription<Event>): void {
    if (this.#phase !== 'reading') throw new EngineError('stream_closed', { action: 'subscribe' });
    this.#setMode(this.#subscribe([linkOf(subscription)]));
  }

  /** One after the other: each call begins where the one before has left off. */
  #inTurn<Result>(action: () => Promise<Result>): Promise<Result> {
    const turn = this.#last === null ? action() : this.#last.then(action, action);
    this.#last = turn;
    const done = () => {
      if (this.#last === turn) this.#last = null;
    };
    turn.then(done, done);
    return turn;
  }

  #take(): IteratorResult<Event, undefined> {
    const event = this.#events[this.#at++];
    // The subscription's type says what its producer emits.
    return { done: false, value: event as Event };
  }

  async #next(): Promise<IteratorResult<Event, undefined>> {
    if (this.#phase === 'new') {
      if (this.#wire.ready) await this.#wire.ready;
      this.#begin();
    }
    while (this.#phase === 'reading') {
      if (this.#at < this.#events.length) return this.#take();
      if (this.#nextBatch()) continue;
      if (this.#links.size === 0) this.#finish();
      else await this.#handle(await this.#receive());
    }
    return { done: true, value: undefined };
  }

  #begin(): void {
    this.#phase = 'reading';
    const opened = this.#subscribe(this.#plan.links);
    this.#setMode(this.#plan.producers ?? opened);
  }

  /** Subscribes to those stages that are there, or to none when one of them must be and is not (GS-215). */
  #subscribe(links: readonly StreamLink[]): readonly StageId[] {
    const missing = links.filter(({ producer }) => !this.#wire.knows(producer));
    const needed = missing.find(({ cancel }) => cancel !== 'temporary');
    if (needed) {
      if (this.#links.size === 0) this.#finish();
      throw failed(needed.producer, 'noproc', needed.cancel);
    }
    const there = links.filter((link) => !missing.includes(link));
    for (const link of there.flatMap((one) => this.#toOutlets(one))) {
      const { producer, options, maxDemand } = link;
      const made = (this.#made.get(producer) ?? 0) + 1;
      this.#made.set(producer, made);
      const id = made === 1 ? producer : `${producer}#${made}`;
      this.#links.set(id, { ...link, id, pending: maxDemand });
      this.#wire.subscribe({ id, producer, options });
    }
    return there.map(({ producer }) => producer);
  }

  /** Reading a flow is reading all its outlets (FL-177). */
  #toOutlets(link: StreamLink): readonly StreamLink[] {
    const outlets = this.#wire.outletsOf(link.producer);
    if (outlets === null) return [link];
    if (outlets.length > 0) return outlets.map((producer) => ({ ...link, producer }));
    if (this.#links.size === 0) this.#finish();
    throw new EngineError('not_a_producer', { consumer: 'the stream', stage: link.producer });
  }

  #setMode(producers: readonly StageId[]): void {
    const known = producers.filter((producer) => this.#wire.knows(producer));
    if (known.length > 0) this.#wire.setDemandMode(known, this.#plan.demand);
  }

  /** Asks for what the last batch has used up and begins the next one; `false` when there is none. */
  #nextBatch(): boolean {
    const link = this.#link;
    if (link && this.#ask > 0 && this.#links.has(link.id)) {
      this.#wire.ask(link.id, link.producer, this.#ask);
    }
    const [batch, ...rest] = this.#batches;
    this.#ask = batch?.ask ?? 0;
    this.#events = batch?.events ?? [];
    this.#batches = rest;
    this.#at = 0;
    return batch !== undefined;
  }

  async #receive(): Promise<StreamMessage> {
    for (let message = this.#inbox.shift(); ; message = this.#inbox.shift()) {
      if (message) return message;
      this.#wire.waits(true);
      await new Promise<void>((resolve) => {
        this.#arrived = () => {
          this.#arrived = () => undefined;
          // At once: until the reader goes on, nobody else would know that there is something to look at.
          this.#wire.waits(false);
          resolve();
        };
      });
    }
  }

  async #handle(message: StreamMessage): Promise<void> {
    if (message.type === 'over') {
      this.#finish();
      if (message.failure) throw message.failure;
      return;
    }
    const link = this.#links.get(message.subscription);
    if (!link) return;
    if (message.type === 'events') {
      const { batches, pending } = cutBatches(message.events, link.pending, link);
      link.pending = pending;
      this.#link = link;
      this.#batches = batches;
      return;
    }
    this.#links.delete(link.id);
    const { reason } = message;
    if (link.cancel === 'temporary' || (link.cancel === 'transient' && isOrderly(reason))) return;
    await this.#close();
    throw failed(link.producer, reason, link.cancel);
  }

  /** Cancels what is left and waits until nothing more can come (GS-214, GS-217). */
  async #close(): Promise<void> {
    if (this.#phase === 'reading') {
      for (const link of this.#links.values()) this.#wire.cancel(link.id, link.producer, 'normal');
      while (this.#links.size > 0) {
        const message = await this.#receive();
        if (message.type === 'over') break;
        if (message.type === 'ended') this.#links.delete(message.subscription);
      }
    }
    this.#finish();
  }

  #finish(): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#links.clear();
    this.#events = [];
    this.#batches = [];
    this.#inbox = [];
    this.#wire.close();
  }
}

function failed(stage: StageId, reason: Reason, cancel: CancelMode): EngineError<'stream_ended'> {
  return new EngineError('stream_ended', { stage, reason: describe(reason), cancel });
}
