import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consumer, pipeline, planOf, producer, replay, runVirtual, sleep, type VirtualRun } from 'sluice';
import { sameMoment } from '$lib/view/same-moment.ts';
import { planFor, shapes } from '../../laws/random-pipelines.ts';

/** source → sink: forty numbers, so many of them asked for at once. */
function counting(maxDemand: number, name = 'sink', last = 40): Promise<VirtualRun> {
  const source = producer({
    init: () => 0,
    handleDemand: (demand, next: number) => {
      const size = Math.min(demand, last - next);
      return { events: Array.from({ length: size }, (_, i) => next + i), state: next + size };
    },
  });
  const sink = consumer({ handleEvents: () => sleep(maxDemand) });
  const program = pipeline(({ start, subscribe }) => {
    const from = start('source', source);
    subscribe(start(name, sink), { to: from, maxDemand });
  });
  return runVirtual(planOf(program), { seed: 0 });
}

function cut({ entries }: VirtualRun) {
  return { entries, isOver: false };
}

function over({ entries }: VirtualRun) {
  return { entries, isOver: true };
}

function sentAfter({ plan, entries }: VirtualRun, n: number): number {
  return replay(plan, entries, n).stages['source']?.emitted ?? 0;
}

describe('sameMoment()', () => {
  it('is the same position in the same run', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat({ max: 1_000 }), async (shape, seed) => {
        const run = await runVirtual(planFor(shape), { seed, entryBudget: 500 });
        const again = await runVirtual(planFor(shape), { seed, entryBudget: 500 });
        for (let n = 0; n <= run.entries.length; n += 1) expect(sameMoment(cut(run), n, cut(again))).toBe(n);
      }),
      { numRuns: 20 },
    );
  });

  it('is where the event that was sent last has been sent, whatever batches they came in', async () => {
    const [one, other] = [await counting(10), await counting(4)];
    let compared = 0;
    for (const [i, entry] of one.entries.entries()) {
      if (entry.type !== 'dispatch') continue;
      const n = sameMoment(cut(one), i + 1, cut(other));
      const sent = entry.first + entry.count;
      expect(sentAfter(other, n)).toBeGreaterThanOrEqual(sent);
      expect(sentAfter(other, n - 2)).toBeLessThan(sent);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(5);
  });

  it('is the end where the other run never sent that event', async () => {
    const [long, short] = [await counting(10), await counting(10, 'sink', 20)];
    expect(sameMoment(cut(long), long.entries.length, cut(short))).toBe(short.entries.length);
    expect(sameMoment(cut(short), short.entries.length, cut(long))).toBeLessThan(long.entries.length);
  });

  it('puts the ends together where both came to their end', async () => {
    const [long, short] = [await counting(10), await counting(10, 'sink', 20)];
    expect(sameMoment(over(short), short.entries.length, over(long))).toBe(long.entries.length);
    expect(sameMoment(over(short), short.entries.length, cut(long))).toBeLessThan(long.entries.length);
  });

  it('begins with the beginning where nothing was sent that both know', async () => {
    const [one, other] = [await counting(10), await counting(10, 'another')];
    expect(sameMoment(cut(one), 0, cut(other))).toBe(0);
    expect(sameMoment(cut(one), 3, cut(other))).toBe(3);
    const first = other.entries.findIndex(({ type }) => type === 'dispatch');
    expect(sameMoment(cut(one), one.entries.length, cut(other))).toBe(first);
  });
});
