import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TraceEntry } from 'sluice';
import { MergedTrace } from '../../../engine/runtime/merged-trace.ts';

const entry = (seq: number): TraceEntry => ({
  seq,
  atMs: seq,
  worker: 0,
  stage: 'a',
  cause: null,
  type: 'discard',
  count: 1,
});

describe('MergedTrace', () => {
  it('is in order whatever the order of the batches, and never changes what it gave', () => {
    const batches = fc.array(fc.uniqueArray(fc.nat({ max: 500 }), { maxLength: 20 }), { maxLength: 20 });
    fc.assert(
      fc.property(batches, (lists) => {
        const trace = new MergedTrace(10_000);
        const given: (readonly [readonly TraceEntry[], string])[] = [];
        for (const list of lists) {
          trace.add(list.sort((a, b) => a - b).map(entry));
          given.push([trace.entries, JSON.stringify(trace.entries)]);
        }
        expect(trace.entries.map(({ seq }) => seq)).toEqual(lists.flat().sort((a, b) => a - b));
        for (const [entries, then] of given) expect(JSON.stringify(entries)).toBe(then);
      }),
    );
  });

  it('keeps the first entries and counts the others', () => {
    const trace = new MergedTrace(3);
    trace.add([entry(1), entry(2)]);
    trace.add([entry(3), entry(4)]);
    trace.add([entry(5)]);
    expect(trace.entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(trace.dropped).toBe(2);
  });
});
