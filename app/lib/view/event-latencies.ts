import type { StageId } from 'sluice';
import { sum } from 'd3-array';
import type { Call } from './event-batch.ts';
import { microseconds } from './event-life.ts';
import type { EventLives } from './event-lives.ts';
import type { Steps } from './steps.ts';
import { WeightedSample } from './weighted-sample.ts';

/** Batches between two looks at the clock. */
const STEP_BATCHES = 512;

/** How long events took, ms. */
export interface Latency {
  /** Events that were handled. */
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Latencies of a run, at the stages that send nothing on. */
export interface Latencies {
  /** Of all of them; `null` where nothing was handled. */
  readonly all: Latency | null;
  readonly bySink: ReadonlyMap<StageId, Latency>;
}

/**
 * How long events took from the callback that made them to the end of the one that handled them at the end of the pipeline. Where a
 * stage between made them out of others, they count from when the first event of the batch it had in hand was made: a trace
 * knows what came of a batch, not of each event in it. What a stage emits of its own, as a window that fires, counts from then.
 */
export function* latenciesIn(lives: EventLives): Steps<Latencies> {
  const links = [...lives.links];
  const total = sum(links, ({ batches }) => batches.length);
  let done = 0;
  const ages = new Ages();
  const producers = new Set<StageId>();
  for (const { producer } of links) producers.add(producer);
  const all = new WeightedSample();
  const bySink = new Map<StageId, WeightedSample>();
  for (const { consumer, batches } of links) {
    done += batches.length;
    if (producers.has(consumer)) continue;
    const own = bySink.get(consumer) ?? new WeightedSample();
    bySink.set(consumer, own);
    for (const [i, { calls }] of batches.entries()) {
      if (i % STEP_BATCHES === STEP_BATCHES - 1) yield (done - batches.length + i) / total;
      for (const call of calls) {
        if (call.end?.type !== 'end') continue;
        const endUs = microseconds(call.end.atMs);
        ages.each(call, (sinceUs, count) => {
          own.add(Math.max(0, endUs - sinceUs), count);
          all.add(Math.max(0, endUs - sinceUs), count);
        });
      }
    }
  }
  const summaries = Array.from(bySink, ([sink, sample]) => [sink, latencyOf(sample)] as const);
  return {
    all: latencyOf(all),
    bySink: new Map(summaries.flatMap(([sink, latency]) => (latency ? [[sink, latency] as const] : []))),
  };
}

function latencyOf(sample: WeightedSample): Latency | null {
  if (sample.count === 0) return null;
  const at = (part: number) => sample.quantile(part) / 1_000;
  return { count: sample.count, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), maxMs: at(1) };
}

/** Since when there has been something of what a callback was given, µs. */
class Ages {
  readonly #since = new Map<Call, number>();

  /** Tells of the events that a call of `handleEvents` was given. */
  each({ batch, from, count }: Call, tell: (sinceUs: number, count: number) => void): void {
    if (!batch) return;
    let at = batch.first;
    for (const run of batch.runs) {
      const events = Math.min(at + run.count, from + count) - Math.max(at, from);
      at += run.count;
      if (events <= 0) continue;
      const sentUs = microseconds(batch.sent?.atMs ?? 0);
      tell(run.maker ? this.#sinceOf(run.maker) : sentUs, events);
    }
  }

  /** Of what a call has returned. */
  #sinceOf(call: Call): number {
    const known = this.#since.get(call);
    if (known !== undefined) return known;
    let sinceUs = microseconds((call.end ?? call.begin).atMs);
    // Kept at once: subscriptions may go round in a circle.
    this.#since.set(call, sinceUs);
    this.each(call, (eventUs) => {
      sinceUs = Math.min(sinceUs, eventUs);
    });
    this.#since.set(call, sinceUs);
    return sinceUs;
  }
}
