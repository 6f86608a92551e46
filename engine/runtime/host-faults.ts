import { EngineError } from '../errors.ts';
import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import { failure } from '../stage/callback-runner.ts';
import type { TraceEvent } from '../trace/trace-entry.ts';
import type { Deliveries } from './deliveries.ts';
import type { Hosted } from './hosted.ts';
import type { StageTimers } from './stage-timers.ts';

/** What faults need of the host they strike. */
export interface FaultsOn {
  readonly deliveries: Deliveries;
  readonly timers: StageTimers;
  readonly record: (stage: StageId, event: TraceEvent, cause: Seq | null) => Seq;
}

/** What is done to the stages of one worker from outside. */
export class HostFaults {
  readonly #deliveries: Deliveries;
  readonly #timers: StageTimers;
  readonly #record: FaultsOn['record'];
  readonly #slowMs = new Map<StageId, number>();

  constructor({ deliveries, timers, record }: FaultsOn) {
    this.#deliveries = deliveries;
    this.#timers = timers;
    this.#record = record;
  }

  /** A stage fails as if its next callback had thrown; what has children ends at once, and takes them along. */
  crash(stage: StageId, message: string): void | Promise<void> {
    const hosted = this.#alive(stage);
    if (!hosted) return;
    const cause = this.#record(stage, { type: 'fault', fault: 'crash', message }, null);
    const error = new EngineError('fault_injected', { stage, message });
    if (hosted.stage) return hosted.stage.failNext(error, cause);
    hosted.process.kill(failure(error), cause);
  }

  /** It takes no message until it is thawed; whether it did until now. */
  freeze(stage: StageId): boolean {
    const hosted = this.#alive(stage);
    if (!hosted || hosted.isFrozen) return false;
    hosted.isFrozen = true;
    this.#record(stage, { type: 'fault', fault: 'freeze' }, null);
    return true;
  }

  thaw(stage: StageId, cause: Seq | null = null): void {
    const hosted = this.#alive(stage);
    if (!hosted?.isFrozen) return;
    hosted.isFrozen = false;
    this.#record(stage, { type: 'fault', fault: 'thaw' }, cause);
    this.#deliveries.wake(hosted);
  }

  /** Its callbacks take that much longer from now on, in all its lives. @param byMs - 0: as long as they take. */
  slow(stage: StageId, byMs: number, { isKnown = false } = {}): void {
    if (byMs > 0) this.#slowMs.set(stage, byMs);
    else this.#slowMs.delete(stage);
    if (!isKnown && this.#alive(stage)) this.#record(stage, { type: 'fault', fault: 'slow', byMs }, null);
  }

  /** How much longer callbacks of a stage take, ms. */
  slowMsOf(stage: StageId): number {
    return this.#slowMs.get(stage) ?? 0;
  }

  /** Whether any stage is slowed: asked for every callback. */
  get slowsAny(): boolean {
    return this.#slowMs.size > 0;
  }

  /** Its timers run so many times as fast from now on, in all its lives; those that are set come sooner, too. */
  burst(stage: StageId, times: number, { isKnown = false } = {}): void {
    this.#timers.setPace(stage, times);
    if (!isKnown && this.#alive(stage)) this.#record(stage, { type: 'fault', fault: 'burst', times }, null);
  }

  /** Told to the workers of both ends; the one of the consumer records it. */
  slowLink(link: {
    readonly subscription: SubscriptionId;
    readonly consumer: StageId;
    readonly delayMs: number;
    readonly isKnown?: boolean;
  }): void {
    const { subscription, consumer, delayMs, isKnown = false } = link;
    this.#deliveries.links.slow(subscription, delayMs);
    if (isKnown || !this.#deliveries.hosted.has(consumer)) return;
    this.#record(consumer, { type: 'fault', fault: 'slowLink', subscription, delayMs }, null);
  }

  /** All that runs here ends at once, as it would with its worker; whether anything did. */
  killAll(): boolean {
    const alive = [...this.#deliveries.hosted.values()].filter(({ process }) => process.isAlive);
    const [first] = alive;
    if (!first) return false;
    const cause = this.#record(first.id, { type: 'fault', fault: 'killWorker', on: 0 }, null);
    // Stages first: what has children would end them for reasons of its own.
    for (const { stage } of alive) stage?.kill('killed', cause);
    for (const { process } of alive) process.kill('killed', cause);
    return true;
  }

  #alive(stage: StageId): Hosted | undefined {
    const hosted = this.#deliveries.hosted.get(stage);
    return hosted?.process.isAlive ? hosted : undefined;
  }
}
