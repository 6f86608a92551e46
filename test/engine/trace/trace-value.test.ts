import { describe as suite, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  MAX_EVENTS,
  MAX_PICTURED,
  Pictured,
  describe,
  printedValue,
  traceError,
  traceEvents,
  traceValue,
} from '../../../engine/trace/trace-value.ts';
import { Recorder } from '../../../engine/trace/recorder.ts';

suite('traceValue()', () => {
  it('keeps plain values as they are', () => {
    const value = { n: 1, text: 'a', list: [true, null], inner: { deep: { x: 1 } } };
    expect(traceValue(value)).toEqual(value);
  });

  it('marks what it leaves out', () => {
    expect(traceValue('x'.repeat(201))).toBe(`${'x'.repeat(200)}…`);
    expect(traceValue(Array.from({ length: 21 }, (_, i) => i))).toEqual([...Array(20).keys(), '…']);
    expect(traceValue({ a: { b: { c: { d: 1 } } } })).toEqual({ a: { b: { c: '…' } } });
  });

  it('gives words to what JSON has none for', () => {
    expect(traceValue([undefined, Number.NaN, -Infinity, 5n, Symbol('s')])).toEqual([
      null,
      'NaN',
      '-Infinity',
      '5n',
      'Symbol(s)',
    ]);
    expect(traceValue(new Map([['a', 1]]))).toEqual([['a', 1]]);
    expect(traceValue(new Uint8Array([1, 2]))).toEqual([1, 2]);
    expect(traceValue(new Date(0))).toBe('1970-01-01T00:00:00.000Z');
    expect(traceValue(function next() {})).toBe('function next');
  });

  it('tells a bigint with too many digits by its size, and cuts the description of a symbol', () => {
    expect(traceValue(1n << (1n << 20n))).toBe('a bigint of more than 200 digits');
    expect(traceValue(-(10n ** 200n))).toBe('a bigint of more than 200 digits');
    expect(traceValue(10n ** 199n)).toBe(`1${'0'.repeat(199)}n`);
    expect(traceValue(Symbol('s'.repeat(1_000)))).toHaveLength(201);
  });

  it('never throws, and always gives what can be cloned and written as JSON', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
        (value) => {
          const kept = traceValue(value);
          expect(structuredClone(kept)).toEqual(kept);
          expect(JSON.stringify(kept)).toEqual(expect.any(String));
        },
      ),
    );
  });

  it('shows a picture in the place of what has one, and as deep', () => {
    class Numbers extends Pictured {
      readonly hidden = 'hidden';
      override picture(): unknown {
        return { first: { second: { third: 3 } }, all: Array.from({ length: MAX_PICTURED }, () => 0) };
      }
    }
    const all = [...Array<number>(20).fill(0), '…'];
    expect(traceValue(new Numbers())).toEqual({ first: { second: { third: 3 } }, all });
    expect(traceValue([new Numbers()])).toEqual([{ first: { second: '…' }, all }]);
  });

  it('names a promise, which has nothing to show', () => {
    expect(traceValue([Promise.resolve(1)])).toEqual(['a promise']);
  });

  it('keeps a key named __proto__ as a key', () => {
    const value: unknown = JSON.parse('{ "__proto__": { "x": 1 } }');
    expect(JSON.stringify(traceValue(value))).toBe('{"__proto__":{"x":1}}');
  });

  it('survives getters that throw, proxies that refuse and circles', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(traceValue(circle)).toEqual(['…']);
    const trap = Object.defineProperty({}, 'x', { enumerable: true, get: () => { throw new Error('no'); } }); // prettier-ignore
    expect(traceValue(trap)).toEqual({ x: '…' });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(traceValue(proxy)).toBe('…');
  });
});

suite('printedValue()', () => {
  const grouped = (size: number) =>
    new Map(Array.from({ length: size }, (_, i) => [`key ${i}`, [{ origin: 'ATL', delay: i }]] as const));

  it('shows the records of a Map of lists', () => {
    expect(printedValue(grouped(1))).toEqual([['key 0', [{ origin: 'ATL', delay: 0 }]]]);
  });

  it('goes no deeper than a trace where that would be much', () => {
    const row = Array.from({ length: 20 }, (_, i) => i);
    const cube = row.map(() => row.map(() => row.map(() => row)));
    expect(printedValue(cube)).toEqual(traceValue(cube));
  });
});

suite('traceEvents()', () => {
  it('keeps at most a thousand values', () => {
    expect(traceEvents(Array.from({ length: 5_000 }, (_, i) => i))).toHaveLength(MAX_EVENTS);
  });

  it('copies numbers and previews the rest, holes included', () => {
    const numbers = [1, 2, 3];
    const kept = traceEvents(numbers);
    numbers.push(4);
    expect(kept).toEqual([1, 2, 3]);
    expect(traceEvents([1, NaN, 'a', { b: [2] }])).toEqual([1, 'NaN', 'a', { b: [2] }]);
    const holey = new Array<number>(2);
    holey[1] = 7;
    expect(traceEvents(holey)).toEqual([null, 7]);
  });
});

suite('traceError() and describe()', () => {
  it('keep name, message, code and stack, also of what is no error', () => {
    expect(traceError(new TypeError('wrong'))).toMatchObject({ name: 'TypeError', message: 'wrong' });
    expect(traceError('just text')).toEqual({ name: 'Thrown', message: '"just text"' });
    const error = new Error('x');
    Object.defineProperty(error, 'message', { get: () => { throw new Error('no'); } }); // prettier-ignore
    expect(traceError(error).message).toBe('an error whose message cannot be read');
    expect(describe(Promise.resolve(1))).toBe('a promise');
    const giant = traceError(new Error('x'.repeat(1_000_000)));
    expect(giant.message).toHaveLength(2_001);
    expect(giant.stack).toMatch(/^Error: x+…\n +at .*trace-value\.test/);
    expect([undefined, null, 3, 'a', [1]].map(describe)).toEqual(['undefined', 'null', '3', '"a"', '[1]']);
  });
});

suite('Recorder', () => {
  it('keeps up to its capacity until entries are taken, and counts the rest', () => {
    const recorder = new Recorder(2);
    const entry = { atMs: 0, worker: 0, stage: 's', cause: null, type: 'discard', count: 1 } as const;
    for (let seq = 1; seq <= 3; seq++) recorder.add({ ...entry, seq });
    expect(recorder.take(1).map(({ seq }) => seq)).toEqual([1]);
    recorder.add({ ...entry, seq: 4 });
    expect(recorder.take().map(({ seq }) => seq)).toEqual([2, 4]);
    expect([recorder.recorded, recorder.dropped]).toEqual([4, 1]);
  });
});
