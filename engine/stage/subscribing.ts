import { EngineError } from '../errors.ts';
import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import { Ending, type CallbackRunner } from './callback-runner.ts';
import type { Consuming } from './consuming.ts';
import type { SubscribeTo } from './definition.ts';
import type { StageMessage } from './message.ts';
import type { Requests } from './requests.ts';
import type { Steps } from './steps.ts';

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
      const refused = yield* this.#consuming.subscribe(to, { subscription: this.idFor(to), options }, cause);
      if (refused === 'noproc') throw new Ending('noproc', null, cause);
    }
  }

  /** Somebody wants this stage to subscribe, and may wait for an answer (GS-020, GS-027, GS-033). */
  *take(from: StageId | null, message: SubscribeToMessage, cause: Seq | null): Steps {
    this.#requests.owe(message.call, from);
    const refused = yield* this.#consuming.subscribe(message.producer, message, cause);
    if (refused instanceof EngineError) {
      return this.#requests.answer(from, message.call, ['error', ['bad_opts', refused.message]]);
    }
    this.#requests.answer(from, message.call, ['ok', message.subscription]);
    if (refused === 'noproc') throw new Ending('noproc', null, cause);
  }
}
