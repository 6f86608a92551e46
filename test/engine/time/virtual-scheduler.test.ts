import { describe, expect, it } from 'vitest';
import { consumer, pipeline, producer, runVirtual, seededRandom, sleep } from 'sluice';
import { VirtualScheduler } from '../../../engine/time/virtual-scheduler.ts';
import { RandomTurns, RoundRobin } from '../../../engine/time/turns.ts';

describe('VirtualScheduler', () => {
  it('runs timers in order of time, and of setting among equals', () => {
    const scheduler = new VirtualScheduler();
    const seen: string[] = [];
    scheduler.after(20, () => seen.push('late'));
    scheduler.after(10, () => seen.push('first'));
    scheduler.after(10, () => seen.push('second'));
    const cancel = scheduler.after(15, () => seen.push('never'));
    cancel();
    while (scheduler.advance());
    expect(seen).toEqual(['first', 'second', 'late']);
    expect(scheduler.nowMs()).toBe(20);
  });
});

describe('sleep()', () => {
  it('takes an hour of virtual time and no real one', async () => {
    const nap = consumer<number>({
      handleEvents: async () => {
        await sleep(3_600_000);
        await sleep(1);
      },
    });
    const one = producer({ handleDemand: () => ({ events: [1] }), init: () => 0 });
    const plan = pipeline(({ start, subscribe }) => {
      subscribe(start('nap', nap), { to: start('one', one), maxDemand: 1 });
    });
    const run = await runVirtual(plan, { seed: 0, entryBudget: 100 });
    const ends = run.entries.filter((entry) => entry.type === 'end' && entry.callback === 'handleEvents');
    expect(ends[0]?.atMs).toBe(3_600_001);
    expect(ends[1]?.atMs).toBe(7_200_002);
  });
});

describe('turns', () => {
  const order = ['a', 'b', 'c'];

  it('RoundRobin lets each in turn, and begins with the first after restart', () => {
    const turns = new RoundRobin<string>();
    const all = () => true;
    expect([1, 2, 3, 4].map(() => turns.next(order, all))).toEqual(['a', 'b', 'c', 'a']);
    turns.restart();
    expect(turns.next(order, (id) => id !== 'a')).toBe('b');
    expect(turns.next(order, () => false)).toBeNull();
  });

  it('RandomTurns gives the same order for the same seed, and everyone a turn', () => {
    const take = (seed: number) => {
      const turns = new RandomTurns<string>(seededRandom(seed));
      return Array.from({ length: 50 }, () => turns.next(order, () => true));
    };
    expect(take(3)).toEqual(take(3));
    expect(take(3)).not.toEqual(take(4));
    expect(new Set(take(3)).size).toBe(3);
  });
});
