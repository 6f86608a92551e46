import { EngineError } from '../errors.ts';
import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import type { CallbackName, StageKind } from '../trace/trace-entry.ts';
import { describe, traceValue } from '../trace/trace-value.ts';
import { CallbackRunner, Ending, failure, isPromise } from './callback-runner.ts';
import { Consuming } from './consuming.ts';
import { checkOptions } from './definition-check.ts';
import {
  InitOptions,
  InitRefusal,
  type Caller,
  type Reason,
  type StageDefinition,
  type StageOptions,
} from './definition.ts';
import { StageInside } from './inside.ts';
import { Lifecycle, type StageStatus } from './lifecycle.ts';
import type { Envelope, StageMessage } from './message.ts';
import type { Process } from './process.ts';
import { Producing } from './producing.ts';
import { Requests } from './requests.ts';
import type { WindowCounts } from './self.ts';
import type { Loss, StageContext } from './stage-context.ts';
import {
  eachEnd,
  snapshotOf,
  totalsOf,
  type EndTotals,
  type StageInsides,
  type StageTotals,
} from './stage-report.ts';
import { run, type Remaining, type Steps } from './steps.ts';
import { Subscribing } from './subscribing.ts';

/** What became of a start. */
export type StartOutcome =
  | { readonly type: 'started' }
  /** `init` asked to be left out. */
  | { readonly type: 'ignored' }
  /** `init` refused, threw, or gave options that are wrong. `error` is what was thrown. */
  | { readonly type: 'failed'; readonly reason: Reason; readonly error: unknown };

/** Drives one definition: a message goes in, effects on its context come out. One message at a time. */
export class Stage implements Process {
  readonly id: StageId;
  readonly kind: StageKind;
  readonly #context: StageContext;
  readonly #options: StageOptions;
  readonly #runner: CallbackRunner;
  readonly #lifecycle: Lifecycle;
  readonly #requests: Requests;
  #producing: Producing | null = null;
  #consuming: Consuming | null = null;
  #subscribing: Subscribing | null = null;
  #started: Seq | null = null;
  /** Of a flow's stage. */
  #windows: WindowCounts | null = null;

