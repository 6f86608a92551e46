import { EngineError } from '../errors.ts';
import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import type { StageKind, TraceValue } from '../trace/trace-entry.ts';
import { describe, traceError, traceValue } from '../trace/trace-value.ts';
import { CallbackRunner, Ending, failure, type Taken } from './callback-runner.ts';
import { Consuming } from './consuming.ts';
import { checkOptions } from './definition-check.ts';
import {
  InitOptions,
  InitRefusal,
  type Caller,
  type Reason,
  type StageDefinition,
  type StageOptions,
  type SubscribeTo,
} from './definition.ts';
import type { Envelope, StageMessage } from './message.ts';
import { Producing } from './producing.ts';
import type { Self } from './self.ts';
import type { StageContext } from './stage-context.ts';
import { run, type Steps } from './steps.ts';

/** What became of a start. */
export type StartOutcome =
  | { readonly type: 'started' }
  /** `init` asked to be left out. */
  | { readonly type: 'ignored' }
  /** `init` refused, threw, or gave options that are wrong. `error` is what was thrown. */
  | { readonly type: 'failed'; readonly reason: Reason; readonly error: unknown };

/** How a stage stands inside, for whoever debugs. */
export interface StageSnapshot {
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

export type StageStatus = 'waiting' | 'busy' | 'exited' | 'crashed';

/** Drives one definition: a message goes in, effects on its context come out. One message at a time. */
export class Stage {
  readonly id: StageId;
  readonly kind: StageKind;
  readonly #context: StageContext;
  readonly #options: StageOptions;
  readonly #runner: CallbackRunner;
  #producing: Producing | null = null;
  #consuming: Consuming | null = null;
  #status: StageStatus = 'busy';
  #crashed = false;
  /** Calls taken and not yet answered, by number. */
  readonly #callers = new Map<number, Caller>();

  constructor(id: StageId, definition: StageDefinition, context: StageContext) {
    this.id = id;
    this.kind = definition.kind;
    this.#context = context;
    this.#options = definition.options;
    this.#runner = new CallbackRunner(id, definition.callbacks, context, this.#self());
  }

  get status(): StageStatus {
    return this.#status;
  }

  get isAlive(): boolean {
    return this.#status === 'waiting' || this.#status === 'busy';
  }

  /** Ready for the next message. */
  get isFree(): boolean {
    return this.#status === 'waiting';
  }

  get isBusy(): boolean {
    return this.#status === 'busy';
  }

  /** Entry of the callback that runs, or ran last. */
  get began(): Seq | null {
    return this.#runner.began;
  }

  get buffered(): number {
    return this.#producing?.buffered ?? 0;
  }

