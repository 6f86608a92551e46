import type { SubscriptionId } from '../ids.ts';
import type { WindowContext, WindowSpec, WindowTimer } from './window.ts';

/** How far one upstream has come. */
export interface Upstream {
  /** Latest event time it has sent, ms; `-Infinity` before its first event. */
  latestMs: number;
  /** When it last sent something, or subscribed: processing time, ms. */
  seenMs: number;
  /** Silent for so long that it does not count. */
  idle: boolean;
}

/** A batch while it is handled. */
export interface Batch {
  readonly id: SubscriptionId;
  readonly events: readonly unknown[];
  /** Who has sent it; how far that has come is kept by whoever looks at the events. */
  readonly upstream: Upstream;
  /** Where the watermark would be by the other upstreams; event time, ms. */
  readonly othersMs: number;
  readonly out: unknown[];
}

/** What the timer for silent upstreams is called. */
const IDLE = 'idle';

/**
 * The watermark of a stage: no event of an earlier event time is expected any more. It is the least over all upstreams of the
 * latest event time each has sent, less what events may be out of order; an upstream that has sent nothing yet holds it back
 * (FL-141, FL-143). It never goes back.
 *
 * @see Apache Flink, Concepts, Timely Stream Processing: "Watermarks in Parallel Streams".
 */
export class Watermark {
  readonly #boundMs: number;
  readonly #idleAfterMs: number | null;
  readonly #context: WindowContext;
  readonly #upstreams = new Map<SubscriptionId, Upstream>();
  #waiting = false;
  /** Event time, ms; `-Infinity` at first. Changes in {@link Watermark.advance} only. */
  eventMs = -Infinity;

  constructor(spec: WindowSpec, context: WindowContext) {
    this.#boundMs = spec.outOfOrdernessMs ?? 0;
    this.#idleAfterMs = spec.idleAfterMs;
    this.#context = context;
  }

  join(upstream: SubscriptionId): void {
    this.#touched(this.#of(upstream));
  }

  /** It no longer counts. As in Flow, that is noticed at the next event (FL-143). */
  leave(upstream: SubscriptionId): void {
    this.#upstreams.delete(upstream);
  }

  /** An upstream has sent a batch. */
  batch(id: SubscriptionId, events: readonly unknown[], out: unknown[]): Batch {
    const upstream = this.#of(id);
    this.#touched(upstream);
    return { id, events, upstream, othersMs: this.#least(upstream), out };
  }

  /** Takes account of what has been sent; whether it has moved on. */
  advance(): boolean {
    const eventMs = this.#least(null);
    // Infinity: nobody counts, so nobody says how late it is.
    if (eventMs <= this.eventMs || eventMs === Infinity) return false;
    this.eventMs = eventMs;
    if (this.#context.tracing) this.#record(eventMs);
    return true;
  }

  /** Whether the timer was for silent upstreams; those no longer count from here on. */
  wake({ windowTimer }: WindowTimer): boolean {
    if (windowTimer !== IDLE || this.#idleAfterMs === null) return false;
    this.#waiting = false;
    const silentSince = this.#context.nowMs() - this.#idleAfterMs;
    for (const upstream of this.#upstreams.values()) {
      if (upstream.seenMs <= silentSince) upstream.idle = true;
    }
    this.#watch();
    return true;
  }

  #record(eventMs: number): void {
    const idle = Array.from(this.#upstreams, ([id, upstream]) => (upstream.idle ? [id] : [])).flat();
    this.#context.record({ type: 'watermark', eventMs, ...(idle.length > 0 && { idle }) });
  }

  /** Where the watermark would be now, before it is advanced. */
  #least(except: Upstream | null): number {
    let least = Infinity;
    for (const upstream of this.#upstreams.values()) {
      if (!upstream.idle && upstream !== except) least = Math.min(least, upstream.latestMs);
    }
    return least - this.#boundMs;
  }

  #of(id: SubscriptionId): Upstream {
    const known = this.#upstreams.get(id);
    if (known) return known;
    const upstream = { latestMs: -Infinity, seenMs: 0, idle: false };
    this.#upstreams.set(id, upstream);
    return upstream;
  }

  #touched(upstream: Upstream): void {
    if (this.#idleAfterMs === null) return;
    upstream.seenMs = this.#context.nowMs();
    upstream.idle = false;
    this.#watch();
  }

  /** Waits for the next upstream to have been silent for too long. One alone holds back nobody but itself. */
  #watch(): void {
    if (this.#idleAfterMs === null || this.#waiting || this.#upstreams.size < 2) return;
    let seenMs = Infinity;
    for (const upstream of this.#upstreams.values()) {
      if (!upstream.idle) seenMs = Math.min(seenMs, upstream.seenMs);
    }
    if (seenMs === Infinity) return;
    this.#waiting = true;
    const delayMs = Math.max(0, seenMs + this.#idleAfterMs - this.#context.nowMs());
    this.#context.after(delayMs, { windowTimer: IDLE });
  }
}
