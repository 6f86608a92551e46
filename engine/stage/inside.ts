import { EngineError, didYouMean } from '../errors.ts';
import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import { describe } from '../trace/trace-value.ts';
import type { Caller, Reason, Subscription } from './definition.ts';
import type { External, OwnedExternal } from './external.ts';
import type { Replaces, StageMessage } from './message.ts';
import {
  DEFAULT_CALL_TIMEOUT_MS,
  enter,
  type DemandMode,
  type Inside,
  type Lending,
  type Self,
  type StageRef,
  type SubscribeTarget,
  type SubscriptionRef,
  type Timer,
  type WindowCounts,
  type Windowing,
} from './self.ts';
import type { StageContext } from './stage-context.ts';

/** What code within callbacks needs of its own stage. */
export interface InsideOf {
  readonly id: StageId;
  readonly context: StageContext;
  /** Code may go on after its stage has ended: then it does nothing to anybody any more. */
  readonly isAlive: () => boolean;
  /** Entry of the callback that runs, or ran last: it causes what the code does. */
  readonly cause: () => Seq | null;
  /** Whether the stage is the consumer of this subscription. */
  readonly consumes: (subscription: SubscriptionId) => boolean;
  readonly ask: (from: Subscription, count: number) => void;
  readonly reply: (caller: Caller, value: unknown) => void;
  readonly discard: (count: number) => void;
  readonly countWindows: (windows: WindowCounts) => void;
  /** Whether each array it emits goes to one consumer alone. */
  readonly handsOver: () => boolean;
}

/** What the code of one stage may do to itself and to others. Whatever it does happens at once, as in GenStage. */
export class StageInside implements Inside {
  readonly self: Self;
  readonly windowing: Windowing;
  readonly lending: Lending;
  readonly #of: InsideOf;

  constructor(of: InsideOf) {
    this.#of = of;
    const { id, context } = of;
    this.windowing = {
      tracing: context.tracing,
      nowMs: () => context.nowMs(),
      record: (event) => void context.record(id, event, of.cause()),
      count: of.countWindows,
    };
    this.lending = {
      spare: (size) => context.lent.spare(size),
      lend: (batch) => {
        if (of.handsOver()) context.lent.lend(id, batch);
      },
      giveBack: (lender, batch) => context.lent.giveBack(lender, batch),
    };
    this.self = {
      id,
      info: (request) => this.#tell(id, { type: 'info', request }),
      queueInfo: (request) => this.#tell(id, { type: 'queueInfo', request }),
      cast: (request) => this.#tell(id, { type: 'cast', request }),
      sendAfter: (request, delayMs) => this.#sendAfter(request, delayMs),
      ask: (from, count) => of.isAlive() && of.ask(from, count),
      cancel: (from, reason) => this.#cancel(from, reason),
      reply: (caller, value) => of.isAlive() && of.reply(caller, value),
      call: (stage, request, timeoutMs) => this.#call(stage, request, timeoutMs),
      within: (action) => this.#within(action),
    };
  }

  own(external: External): OwnedExternal {
    return this.#of.context.own(this.#of.id, external);
  }

  discard(count: number): void {
    this.#of.discard(count);
  }

  cast(stage: StageRef, request: unknown): void {
    this.#tell(this.#find('cast', stage), { type: 'cast', request });
  }

  send(stage: StageRef, request: unknown): void {
    this.#tell(this.#find('send', stage), { type: 'info', request });
  }

  subscribe(target: SubscribeTarget): SubscriptionId {
    return this.#subscribe(target, null);
  }

  resubscribe(old: SubscriptionRef, reason: Reason, target: SubscribeTarget): SubscriptionId {
    return this.#subscribe(target, { subscription: typeof old === 'string' ? old : old.id, reason });
  }

  setDemandMode(stage: StageRef, mode: DemandMode): void {
    checkDemandMode(mode);
    this.#tell(this.#find('set the demand mode', stage), { type: 'demandMode', mode });
  }

