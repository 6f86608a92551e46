import { EngineError } from '../errors.ts';
import type { StageId, SubscriptionId } from '../ids.ts';
import type { Reason } from '../stage/definition.ts';
import { checkDemandMode, checkTimeout } from '../stage/inside.ts';
import {
  DEFAULT_CALL_TIMEOUT_MS,
  type DemandMode,
  type StageRef,
  type SubscribeTarget,
  type SubscriptionRef,
} from '../stage/self.ts';
import type { StageSnapshot } from '../stage/stage-report.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { describe } from '../trace/trace-value.ts';
import type { TraceError } from '../trace/trace-entry.ts';
import {
  parseCount,
  parseDemandMode,
  parseSnapshot,
  parseSubscribed,
  type Subscribed,
} from '../transport/parse-answer.ts';
import type { StageRequest, ToWorker } from '../transport/protocol.ts';
import { uncloneablePart } from '../transport/uncloneable.ts';
import { unknownStage } from './faults.ts';
import type { StageAccess } from './run-handle.ts';

interface OpenRequest {
  readonly stage: StageId;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly cancelTimeout: () => void;
}

interface Ends {
  readonly consumer: StageId;
  readonly producer: StageId;
}

/** What a run's requests need of their run. */
export interface RequestsOn {
  readonly scheduler: Scheduler;
  /** Names of the stages. */
  readonly names: () => readonly StageId[];
  /** The line to the worker of a stage; `undefined` where there is no such stage. */
  readonly lineTo: (stage: StageId) => ((message: ToWorker) => void) | undefined;
  /** Both ends of a subscription, as far as known. */
  readonly endsOf: (subscription: SubscriptionId) => Ends | undefined;
  /** A request that was made before the stages ran cannot be made after all, and nobody waits for it. */
  readonly failed: (error: unknown) => void;
}

/** What the outside world wants of the stages of a run. What is wanted before they run waits until they do. */
export class RunRequests implements StageAccess {
  readonly #on: RequestsOn;
  readonly #open = new Map<number, OpenRequest>();
  /** Subscriptions made from here, whose counters may not have come yet. */
  readonly #made = new Map<SubscriptionId, Ends>();
  /** Told once the stages run; `null` from then on. */
  #waiting: (() => void)[] | null = [];
  /** How the run has ended. */
  #end: string | null = null;
  #nextId = 1;

  constructor(on: RequestsOn) {
    this.#on = on;
  }

  /** Requests that somebody waits for: the run is not over while there are any. */
  get pending(): number {
    return this.#open.size;
  }

  // --- What the run tells ---------------------------------------------------------------------------------------

