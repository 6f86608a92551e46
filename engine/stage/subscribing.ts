import { EngineError } from '../errors.ts';
import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import { Ending, type CallbackRunner } from './callback-runner.ts';
import type { Consuming } from './consuming.ts';
import type { SubscribeTo } from './definition.ts';
import type { StageMessage } from './message.ts';
import { partOf } from './redirection.ts';
import type { Requests } from './requests.ts';
import type { Steps } from './steps.ts';

/** A subscription as it is wanted, and what became of it: `null` where it was made. */
type NewSubscription = Parameters<Consuming['subscribe']>[1];
type Refusal = EngineError | 'noproc' | null;

type SubscribeToMessage = Extract<StageMessage, { readonly type: 'subscribeTo' }>;

/** The subscriptions a consuming stage makes: as it starts, and when somebody asks it to. */
export class Subscribing {
  readonly #runner: CallbackRunner;
  readonly #consuming: Consuming;
  readonly #requests: Requests;

  constructor(runner: CallbackRunner, consuming: Consuming, requests: Requests) {
    this.#runner = runner;
    this.#consuming = consuming;
    this.#requests = requests;
  }

  /** A name for a new subscription to `producer`, as the plan would give it. */
  idFor(producer: StageId): SubscriptionId {
    const id = `${this.#runner.id}←${producer}`;
    let free = id;
    for (let again = 2; this.#consuming.has(free); again++) free = `${id}#${again}`;
    return free;
  }

  /** What the stage's options name, in their order (GS-034); a wrong entry is told and skipped (GS-027). */
  *toAll(targets: readonly SubscribeTo[], cause: Seq | null): Steps {
    for (const target of targets) {
      const { to, ...options } = typeof target === 'string' ? { to: target } : target;
      const refused = yield* this.#subscribe(to, { subscription: this.idFor(to), options }, cause);
      if (refused === 'noproc') throw new Ending('noproc', null, cause);
    }
  }

  /** Somebody wants this stage to subscribe, and may wait for an answer (GS-020, GS-027, GS-033). */
  *take(from: StageId | null, message: SubscribeToMessage, cause: Seq | null): Steps {
    this.#requests.owe(message.call, from);
    const refused = yield* this.#subscribe(message.producer, message, cause);
    if (refused instanceof EngineError) {
      return this.#requests.answer(from, message.call, ['error', ['bad_opts', refused.message]]);
    }
    this.#requests.answer(from, message.call, ['ok', message.subscription]);
    if (refused === 'noproc') throw new Ending('noproc', null, cause);
  }

  /** To a flow is to each of its outlets (FL-177). */
  *#subscribe(producer: StageId, message: NewSubscription, cause: Seq | null): Steps<Refusal> {
    const outlets = this.#runner.context.outletsOf(producer);
    if (outlets === null) return yield* this.#consuming.subscribe(producer, message, cause);
    if (outlets.length === 0) return this.#noOutlets(producer, message, cause);
    for (const [index, outlet] of outlets.entries()) {
      const refused = yield* this.#consuming.subscribe(outlet, partOfMessage(message, index), cause);
      if (refused !== null) return refused;
    }
    return null;
  }

  #noOutlets(flow: StageId, { subscription }: NewSubscription, cause: Seq | null): EngineError {
    const error = new EngineError('not_a_producer', { consumer: this.#runner.id, stage: flow });
    this.#runner.record(
      { type: 'warning', code: 'not_a_producer', message: error.message, subscription },
      cause,
    );
    return error;
  }
}

function partOfMessage(message: NewSubscription, index: number): NewSubscription {
  const { subscription, options, replaces } = message;
  return {
    subscription: partOf(subscription, index),
    options,
    ...(replaces && { replaces: { ...replaces, subscription: partOf(replaces.subscription, index) } }),
  };
}
