import { describe, expect, it } from 'vitest';
import { consumer, pipeline, producer, runVirtual, sleep, viewOfPlan } from 'sluice';
import { isInTarget, kneeOf, measure, type Measured } from '$lib/inspect/speed/run-dot.ts';
import { speedPlane } from '$lib/inspect/speed/speed-plane.ts';

const SIZE = { width: 400, height: 300, left: 50, right: 20, top: 10, bottom: 40 };

function run(perSecond: number, p95Ms: number, demand = '10/5'): Measured {
  return { perSecond, p95Ms, demand, demands: `save ${demand}`, events: 100, workers: 2 };
}

/** Fifty numbers, 10 ms of work for each. */
function program(maxDemand: number) {
  const source = producer({
    init: () => 0,
    handleDemand: (demand, next: number) => {
      const count = Math.max(0, Math.min(demand, 50 - next));
      return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
    },
  });
  const save = consumer({
    handleEvents: async (events: number[]) => {
      await sleep(10 * events.length);
    },
  });
  return pipeline(({ start, subscribe }) => {
    subscribe(start('save', save), { to: start('source', source), maxDemand, minDemand: maxDemand - 1 });
  });
}

describe('measure()', () => {
  it('says what came through and how long it took, and with which demand', async () => {
    const one = await runVirtual(program(1), { seed: 0 });
    expect(measure(one.plan, one.entries, 2)).toEqual({
      perSecond: 100,
      p95Ms: 10,
      events: 50,
      demand: '1/0',
      demands: 'save 1/0',
      workers: 2,
    });
    const five = await runVirtual(program(5), { seed: 0 });
    expect(measure(five.plan, five.entries, 2)).toMatchObject({ perSecond: 100, p95Ms: 50, demand: '5/4' });
  });

  it('says nothing of a run in which hardly anything happened', () => {
    expect(measure(viewOfPlan(program(1)), [], 1)).toBeNull();
  });
});

describe('kneeOf()', () => {
  const runs = [run(20, 10, '1/0'), run(90, 15, '4/2'), run(99, 60, '20/10'), run(100, 300, '100/50')];

  it('names the run with most throughput per latency', () => {
    expect(kneeOf(runs)?.demand).toBe('4/2');
  });

  it('names none of few runs, nor where nothing was turned', () => {
    expect(kneeOf(runs.slice(1))).toBeNull();
    expect(kneeOf(runs.map((one) => ({ ...one, demand: '4/2' })))).toBeNull();
  });
});

describe('speedPlane()', () => {
  it('puts what is faster to the right and what takes longer further up', () => {
    const { dots, x, y } = speedPlane([run(50, 20), run(100, 40)], null, SIZE);
    const [slow, quick] = dots;
    expect(quick?.x).toBeGreaterThan(slow?.x ?? NaN);
    expect(quick?.y).toBeLessThan(slow?.y ?? NaN);
    expect([x.isLog, y.isLog]).toEqual([false, false]);
  });

  it('goes by tenfold steps where values are far apart, and holds every dot', () => {
    const { dots, x, y } = speedPlane([run(5, 2), run(20_000, 4_000), run(0, 1)], null, SIZE);
    expect([x.isLog, y.isLog]).toEqual([true, true]);
    for (const dot of dots) {
      expect(dot.x).toBeGreaterThanOrEqual(SIZE.left);
      expect(dot.x).toBeLessThanOrEqual(SIZE.width - SIZE.right);
      expect(dot.y).toBeGreaterThanOrEqual(SIZE.top);
      expect(dot.y).toBeLessThanOrEqual(SIZE.height - SIZE.bottom);
    }
    expect(x.ticks.map(({ label }) => label)).toContain('1,000');
  });

  it('has a box that holds exactly the runs which meet the target', () => {
    const target = { perSecond: 60, withinMs: 30 };
    const runs = [run(50, 20), run(60, 30), run(100, 29), run(100, 31)];
    const { dots, target: box } = speedPlane(runs, target, SIZE);
    for (const { dot, x, y } of dots) {
      const isInside = box !== null && x >= box.x - 1e-6 && y >= box.y - 1e-6;
      expect(isInside).toBe(isInTarget(dot, target));
    }
  });

  it('leaves out labels that would lie over others, those of earlier runs first', () => {
    const same = Array.from({ length: 4 }, () => run(100, 20));
    const labels = speedPlane(same, null, SIZE).dots.map(({ label }) => label);
    expect(labels.at(-1)).not.toBe('none');
    expect(labels[0]).toBe('none');
  });
});
