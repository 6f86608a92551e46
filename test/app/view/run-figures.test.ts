import { describe, expect, it } from 'vitest';
import { consumer, pipeline, planOf, producer, runVirtual, sleep } from 'sluice';
import { runFigures } from '$lib/view/run-figures.ts';
import { atOnce } from '../../support/at-once.ts';

/** Ten numbers; the sink takes 10 ms for each, and gets them by twos. */
async function tenNumbers() {
  const source = producer({
    init: () => 0,
    handleDemand: (demand, next: number) => {
      const size = Math.min(demand, 10 - next);
      return { events: Array.from({ length: size }, (_, i) => next + i), state: next + size };
    },
  });
  const sink = consumer({ handleEvents: (events: number[]) => sleep(10 * events.length) });
  const program = pipeline(({ start, subscribe }) => {
    const [from, to] = [start('source', source), start('sink', sink)];
    subscribe(to, { to: from, maxDemand: 4, minDemand: 2 });
  });
  return runVirtual(planOf(program), { seed: 0 });
}

describe('runFigures()', () => {
  it('counts what a run came to, by its trace', async () => {
    const { plan, entries } = await tenNumbers();
    const { elapsedMs, perSecond, latency, depth, dropped, asks, busy } = atOnce(runFigures(plan, entries));
    expect([elapsedMs, perSecond, dropped]).toEqual([100, 100, 0]);
    // Four are asked for at first, and two more after each of five batches.
    expect(depth).toEqual({ events: 4, stage: 'sink' });
    expect(latency).toEqual({ count: 10, p50Ms: 40, p95Ms: 40, p99Ms: 40, maxMs: 40 });
    expect(asks).toEqual({ count: 6, events: 14 });
    expect(busy).toEqual(
      new Map([
        ['source', 0],
        ['sink', 1],
      ]),
    );
  });

  it('has nothing to say of a run in which nothing happened', async () => {
    const { plan } = await tenNumbers();
    expect(atOnce(runFigures(plan, []))).toMatchObject({
      elapsedMs: 0,
      perSecond: null,
      latency: null,
      dropped: 0,
    });
  });
});
