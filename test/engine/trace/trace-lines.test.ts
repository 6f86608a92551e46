import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeEntries } from '../../../engine/trace/entry-columns.ts';
import { OLDEST_TRACE_VERSION, TRACE_VERSION } from '../../../engine/trace/trace-entry.ts';
import { decodeTrace, encodeTrace } from '../../../engine/trace/trace-lines.ts';
import { entriesOf, traces } from './entries.ts';

const TWO = entriesOf(
  { type: 'start', stage: 'numbers', kind: 'producer', state: 0 },
  { type: 'ask', stage: 'evens', subscription: 'evens←numbers', count: 10, pending: 10 },
);

const HEADER = `{"trace":${TRACE_VERSION}}`;
/** As versions before 5 wrote them. */
const OLD = [HEADER, ...TWO.map((entry) => JSON.stringify(entry)), ''].join('\n');

describe('decodeTrace()', () => {
  it('gives back what encodeTrace() was given', () => {
    fc.assert(
      fc.property(traces({ maxLength: 30 }), (entries) => {
        expect(decodeTrace(encodeTrace(entries))).toEqual(entries);
      }),
    );
  });

  it('reads a line per entry, too, and both in one', () => {
    expect(decodeTrace(OLD)).toEqual(TWO);
    expect(decodeTrace(OLD + encodeEntries(TWO))).toEqual([...TWO, ...TWO]);
  });

  it.each([
    ['a line per entry', OLD],
    ['blocks', encodeTrace(TWO)],
  ])('skips empty lines and leaves out fields it does not know, of %s', (_, whole) => {
    const text = whole.replaceAll('\n', '\n\n').replace('"count":10', '"count":10,"colour":"red"');
    expect(decodeTrace(text)).toEqual(TWO);
  });

  it.each([
    [
      'a field of the wrong type',
      '"count":10',
      '"count":"10"',
      /line 3 is not, .*count must be a number: received "10"/,
    ],
    [
      'an unknown type',
      '"type":"ask"',
      '"type":"beg"',
      /line 3 is not, .*type must be one of start, .*: received "beg"/,
    ],
    [
      'a missing field',
      '"stage":"evens",',
      '',
      /line 3 is not, .*stage must be a string: received undefined/,
    ],
    ['a cut line', '"pending":10}', '"pen', /line 3 is not, .*JSON/],
    [
      'an unknown choice',
      '"kind":"producer"',
      '"kind":"robot"',
      /line 2 is not, .*kind must be one of producer/,
    ],
    ['a nested value that is no data', '{"seq":1', '[{"seq":1', /line 2 is not/],
  ])('names the line and the field of %s', (_, whole, broken, message) => {
    expect(OLD).toContain(whole);
    expect(() => decodeTrace(OLD.replace(whole, broken))).toThrow(message);
  });

  it('refuses a recording of another version, or without one', () => {
    expect(() => decodeTrace(encodeTrace(TWO).replace(HEADER, '{"trace":1}'))).toThrow(
      `Cannot read the recording as it must be of version ${OLDEST_TRACE_VERSION} to ${TRACE_VERSION}: received 1`,
    );
    expect(() => decodeTrace('')).toThrow(/line 1/);
  });
});
