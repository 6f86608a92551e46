import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEntry } from '../../../engine/trace/codec.ts';
import { isWholeEntry } from '../../../engine/trace/whole-entry.ts';
import { firstRun } from '../../app/view/first-run.ts';
import { traceValue, traces } from './entries.ts';

/** What becomes of an entry in a file that somebody wrote by hand. */
const mishap = fc.oneof(
  fc.record({ what: fc.constant('remove' as const), at: fc.nat({ max: 10 }) }),
  fc.record({
    what: fc.constant('replace' as const),
    at: fc.nat({ max: 10 }),
    value: fc.oneof(traceValue, fc.constantFrom('handleEvents', 'ask', 'end', 'log')),
  }),
  fc.record({ what: fc.constant('add' as const), value: traceValue }),
);

describe('isWholeEntry()', () => {
  it('accepts only what parsing would give back unchanged', () => {
    fc.assert(
      fc.property(traces({ maxLength: 20 }), fc.array(mishap, { maxLength: 2 }), (entries, mishaps) => {
        for (const entry of entries) {
          const fields = Object.entries(entry);
          for (const one of mishaps) {
            const key = fields[one.what === 'add' ? 0 : one.at % fields.length]?.[0] ?? 'type';
            const at = fields.findIndex(([name]) => name === key);
            if (one.what === 'remove') fields.splice(at, 1);
            else if (one.what === 'replace') fields.splice(at, 1, [key, one.value]);
            else fields.push(['stranger', one.value]);
          }
          const value: unknown = JSON.parse(JSON.stringify(Object.fromEntries(fields)));
          if (isWholeEntry(value)) expect(parseEntry(value)).toEqual(value);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('knows all entries that a long run consists of', async () => {
    const { entries } = await firstRun({ entryBudget: 500 });
    const others = new Set(
      entries
        .filter((entry) => !isWholeEntry(JSON.parse(JSON.stringify(entry))))
        .map((entry) => ('callback' in entry ? `${entry.type} ${entry.callback}` : entry.type)),
    );
    expect([...others].sort()).toEqual(['begin init', 'end init', 'start', 'subscribe', 'subscribed']);
  });

  it('leaves deep values and strangers to the parser', () => {
    const base = { seq: 1, atMs: 0, worker: 0, stage: 'a', cause: null };
    const end = { ...base, type: 'end', callback: 'handleDemand', count: 0, emitted: [] };
    const deep = Array.from({ length: 12 }).reduce<unknown>((inner) => [inner], 1);
    expect(isWholeEntry({ ...end, state: [1] })).toBe(true);
    expect(isWholeEntry({ ...end, state: deep })).toBe(false);
    expect([null, 7, [], {}, { ...end, state: 1, type: 'toString' }].some(isWholeEntry)).toBe(false);
  });
});
