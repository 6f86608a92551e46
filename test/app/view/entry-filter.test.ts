import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EntryOf, TraceEntry } from 'sluice';
import { EntryFilter } from '$lib/view/entry-filter.ts';
import { traces } from '../../engine/trace/entries.ts';

const isAsk = (entry: TraceEntry): entry is EntryOf<'ask'> => entry.type === 'ask';

describe('EntryFilter', () => {
  it('keeps what filtering the whole trace keeps, of a trace that came in parts, late entries sorted in', () => {
    const cuts = fc.array(fc.nat({ max: 200 }), { maxLength: 6 });
    fc.assert(
      fc.property(traces({ maxLength: 200 }), cuts, fc.uniqueArray(fc.nat({ max: 200 })), (all, at, late) => {
        const filter = new EntryFilter(isAsk);
        for (const cut of at.toSorted((a, b) => a - b)) {
          const part = all.filter((_, i) => i < cut && !(late.includes(i) && i + 12 > cut));
          expect(filter.update(part)).toEqual(part.filter(isAsk));
        }
        expect(filter.update(all)).toEqual(all.filter(isAsk));
      }),
    );
  });

  it('gives the same array until another entry is kept, and begins anew with another trace', () => {
    const base = { atMs: 0, worker: 0, stage: 'a', cause: null };
    const ask: TraceEntry = { ...base, seq: 1, type: 'ask', subscription: 's', count: 1, pending: 1 };
    const filter = new EntryFilter(isAsk);
    const first = filter.update([ask]);
    expect(filter.update([ask, { ...base, seq: 2, type: 'exit', reason: 'normal' }])).toBe(first);
    expect(filter.update([{ ...ask, seq: 7 }])).toEqual([{ ...ask, seq: 7 }]);
  });
});