  /** @param life - Counts the starts under this name, from 1. */
  constructor(id: StageId, definition: StageDefinition, context: StageContext, life = 1) {
    this.id = id;
    this.kind = definition.kind;
    this.#context = context;
    this.#options = definition.options;
    this.#runner = new CallbackRunner(
      { id, callbacks: definition.callbacks, life, inside: this.#inside() },
      context,
    );
    this.#lifecycle = new Lifecycle(this.#runner);
    this.#requests = new Requests(this.#runner, this.#lifecycle, (events, cause) =>
      this.#emit(events, cause),
    );
  }

  get status(): StageStatus {
    return this.#lifecycle.status;
  }

  get isAlive(): boolean {
    return this.#lifecycle.isAlive;
  }

  /** Ready for the next message. */
  get isFree(): boolean {
    return this.#lifecycle.status === 'waiting';
  }

  get isBusy(): boolean {
    return this.#lifecycle.status === 'busy';
  }

  /** Entry of the callback that runs, or ran last. */
  get began(): Seq | null {
    return this.#runner.began;
  }

  /** The callback that waits for a promise; `null` when none does. */
  get waitingIn(): CallbackName | null {
    return this.isBusy ? this.#runner.latest : null;
  }

  /** Entry that recorded that it has started; `null` before. */
  get started(): Seq | null {
    return this.#started;
  }

  get buffered(): number {
    return this.#producing?.buffered ?? 0;
  }

  /** Events it has made that are held back, or kept by its dispatcher. */
  get kept(): number {
    return this.#producing?.kept ?? 0;
  }

  get counters(): StageTotals {
    const totals = totalsOf(this.#runner, this.#sides);
    if (!this.#windows) return totals;
    const { open, late } = this.#windows;
    return { ...totals, windows: { open, late } };
  }

  eachSubscription(visit: (totals: EndTotals) => void): void {
    eachEnd(this.id, this.#sides, visit);
  }

  snapshot(): StageInsides {
    return snapshotOf(this.#runner, this.#sides);
  }

  /** Runs `init`. The stage takes messages once it has returned. `cause`: the entry that had it started. */
  start(arg: unknown, cause: Seq | null = null): StartOutcome | Promise<StartOutcome> {
    return run(this.#start(arg, cause), () => !this.isAlive, {
      type: 'failed',
      reason: 'killed',
      error: null,
    });
  }

  /** Handles one message to its end. A promise means that a callback has returned one: until then the stage is busy. */
  handle(envelope: Envelope): void | Promise<void> {
    this.#lifecycle.beBusy();
    let remaining: Remaining;
    try {
      remaining = this.#take(envelope.from, envelope.message, envelope.cause);
    } catch (error) {
      remaining = this.#failed(error);
    }
    if (remaining) return run(this.#finish(remaining), () => !this.isAlive, undefined);
    this.#lifecycle.beFree();
  }

  /** Ends at once: no callback runs any more. */
  kill(reason: Reason, cause: Seq | null = null): void {
    this.#lifecycle.kill(reason, cause);
  }

  /** Ends at once because of a failure outside its callbacks. */
  fail(error: unknown, cause: Seq | null): void {
    this.#lifecycle.fail(error, cause);
  }

  /**
   * Fails as if its next callback had thrown, last word included. In the middle of one that waits it ends at once: two pieces of
   * its code must not run at the same time.
   */
  failNext(error: unknown, cause: Seq | null): void | Promise<void> {
    if (!this.isFree) return this.fail(error, cause);
    this.#lifecycle.beBusy();
    const ending = new Ending(failure(error), { callback: null, error }, cause);
    return run(this.#lifecycle.end(ending), () => !this.isAlive, undefined);
  }

  /** The events it had and that nobody will get any more, now that it has ended; forgets them. */
  takeLosses(): readonly Loss[] {
    return [...(this.#consuming?.takeLosses() ?? []), ...(this.#producing?.takeLosses() ?? [])];
  }

  /** The calls that nobody will answer any more; forgets them. */
  takeCallers(): readonly Caller[] {
    return this.#requests.takeCallers();
  }

  get #sides() {
    return { producing: this.#producing, consuming: this.#consuming };
  }

  *#start(arg: unknown, cause: Seq | null): Steps<StartOutcome> {
    const runner = this.#runner;
    try {
      let first: unknown = undefined;
      if (runner.callbacks.init) {
        first = yield* runner.call('init', null, () => runner.callbacks.init?.(arg), cause);
        if (this.#context.tracing) {
          const state = traceValue(first instanceof InitOptions ? first.state : first);
          this.#runner.record({ type: 'end', callback: 'init', count: 0, emitted: [], state }, runner.began);
        }
      }
      if (first instanceof InitRefusal) {
        this.#lifecycle.leave();
        const { reason, ignored } = first;
        this.#runner.record({ type: 'exit', reason: traceValue(reason) }, runner.began);
        return ignored ? { type: 'ignored' } : { type: 'failed', reason, error: null };
      }
      runner.state = first instanceof InitOptions ? first.state : first;
      const dynamic: unknown = first instanceof InitOptions ? first.options : {};
      const options = { ...this.#options, ...checkOptions(this.kind, dynamic, `"${this.id}"`) };
      this.#assemble(options);
      const state = traceValue(runner.state);
      const life = runner.life > 1 ? { life: runner.life } : {};
      const started = runner.record(
        { type: 'start', kind: this.kind, state, ...life },
        runner.began ?? cause,
      );
      this.#started = started;
      if (this.#subscribing) yield* this.#subscribing.toAll(options.subscribeTo ?? [], started);
      this.#lifecycle.beFree();
      return { type: 'started' };
    } catch (error) {
      // The stage never ran: it ends without terminate.
      const reason = error instanceof EngineError ? ['bad_opts', describe(error)] : failure(error);
      const ending = error instanceof Ending ? error : runner.crash('init', error, reason);
      this.#lifecycle.recordCrash(ending);
      this.#lifecycle.exit(ending.reason, ending);
      return { type: 'failed', reason: ending.reason, error: ending.crash?.error ?? null };
    }
  }

  #assemble(options: StageOptions): void {
    const { kind } = this;
    if (kind !== 'consumer') {
      this.#producing = new Producing(kind, options, this.#runner, {
        demand: (count, cause) => this.#demanded(count, cause),
        dispatched: (count) => this.#consuming?.dispatched(count),
      });
    }
    if (kind !== 'producer') {
      this.#consuming = new Consuming(this.#runner, {
        waitsForDemand: kind === 'producerConsumer',
        emit: (events, cause) => this.#emit(events, cause),
        info: (request, cause) => this.#producing?.queueInfo(request, cause),
      });
      this.#subscribing = new Subscribing(this.#runner, this.#consuming, this.#requests);
    }
  }

  /** Does what is left of a message. */
  *#finish(remaining: Steps): Steps {
    try {
      yield* remaining;
      this.#lifecycle.beFree();
    } catch (error) {
      yield* this.#failed(error);
    }
  }

  /** What a message had still to do is left undone: the stage ends, unless it has already. */
  *#failed(error: unknown): Steps {
    if (!this.isAlive) return;
    const ending = error instanceof Ending ? error : this.#runner.crash(null, error, failure(error));
    yield* this.#lifecycle.end(ending);
  }

  /** Takes a message as far as it goes without waiting for a promise. */
  #take(from: StageId | null, message: StageMessage, cause: Seq | null): Remaining {
    const producing = this.#producing;
    const consuming = this.#consuming;
    switch (message.type) {
      case 'subscribe':
        if (from === null) return;
        if (producing) return producing.subscribe(from, message, cause);
        return this.#misdirected('consumer_got_producer_message', cause);
      case 'ask':
        if (from === null) return;
        if (producing) return producing.asked(from, message.subscription, message.count, cause);
        return this.#misdirected('consumer_got_producer_message', cause);
      case 'cancel':
        if (producing) return producing.cancelled(message.subscription, 'cancel', message.reason, cause);
        return this.#misdirected('consumer_got_producer_message', cause);
      case 'events':
        if (from === null) return;
        if (consuming) return consuming.received(from, message, cause);
        return this.#misdirected('producer_got_consumer_message', cause);
      case 'cancelled':
        if (consuming)
          return consuming.ended(message.subscription, { kind: 'cancel', reason: message.reason }, cause);
        return this.#misdirected('producer_got_consumer_message', cause);
      case 'down':
        return this.#down(message.subscription, message.reason, cause);
      case 'call':
        return this.#requests.call({ call: message.call, stage: from }, message.request, cause);
      case 'cast':
        return this.#requests.cast(message.request, cause);
      case 'info':
        return this.#requests.info(message.request, cause);
      case 'queueInfo':
        this.#queueInfo(message.request, cause);
        return this.#requests.answer(from, message.call, 'ok');
      case 'subscribeTo':
        if (this.#subscribing) return this.#subscribing.take(from, message, cause);
        this.#warn('not_a_consumer', `"${this.id}" receives no events, so it cannot subscribe`, cause);
        return this.#requests.answer(from, message.call, ['error', 'not_a_consumer']);
      case 'askFor':
        return consuming?.ask(message.subscription, null, message.count, cause);
      case 'demandMode':
        return this.#demandMode(message.mode, cause);
      case 'getDemandMode':
        return this.#requests.answer(from, message.call, producing?.mode ?? 'forward');
      case 'estimateBuffered':
        if (!producing) this.#warn('buffered_count_not_producer', 'A consumer has no buffer to count', cause);
        return this.#requests.answer(from, message.call, producing?.estimate ?? 0);
      case 'stop':
        return this.#stop(from, message, cause);
      case 'childStarted':
      case 'childEnded':
      case 'childLost':
      case 'retryStart':
      case 'exit':
        return this.#misdirected('not_a_supervisor', cause);
      default:
        return unreachable(message);
    }
  }

  #demanded(count: number, cause: Seq | null): Remaining {
    if (this.#consuming) return this.#consuming.demanded(count);
    const returned = this.#runner.beginDemand(count, cause);
    if (isPromise(returned)) return this.#demandedLater(returned);
    this.#takeDemanded(returned);
  }

  *#demandedLater(returned: PromiseLike<unknown>): Steps {
    this.#takeDemanded(yield* this.#runner.settle('handleDemand', returned));
  }

  #takeDemanded(returned: unknown): void {
    const taken = this.#runner.take('handleDemand', returned);
    if (taken.ending) throw taken.ending;
    this.#emit(taken.events, taken.cause);
  }

  *#down(id: SubscriptionId, reason: Reason, cause: Seq | null): Steps {
    if (this.#producing?.has(id)) return yield* this.#producing.cancelled(id, 'down', reason, cause);
    if (this.#consuming?.has(id)) return yield* this.#consuming.ended(id, { kind: 'down', reason }, cause);
  }

  *#stop(
    from: StageId | null,
    { reason, call }: Extract<StageMessage, { readonly type: 'stop' }>,
    cause: Seq | null,
  ): Steps {
    const ending = new Ending(reason, null, cause);
    // Owed while the last word is said: whoever kills the stage meanwhile ends the wait too.
    this.#requests.owe(call, from);
    yield* this.#lifecycle.terminate(ending);
    this.#requests.forget(call);
    this.#lifecycle.exit(reason, ending);
    this.#requests.answer(from, call, 'ok');
  }

  *#demandMode(mode: 'forward' | 'accumulate', cause: Seq | null): Steps {
    if (this.kind === 'producer' && this.#producing) return yield* this.#producing.setMode(mode, cause);
    // Forward is the only mode a producerConsumer has (GS-091).
    if (this.kind === 'producerConsumer' && mode === 'forward') return;
    this.#warn(
      'demand_mode_not_producer',
      `Only a producer can hold demand back: "${this.id}" is a ${this.kind}`,
      cause,
    );
  }

  #queueInfo(request: unknown, cause: Seq | null): void {
    if (this.#consuming && this.#producing && this.#consuming.queueInfo(request, cause)) return;
    if (this.#producing) this.#producing.queueInfo(request, cause);
    else this.#context.send(this.id, this.id, { type: 'info', request }, cause);
  }

  #emit(events: readonly unknown[], cause: Seq | null): void {
    if (this.#producing) return this.#producing.emit(events, cause);
    if (events.length === 0) return;
    this.#runner.lose('step', events.length, cause);
    this.#runner.record(
      {
        type: 'warning',
        code: 'consumer_cannot_dispatch',
        message: `"${this.id}" is a consumer, so the events it returned go nowhere`,
        count: events.length,
        values: [traceValue(events)],
      },
      cause,
    );
  }

  #misdirected(code: string, cause: Seq | null): void {
    this.#warn(code, `"${this.id}" is a ${this.kind} and cannot take such a message`, cause);
  }

  #warn(code: string, message: string, cause: Seq | null): void {
    this.#runner.record({ type: 'warning', code, message }, cause);
  }

  #inside(): StageInside {
    return new StageInside({
      id: this.id,
      context: this.#context,
      isAlive: () => this.isAlive,
      cause: () => this.#runner.began,
      consumes: (subscription) => this.#consuming?.has(subscription) ?? false,
      ask: (from, count) => this.#consuming?.ask(from.id, from.peer, count, this.#runner.began),
      reply: (caller, value) => this.#requests.reply(caller, value),
      discard: (count) => this.#producing?.discard(count, this.#runner.began),
      handsOver: () => this.#producing?.handsOver ?? false,
      countWindows: (windows) => {
        this.#windows = windows;
      },
    });
  }
}

/** Fails to compile while a message has no case; throws if a stranger sends one. */
function unreachable(message: never): never {
  throw new EngineError('protocol_unknown_message', { received: describe(message) });
}