  async demandMode(stage: StageRef): Promise<DemandMode> {
    const mode = await this.#request('ask for the demand mode', stage, DEFAULT_CALL_TIMEOUT_MS, (call) => ({
      type: 'getDemandMode',
      call,
    }));
    return mode === 'accumulate' ? mode : 'forward';
  }

  async estimateBuffered(stage: StageRef): Promise<number> {
    return Number(
      await this.#request('ask for the buffered events', stage, DEFAULT_CALL_TIMEOUT_MS, (call) => ({
        type: 'estimateBuffered',
        call,
      })),
    );
  }

  #call<Answer>(
    stage: StageRef,
    request: unknown,
    timeoutMs: number = DEFAULT_CALL_TIMEOUT_MS,
  ): Promise<Answer> {
    const answer = this.#request('call', stage, timeoutMs, (call) => ({ type: 'call', call, request }));
    // What a stage answers is its author's word; whoever calls it knows it as little as the compiler does.
    return answer as Promise<Answer>;
  }

  #within<Result>(action: () => Result): Result {
    const before = enter(this);
    try {
      return action();
    } finally {
      enter(before);
    }
  }

  #tell(to: StageId, message: StageMessage): void {
    if (!this.#of.isAlive()) return;
    this.#of.context.send(this.#of.id, to, message, this.#of.cause());
  }

  #request(
    action: string,
    stage: StageRef,
    timeoutMs: number,
    question: (call: number) => StageMessage,
  ): Promise<unknown> {
    const to = this.#find(action, stage);
    if (to === this.#of.id) throw new EngineError('call_itself', { action, stage: to });
    checkTimeout(timeoutMs);
    // Nobody is there to take the answer.
    if (!this.#of.isAlive()) return new Promise(() => undefined);
    return this.#of.context.request(question, { from: this.#of.id, to, timeoutMs, cause: this.#of.cause() });
  }

  #sendAfter(request: unknown, delayMs: number): Timer {
    if (!(typeof delayMs === 'number' && Number.isFinite(delayMs) && delayMs >= 0)) {
      throw new EngineError('option_out_of_range', {
        option: 'delayMs',
        at: 'sendAfter',
        requirement: 'a number of milliseconds >= 0',
        received: describe(delayMs),
      });
    }
    if (!this.#of.isAlive()) return { cancel: () => false };
    const cancel = this.#of.context.sendAfter(
      this.#of.id,
      { type: 'info', request },
      { delayMs, cause: this.#of.cause() },
    );
    return { cancel };
  }

  /** A consumer tells its producer; a producer tells itself (GS-160). */
  #cancel({ id: subscription, peer }: Subscription, reason: Reason): void {
    const to = this.#of.consumes(subscription) ? peer : this.#of.id;
    this.#tell(to, { type: 'cancel', subscription, reason });
  }

  #subscribe({ to, ...options }: SubscribeTarget, replaces: Replaces | null): SubscriptionId {
    const producer = nameOf(to);
    if (producer === null) {
      throw new EngineError('subscribe_target', { consumer: this.#of.id, received: describe(to) });
    }
    const subscription = this.#of.context.nameSubscription(this.#of.id, producer);
    this.#tell(this.#of.id, {
      type: 'subscribeTo',
      subscription,
      producer,
      options,
      ...(replaces && { replaces }),
    });
    return subscription;
  }

  /** The name of a stage that runs, has run or will run. */
  #find(action: string, stage: StageRef): StageId {
    const { context } = this.#of;
    const name = nameOf(stage);
    if (name !== null && context.knows(name)) return name;
    const given = name ?? describe(stage);
    const known = context.names();
    throw new EngineError('stage_unknown', {
      action,
      stage: given,
      nearest: didYouMean(given, known),
      known: known.join(', '),
    });
  }
}

/**
 * Refuses what is no demand mode (GS-146).
 *
 * @throws {EngineError} `demand_mode`.
 */
export function checkDemandMode(mode: unknown): void {
  if (mode === 'forward' || mode === 'accumulate') return;
  throw new EngineError('demand_mode', { received: describe(mode) });
}

/**
 * Refuses what is no time to wait for an answer.
 *
 * @throws {EngineError} `option_out_of_range`.
 */
export function checkTimeout(timeoutMs: unknown): void {
  if (typeof timeoutMs === 'number' && timeoutMs > 0) return;
  throw new EngineError('option_out_of_range', {
    option: 'timeoutMs',
    at: 'call',
    requirement: 'a number of milliseconds > 0, or Infinity',
    received: describe(timeoutMs),
  });
}

function nameOf(stage: unknown): StageId | null {
  if (typeof stage === 'string') return stage;
  return typeof stage === 'object' && stage !== null && 'id' in stage && typeof stage.id === 'string'
    ? stage.id
    : null;
}
