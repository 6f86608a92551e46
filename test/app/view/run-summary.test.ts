import { describe, expect, it } from 'vitest';
import { replay, type TraceEntry } from 'sluice';
import { AskLog } from '$lib/view/ask-log.ts';
import { runSummary } from '$lib/view/run-summary.ts';
import { CRASH_AND_RESTART, SUPERVISED } from './recorded.ts';

const ENTRIES: readonly TraceEntry[] = CRASH_AND_RESTART.map((entry, i) => ({ ...entry, worker: i % 3 }));
const ON = 'printer←numbers';

function summaryAt(at: number, entries = ENTRIES, plan = SUPERVISED): string[] {
  return runSummary(plan, entries, { at, state: replay(SUPERVISED, ENTRIES, at) });
}

/** Of a trace that ends there. */
function ownSummary(at: number): string[] {
  return summaryAt(at, ENTRIES.slice(0, at), { ...SUPERVISED });
}

describe('runSummary()', () => {
  it('tells what lost and ended, and counts asks over all lives', () => {
    const told = summaryAt(ENTRIES.length).join(' ');
    expect(told).toContain('2 stages on 3 workers, 14 entries');
    expect(told).toContain('printer asked numbers 2 times');
    expect(told).toContain('printer crashed at 9 ms: boom');
    expect(told.indexOf('printer: 2 events lost')).toBeLessThan(told.indexOf('printer: 1 event lost'));
  });

  it('says at every moment of a longer trace what it says of one that ends there', () => {
    for (let at = ENTRIES.length; at >= 0; at -= 1) expect(summaryAt(at)).toEqual(ownSummary(at));
  });

  it('says the same after late entries as of the whole', () => {
    for (let n = 1; n < ENTRIES.length; n += 1) {
      const plan = { ...SUPERVISED };
      summaryAt(n, ENTRIES.slice(0, n), plan);
      summaryAt(
        n,
        ENTRIES.filter((_, i) => i !== n - 1),
        plan,
      );
      expect(summaryAt(ENTRIES.length, ENTRIES, plan)).toEqual(ownSummary(ENTRIES.length));
    }
  });
});

describe('AskLog', () => {
  it('finds the last ask at or before every moment', () => {
    const log = new AskLog();
    log.update(ENTRIES);
    for (let at = 0; at <= ENTRIES.length; at += 1) {
      const before = ENTRIES.slice(0, at);
      const last = before.findLastIndex((entry) => entry.type === 'ask' && entry.subscription === ON) + 1;
      expect(log.lastAt(ON, at)).toBe(last);
    }
  });
});