  /** The stages run. */
  begin(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const send of waiting) {
      try {
        send();
      } catch (error) {
        this.#on.failed(error);
      }
    }
  }

  /** A stage has answered. */
  answered(id: number, value: unknown): void {
    this.#take(id)?.resolve(value);
  }

  /** A stage will not answer. */
  failed(id: number, error: TraceError): void {
    this.#take(id)?.reject(rebuilt(error));
  }

  /** A worker is gone: what was asked of its stages is answered by nobody. */
  lose(isGone: (stage: StageId) => boolean): void {
    for (const [id, { stage }] of [...this.#open]) {
      if (!isGone(stage)) continue;
      this.#take(id)?.reject(new EngineError('call_unanswered', { stage, reason: describe('killed') }));
    }
  }

  /** The run is over. */
  finish(end: string): void {
    this.#end ??= end;
    this.#waiting = null;
    for (const id of [...this.#open.keys()]) this.#take(id)?.reject(this.#ended('get an answer'));
  }

  /** Both ends of a subscription that was made from here; `undefined` for others. */
  endsOf(subscription: SubscriptionId): Ends | undefined {
    return this.#made.get(subscription);
  }

  // --- What the outside world calls -----------------------------------------------------------------------------

  call(stage: StageRef, message: unknown, timeoutMs: number = DEFAULT_CALL_TIMEOUT_MS): Promise<unknown> {
    return this.#ask(stage, { type: 'call', message }, timeoutMs);
  }

  cast(stage: StageRef, message: unknown): void {
    this.#tell('cast', stage, { type: 'cast', message });
  }

  info(stage: StageRef, message: unknown): void {
    this.#tell('send', stage, { type: 'info', message });
  }

  async queueInfo(stage: StageRef, message: unknown): Promise<void> {
    await this.#ask(stage, { type: 'queueInfo', message });
  }

  subscribe(consumer: StageRef, target: SubscribeTarget): Promise<Subscribed> {
    return this.#subscribe(consumer, target, {});
  }

  resubscribe(
    consumer: StageRef,
    old: SubscriptionRef,
    { reason, ...target }: SubscribeTarget & { readonly reason: Reason },
  ): Promise<Subscribed> {
    const replaces = { subscription: typeof old === 'string' ? old : old.id, reason };
    return this.#subscribe(consumer, target, { replaces });
  }

  ask(subscription: SubscriptionRef, count: number): void {
    const id = typeof subscription === 'string' ? subscription : subscription.id;
    if (!Number.isInteger(count) || count < 0) {
      throw new EngineError('ask_not_positive', { subscription: id, received: describe(count) });
    }
    if (count === 0) return;
    this.#toEnd(id, 'consumer', { type: 'ask', subscription: id, count });
  }

  cancel(subscription: SubscriptionRef, reason: Reason): void {
    const id = typeof subscription === 'string' ? subscription : subscription.id;
    this.#toEnd(id, 'producer', { type: 'cancel', subscription: id, reason });
  }

  demandMode(stage: StageRef): Promise<DemandMode>;
  demandMode(stage: StageRef, mode: DemandMode): void;
  demandMode(stage: StageRef, mode?: DemandMode): Promise<DemandMode> | void {
    if (mode === undefined) return this.#ask(stage, { type: 'getDemandMode' }).then(parseDemandMode);
    checkDemandMode(mode);
    this.#tell('set the demand mode', stage, { type: 'demandMode', mode });
  }

  estimateBuffered(stage: StageRef): Promise<number> {
    return this.#ask(stage, { type: 'estimateBuffered' }).then(parseCount);
  }

  async stopStage(stage: StageRef, reason: Reason = 'normal'): Promise<void> {
    await this.#ask(stage, { type: 'stop', reason }, Infinity);
  }

  exit(stage: StageRef, reason: Reason): void {
    this.#tell('end', stage, { type: 'exit', reason });
  }

  kill(stage: StageRef, reason: Reason = 'killed'): void {
    this.order('kill', idOf(stage), (id) => ({ type: 'kill', stage: id, reason }));
  }

  snapshot(stage: StageRef): Promise<StageSnapshot | null> {
    return this.#ask(stage, { type: 'snapshot' }).then(parseSnapshot);
  }

  /** Does something once the stages run; on a run that is over, nothing. */
  whenBegun(send: () => void): void {
    if (this.#waiting) this.#waiting.push(send);
    else if (this.#end === null) send();
  }

  /** Has something done to a stage that gives no answer. */
  order(action: string, stage: StageId, messageTo: (stage: StageId) => ToWorker): void {
    this.whenBegun(() => this.#post(action, stage, messageTo));
  }

  // --- Within ---------------------------------------------------------------------------------------------------

  async #subscribe(
    consumer: StageRef,
    { to, ...options }: SubscribeTarget,
    rest: { readonly replaces?: { readonly subscription: SubscriptionId; readonly reason: Reason } },
  ): Promise<Subscribed> {
    const name = idOf(consumer);
    const producer = typeof to === 'string' || (typeof to === 'object' && to !== null) ? idOf(to) : null;
    if (producer === null) {
      throw new EngineError('subscribe_target', { consumer: name, received: describe(to) });
    }
    const answer = await this.#ask(consumer, { type: 'subscribe', producer, options, ...rest });
    const subscribed = parseSubscribed(answer);
    if (subscribed.ok) this.#made.set(subscribed.subscription, { consumer: name, producer });
    return subscribed;
  }

  #toEnd(subscription: SubscriptionId, end: keyof Ends, request: StageRequest): void {
    this.whenBegun(() => {
      const ends = this.#on.endsOf(subscription) ?? this.#made.get(subscription);
      // As in GenStage, nothing happens on a subscription that nobody knows (GS-170).
      if (ends) this.#tell(request.type, ends[end], request);
    });
  }

  #tell(action: string, stage: StageRef, request: StageRequest): void {
    const id = this.#nextId++;
    const name = idOf(stage);
    this.whenBegun(() => this.#post(action, name, (to) => ({ type: 'request', id, stage: to, request })));
  }

  #ask(
    stage: StageRef,
    request: StageRequest,
    timeoutMs: number = DEFAULT_CALL_TIMEOUT_MS,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      checkTimeout(timeoutMs);
      const name = idOf(stage);
      if (this.#end !== null) throw this.#ended(`ask "${name}"`);
      const id = this.#nextId++;
      const expire = () =>
        this.#take(id)?.reject(new EngineError('call_timeout', { stage: name, timeoutMs }));
      const cancelTimeout =
        timeoutMs === Infinity ? () => undefined : this.#on.scheduler.after(timeoutMs, expire);
      this.#open.set(id, { stage: name, resolve, reject, cancelTimeout });
      this.whenBegun(() => {
        try {
          this.#post(request.type, name, (to) => ({ type: 'request', id, stage: to, request }));
        } catch (error) {
          this.#take(id)?.reject(error instanceof Error ? error : new Error(describe(error)));
        }
      });
    });
  }

  #post(action: string, stage: StageId, messageTo: (stage: StageId) => ToWorker): void {
    const post = this.#on.lineTo(stage);
    if (!post) {
      throw unknownStage(action, stage, this.#on.names());
    }
    const message = messageTo(stage);
    try {
      post(message);
    } catch (error) {
      const part = uncloneablePart(message);
      throw new EngineError('not_cloneable', {
        stage: 'outside',
        path: part?.path ?? message.type,
        received: part?.kind ?? (error instanceof Error ? error.message : String(error)),
      });
    }
  }

  #take(id: number): OpenRequest | undefined {
    const open = this.#open.get(id);
    this.#open.delete(id);
    open?.cancelTimeout();
    return open;
  }

  #ended(action: string): EngineError {
    return new EngineError('run_ended', { action, end: this.#end ?? 'not started' });
  }
}

function idOf(stage: StageRef): StageId {
  return typeof stage === 'string' ? stage : stage.id;
}

/** A failure that crossed as plain data. */
function rebuilt(error: TraceError): Error {
  return Object.assign(
    new Error(error.message),
    { name: error.name },
    error.code !== undefined && { code: error.code },
  );
}