  get counters(): {
    readonly handled: number;
    readonly emitted: number;
    readonly discarded: number;
    readonly busyMs: number;
    readonly calls: number;
  } {
    const { emitted, busyMs, calls } = this.#runner;
    const handled = this.#consuming?.handled ?? 0;
    return { handled, emitted, discarded: this.#producing?.discarded ?? 0, busyMs, calls };
  }

  eachSubscription(
    visit: (counters: {
      subscription: SubscriptionId;
      asked: number;
      dispatched: number;
      pending: number;
    }) => void,
  ): void {
    this.#consuming?.eachUpstream((subscription, { asked, outstanding }) =>
      visit({ subscription, asked, dispatched: 0, pending: outstanding }),
    );
    this.#consuming?.eachEnded((subscription, asked) =>
      visit({ subscription, asked, dispatched: 0, pending: 0 }),
    );
    this.#producing?.eachDownstream((subscription, dispatched) =>
      visit({ subscription, asked: 0, dispatched, pending: 0 }),
    );
    this.#producing?.eachEnded((subscription, dispatched) =>
      visit({ subscription, asked: 0, dispatched, pending: 0 }),
    );
  }

  snapshot(): StageSnapshot {
    const consumers: SubscriptionId[] = [];
    const producers: Record<SubscriptionId, number> = {};
    this.#producing?.eachDownstream((id) => consumers.push(id));
    this.#consuming?.eachUpstream((id, { pending }) => {
      producers[id] = pending;
    });
    return {
      state: traceValue(this.#runner.state),
      buffered: this.buffered,
      queued: this.#consuming?.queued ?? 0,
      wanted: this.#consuming?.wanted ?? 0,
      mode: this.#producing?.mode ?? 'forward',
      consumers,
      producers,
    };
  }

  /** Runs `init`. The stage takes messages once it has returned. */
  start(arg: unknown): StartOutcome | Promise<StartOutcome> {
    return run(this.#start(arg), () => !this.isAlive, { type: 'failed', reason: 'killed', error: null });
  }

  /** Handles one message to its end. A promise means that a callback has returned one: until then the stage is busy. */
  handle(envelope: Envelope): void | Promise<void> {
    this.#status = 'busy';
    return run(this.#handle(envelope), () => !this.isAlive, undefined);
  }

  /** Ends at once: no callback runs any more. */
  kill(reason: Reason): void {
    if (!this.isAlive) return;
    this.#exit(reason, null);
  }

  /** Ends at once because of a failure outside its callbacks. */
  fail(error: unknown, cause: Seq | null): void {
    if (!this.isAlive) return;
    const ending = new Ending(failure(error), { callback: null, error }, cause);
    this.#recordCrash(ending);
    this.#exit(ending.reason, ending);
  }

  /** The calls that nobody will answer any more; forgets them. */
  takeCallers(): readonly Caller[] {
    const left = [...this.#callers.values()];
    this.#callers.clear();
    return left;
  }

  *#start(arg: unknown): Steps<StartOutcome> {
    const runner = this.#runner;
    try {
      let first: unknown = undefined;
      if (runner.callbacks.init) {
        first = yield* runner.call('init', null, () => runner.callbacks.init?.(arg), null);
        if (this.#context.tracing) {
          const state = traceValue(first instanceof InitOptions ? first.state : first);
          this.#runner.record({ type: 'end', callback: 'init', count: 0, emitted: [], state }, runner.began);
        }
      }
      if (first instanceof InitRefusal) {
        this.#status = 'exited';
        const { reason, ignored } = first;
        this.#runner.record({ type: 'exit', reason: traceValue(reason) }, runner.began);
        return ignored ? { type: 'ignored' } : { type: 'failed', reason, error: null };
      }
      runner.state = first instanceof InitOptions ? first.state : first;
      const dynamic: unknown = first instanceof InitOptions ? first.options : {};
      const options = { ...this.#options, ...checkOptions(this.kind, isOptions(dynamic), `"${this.id}"`) };
      this.#assemble(options);
      const state = traceValue(runner.state);
      const started = runner.record({ type: 'start', kind: this.kind, state }, runner.began);
      yield* this.#subscribeAll(options.subscribeTo ?? [], started);
      this.#becomeFree();
      return { type: 'started' };
    } catch (error) {
      // The stage never ran: it ends without terminate.
      const ending =
        error instanceof Ending ? error : runner.crash('init', error, ['bad_opts', describe(error)]);
      this.#recordCrash(ending);
      this.#exit(ending.reason, ending);
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
    }
  }

  *#subscribeAll(targets: readonly SubscribeTo[], cause: Seq | null): Steps {
    for (const target of targets) {
      const { to, ...options } = typeof target === 'string' ? { to: target } : target;
      let id = `${this.id}←${to}`;
      for (let again = 2; this.#consuming?.has(id); again++) id = `${this.id}←${to}#${again}`;
      const refused = yield* this.#subscribe(to, { subscription: id, options }, cause);
      if (refused === 'noproc') throw new Ending('noproc', null, cause);
    }
  }

  *#handle({ from, cause, message }: Envelope): Steps {
    try {
      yield* this.#take(from, message, cause);
      this.#becomeFree();
    } catch (error) {
      if (!this.isAlive) return;
      const ending = error instanceof Ending ? error : this.#runner.crash(null, error, failure(error));
      yield* this.#end(ending);
    }
  }

  *#take(from: StageId | null, message: StageMessage, cause: Seq | null): Steps {
    const producing = this.#producing;
    const consuming = this.#consuming;
    switch (message.type) {
      case 'subscribe':
        if (from === null) return;
        if (producing) return yield* producing.subscribe(from, message, cause);
        return this.#misdirected('consumer_got_producer_message', cause);
      case 'ask':
        if (from === null) return;
        if (producing) return yield* producing.asked(from, message.subscription, message.count, cause);
        return this.#misdirected('consumer_got_producer_message', cause);
      case 'cancel':
        if (producing)
          return yield* producing.cancelled(message.subscription, 'cancel', message.reason, cause);
        return this.#misdirected('consumer_got_producer_message', cause);
      case 'events':
        if (from === null) return;
        if (consuming) return yield* consuming.received(from, message, cause);
        return this.#misdirected('producer_got_consumer_message', cause);
      case 'cancelled':
        if (consuming)
          return yield* consuming.ended(
            message.subscription,
            { kind: 'cancel', reason: message.reason },
            cause,
          );
        return this.#misdirected('producer_got_consumer_message', cause);
      case 'down':
        return yield* this.#down(message.subscription, message.reason, cause);
      case 'call':
        return yield* this.#call({ call: message.call, stage: from }, message.request, cause);
      case 'cast':
        return yield* this.#cast(message.request, cause);
      case 'info':
        return yield* this.#info(message.request, cause);
      case 'queueInfo':
        this.#queueInfo(message.request, cause);
        return this.#answer(from, message.call, 'ok');
      case 'subscribeTo':
        return yield* this.#subscribeTo(from, message, cause);
      case 'askFor':
        return consuming?.ask(message.subscription, null, message.count, cause);
      case 'demandMode':
        return yield* this.#demandMode(message.mode, cause);
      case 'getDemandMode':
        return this.#answer(from, message.call, producing?.mode ?? 'forward');
      case 'estimateBuffered':
        if (!producing) this.#warn('buffered_count_not_producer', 'A consumer has no buffer to count', cause);
        return this.#answer(from, message.call, producing?.estimate ?? 0);
      case 'stop':
        if (message.call !== undefined) this.#callers.delete(message.call);
        yield* this.#end(new Ending(message.reason, null, cause));
        return this.#answer(from, message.call, 'ok');
      default:
        return unreachable(message);
    }
  }

  *#demanded(count: number, cause: Seq | null): Steps {
    if (this.#consuming) return yield* this.#consuming.demanded(count);
    const runner = this.#runner;
    const taken = yield* runner.step(
      'handleDemand',
      runner.context.tracing ? { demand: count } : null,
      () => runner.callbacks.handleDemand?.(count, runner.state),
      cause,
    );
    this.#finish(taken);
  }

  *#down(id: SubscriptionId, reason: Reason, cause: Seq | null): Steps {
    if (this.#producing?.has(id)) return yield* this.#producing.cancelled(id, 'down', reason, cause);
    if (this.#consuming?.has(id)) return yield* this.#consuming.ended(id, { kind: 'down', reason }, cause);
  }

  *#call(caller: Caller, request: unknown, cause: Seq | null): Steps {
    const runner = this.#runner;
    this.#callers.set(caller.call, caller);
    if (!runner.callbacks.handleCall) throw this.#undefined('handleCall', request);
    const taken = yield* runner.step(
      'handleCall',
      null,
      () => runner.callbacks.handleCall?.(request, runner.state, caller),
      cause,
    );
    const [...answers] = taken.reply;
    if (taken.ending) {
      yield* this.#terminate(taken.ending);
      for (const value of answers) this.#reply(caller, value);
      this.#recordCrash(taken.ending);
      this.#exit(taken.ending.reason, taken.ending);
      return;
    }
    this.#emit(taken.events, taken.cause);
    for (const value of answers) this.#reply(caller, value);
  }

  *#cast(request: unknown, cause: Seq | null): Steps {
    const runner = this.#runner;
    if (!runner.callbacks.handleCast) throw this.#undefined('handleCast', request);
    this.#finish(
      yield* runner.step(
        'handleCast',
        null,
        () => runner.callbacks.handleCast?.(request, runner.state),
        cause,
      ),
    );
  }

  *#info(request: unknown, cause: Seq | null): Steps {
    const runner = this.#runner;
    if (!runner.callbacks.handleInfo) {
      return this.#warn(
        'undefined_handle_info',
        `"${this.id}" has no handleInfo: received ${describe(request)}`,
        cause,
      );
    }
    this.#finish(
      yield* runner.step(
        'handleInfo',
        null,
        () => runner.callbacks.handleInfo?.(request, runner.state),
        cause,
      ),
    );
  }

  *#subscribeTo(
    from: StageId | null,
    message: Extract<StageMessage, { readonly type: 'subscribeTo' }>,
    cause: Seq | null,
  ): Steps {
    if (!this.#consuming) {
      this.#warn('not_a_consumer', `"${this.id}" receives no events, so it cannot subscribe`, cause);
      return this.#answer(from, message.call, ['error', 'not_a_consumer']);
    }
    if (message.call !== undefined) this.#callers.set(message.call, { call: message.call, stage: from });
    const refused = yield* this.#subscribe(message.producer, message, cause);
    if (refused instanceof EngineError) {
      return this.#answer(from, message.call, ['error', ['bad_opts', refused.message]]);
    }
    this.#answer(from, message.call, ['ok', message.subscription]);
    if (refused === 'noproc') throw new Ending('noproc', null, cause);
  }

  *#subscribe(
    producer: StageId,
    message: Parameters<Consuming['subscribe']>[1],
    cause: Seq | null,
  ): Steps<EngineError | 'noproc' | null> {
    return this.#consuming ? yield* this.#consuming.subscribe(producer, message, cause) : null;
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

  #finish(taken: Taken): void {
    if (taken.ending) throw taken.ending;
    this.#emit(taken.events, taken.cause);
  }

  #emit(events: readonly unknown[], cause: Seq | null): void {
    if (this.#producing) return this.#producing.emit(events, cause);
    if (events.length === 0) return;
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

  #becomeFree(): void {
    if (this.#status === 'busy') this.#status = 'waiting';
  }

  *#end(ending: Ending): Steps {
    this.#recordCrash(ending);
    yield* this.#terminate(ending);
    this.#exit(ending.reason, ending);
  }

  *#terminate({ reason, cause }: Ending): Steps {
    const runner = this.#runner;
    if (!runner.callbacks.terminate) return;
    try {
      yield* runner.call('terminate', null, () => runner.callbacks.terminate?.(reason, runner.state), cause);
      if (this.#context.tracing) {
        const state = traceValue(runner.state);
        runner.record({ type: 'end', callback: 'terminate', count: 0, emitted: [], state }, runner.began);
      }
    } catch (error) {
      // It ends anyway; that its last word failed is told.
      if (error instanceof Ending) this.#recordCrash(error);
      else throw error;
    }
  }

  #recordCrash({ crash, cause }: Ending): void {
    if (!crash || !this.isAlive) return;
    this.#runner.record({ type: 'crash', callback: crash.callback, error: traceError(crash.error) }, cause);
    this.#crashed = true;
  }

  #exit(reason: Reason, ending: Ending | null): void {
    if (!this.isAlive) return;
    this.#status = this.#crashed ? 'crashed' : 'exited';
    const last = this.#crashed
      ? (ending?.cause ?? null)
      : this.#runner.record({ type: 'exit', reason: traceValue(reason) }, ending?.cause ?? null);
    this.#context.exited(this.id, reason, last);
  }

  #reply(caller: Caller, value: unknown): void {
    if (!this.#callers.delete(caller.call)) return;
    this.#context.reply(this.id, caller, value);
  }

  #answer(from: StageId | null, call: number | undefined, value: unknown): void {
    if (call === undefined) return;
    this.#callers.delete(call);
    this.#context.reply(this.id, { call, stage: from }, value);
  }

  #undefined(callback: 'handleCall' | 'handleCast', request: unknown): Ending {
    const requirement = `it has no ${callback}`;
    const details = { stage: this.id, callback, requirement, received: describe(request) };
    return this.#runner.crash(callback, new EngineError('bad_step', details), {
      error: 'undefined_function',
    });
  }

  #misdirected(code: string, cause: Seq | null): void {
    this.#warn(code, `"${this.id}" is a ${this.kind} and cannot take such a message`, cause);
  }

  #warn(code: string, message: string, cause: Seq | null): void {
    this.#runner.record({ type: 'warning', code, message }, cause);
  }

  #self(): Self {
    const send = (message: StageMessage) => this.#context.send(this.id, this.id, message, this.#runner.began);
    return {
      id: this.id,
      info: (request) => send({ type: 'info', request }),
      queueInfo: (request) => send({ type: 'queueInfo', request }),
      cast: (request) => send({ type: 'cast', request }),
      ask: (from, count) => this.#consuming?.ask(from.id, from.peer, count, this.#runner.began),
      cancel: (from, reason) => this.#cancel(from.id, from.peer, reason),
      reply: (caller, value) => this.#reply(caller, value),
    };
  }

  /** A consumer tells its producer; a producer tells itself (GS-160). */
  #cancel(subscription: SubscriptionId, peer: StageId, reason: Reason): void {
    const to = this.#consuming?.has(subscription) ? peer : this.id;
    this.#context.send(this.id, to, { type: 'cancel', subscription, reason }, this.#runner.began);
  }
}

/** Options given at run time are whatever a learner returned: keys are checked one by one afterwards. */
function isOptions(value: unknown): StageOptions {
  return typeof value === 'object' && value !== null ? value : {};
}

/** Fails to compile while a message has no case; throws if a stranger sends one. */
function unreachable(message: never): never {
  throw new EngineError('protocol_unknown_message', { received: describe(message) });
}
