import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairTurns } from '../../../engine/runtime/fair-turns.ts';

/** What one may be ahead of who has had the least, ms. */
const AHEAD_MS = 4;

/** Stages that always have work of a cost of their own, in virtual time: who had how much of it, and who waited how long. */
function play(costs: readonly number[], forMs: number) {
  const turns = new FairTurns<number>(() => true);
  const usedMs = costs.map(() => 0);
  const sinceMs = costs.map(() => 0);
  const waitedMs = costs.map(() => 0);
  let nowMs = 0;
  for (const stage of costs.keys()) turns.wake(stage);
  while (nowMs < forMs) {
    const stage = turns.next(() => true);
    if (stage === null) break;
    const cost = costs[stage] ?? 0;
    waitedMs[stage] = Math.max(waitedMs[stage] ?? 0, nowMs - (sinceMs[stage] ?? 0));
    nowMs += cost;
    usedMs[stage] = (usedMs[stage] ?? 0) + cost;
    turns.took(cost);
    turns.wake(stage);
    sinceMs[stage] = nowMs;
  }
  return { usedMs, waitedMs };
}

describe('FairTurns', () => {
  it('gives turns in the order of waking as long as nobody is ahead', () => {
    const turns = new FairTurns<string>(() => true);
    for (const stage of ['b', 'a', 'c', 'a']) turns.wake(stage);
    const order: unknown[] = [];
    for (let turn = 0; turn < 7; turn++) {
      const stage = turns.next(() => true);
      order.push(stage);
      turns.took(0.01);
      if (turn < 3 && stage !== null) turns.wake(stage);
    }
    expect(order).toEqual(['b', 'a', 'c', 'b', 'a', 'c', null]);
  });

  it('gives who has little to do its turn before who works for long has another', () => {
    const turns = new FairTurns<string>(() => true);
    turns.wake('slow');
    expect(turns.next(() => true)).toBe('slow');
    turns.took(30);
    turns.wake('slow');
    turns.wake('source');
    expect(turns.next(() => true)).toBe('source');
    turns.took(0.1);
    expect(turns.next(() => true)).toBe('slow');
  });

  it('does not save up what was not used while there was nothing to do', () => {
    const turns = new FairTurns<string>(() => true);
    turns.wake('idle');
    turns.next(() => true);
    turns.took(1);
    for (let turn = 0; turn < 10; turn++) {
      turns.wake('busy');
      turns.next(() => true);
      turns.took(10);
    }
    const order: unknown[] = [];
    for (let turn = 0; turn < 4; turn++) {
      turns.wake('idle');
      turns.wake('busy');
      order.push(turns.next(() => true));
      turns.took(10);
    }
    expect(order).toEqual(['idle', 'busy', 'idle', 'busy']);
  });

  it('leaves out who may not, and keeps its place', () => {
    const turns = new FairTurns<string>(() => true);
    turns.wake('held');
    turns.wake('free');
    expect(turns.next((stage) => stage !== 'held')).toBe('free');
    turns.took(1);
    expect(turns.next((stage) => stage !== 'held')).toBeNull();
    expect(turns.next(() => true)).toBe('held');
  });

  it('forgets who has nothing to do any more, until it wakes again', () => {
    const ready = new Set(['a', 'b']);
    const turns = new FairTurns<string>((stage) => ready.has(stage));
    turns.wake('a');
    turns.wake('b');
    ready.delete('a');
    expect(turns.next(() => true)).toBe('b');
    ready.add('a');
    expect(turns.next(() => true)).toBeNull();
    turns.wake('a');
    expect(turns.next(() => true)).toBe('a');
  });

  it('gives all who always have work the same time, whatever a turn of each takes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.5, max: 50, noNaN: true }), { minLength: 2, maxLength: 12 }),
        (costs) => {
          const longest = Math.max(...costs);
          const { usedMs } = play(costs, 15 * costs.length * longest);
          const [least, most] = [Math.min(...usedMs), Math.max(...usedMs)];
          expect(most - least).toBeLessThanOrEqual(AHEAD_MS + 2 * longest);
        },
      ),
    );
  });

  it('lets nobody wait longer than all others may take before it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.5, max: 50, noNaN: true }), { minLength: 2, maxLength: 12 }),
        (costs) => {
          const longest = Math.max(...costs);
          const { waitedMs } = play(costs, 15 * costs.length * longest);
          const bound = costs.length * (2 * longest + AHEAD_MS);
          for (const waited of waitedMs) expect(waited).toBeLessThanOrEqual(bound);
        },
      ),
    );
  });
});
