import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { eventHash } from '../../../engine/dispatcher/event-hash.ts';
import { valueKey } from '../../../engine/flow/by-value.ts';

const same = (a: unknown, b: unknown) => Object.is(valueKey(a), valueKey(b));

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(null, undefined, true, false, 0, 1, '', '1', 'null', '[1]', '{}', 1n, '1n', NaN),
    fc.string({ maxLength: 3 }),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.string({ maxLength: 2 }), tie('any'), { maxKeys: 3, noNullPrototype: true }),
    fc.array(fc.tuple(fc.nat({ max: 2 }), tie('any')), { maxLength: 2 }).map((pairs) => new Map(pairs)),
    fc.array(fc.nat({ max: 3 }), { maxLength: 3 }).map((members) => new Set(members)),
    fc.constantFrom(new Date(0), new Date(1)),
    fc.uint8Array({ maxLength: 2 }),
  ),
})).any;

describe('valueKey()', () => {
  it('gives the same for equal values and something else for others', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(same(a, structuredClone(a))).toBe(true);
        expect(same(a, b)).toBe(isDeepStrictEqual(a, b));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the same only for values that go to the same partition', () => {
    // Few values, so that many are equal.
    const part = fc.constantFrom(0, -0, 1, 'a', null, undefined);
    const small = fc.oneof(
      part,
      fc.array(part, { maxLength: 2 }),
      fc.dictionary(fc.constantFrom('a', 'b'), part, { noNullPrototype: true }),
      fc.uniqueArray(part, { maxLength: 2 }).map((members) => new Set(members)),
      fc.array(fc.tuple(part, part), { maxLength: 2 }).map((pairs) => new Map(pairs)),
    );
    fc.assert(
      fc.property(small, small, (a, b) => {
        fc.pre(same(a, b));
        expect(eventHash(a)).toBe(eventHash(b));
      }),
      { numRuns: 300 },
    );
  });

  it('lets a primitive stand for itself', () => {
    const mark = Symbol('mark');
    for (const primitive of ['a', 1, 1n, true, null, undefined, mark]) {
      expect(valueKey(primitive)).toBe(primitive);
    }
  });

  it('tells a text from what stands for another value', () => {
    for (const other of [[1], {}, new Map(), new Date(0)]) {
      const key = valueKey(other);
      expect(typeof key).toBe('string');
      expect(same(key, other)).toBe(false);
      expect(same(valueKey(key), key)).toBe(false);
    }
  });

  it('tells apart what looks alike, however deep it lies', () => {
    const alike = [1, '1', 1n, '1n', true, 'true', null, 'null', undefined, 'undefined', NaN, [1], ['1'], {}];
    const more = [
      new Map(),
      new Set(),
      new Date(1),
      new Date(2),
      '^1',
      '#1',
      '@1',
      'd1',
      new Set([1]),
      { 1: 1 },
    ];
    for (const a of [...alike, ...more]) {
      for (const b of [...alike, ...more]) expect(same([a], [b])).toBe(a === b || Object.is(a, b));
    }
    expect(same([1n], [2n])).toBe(false);
    expect(same(new Date(1), new Date(2))).toBe(false);
    expect(same([new Date(1)], [new Date(1)])).toBe(true);
  });

  it('takes minus zero for zero, also within an array', () => {
    expect(new Set([valueKey(0), valueKey(-0)]).size).toBe(1);
    expect(same([0], [-0])).toBe(true);
  });

  it('does not mind the order of the keys of records, of Maps and of Sets', () => {
    expect(same({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
    expect(same(new Map([['a', 1], ['b', 2]]), new Map([['b', 2], ['a', 1]]))).toBe(true); // prettier-ignore
    expect(same(new Set([1, 2]), new Set([2, 1]))).toBe(true);
    expect(same([1, 2], [2, 1])).toBe(false);
  });

  it('takes an instance of a class for the record that arrives at another worker', () => {
    class Airport {
      readonly code: string;
      constructor(code: string) {
        this.code = code;
      }
    }
    expect(same(new Airport('VIE'), { code: 'VIE' })).toBe(true);
    expect(same(new Airport('VIE'), new Airport('GRZ'))).toBe(false);
  });

  it('tells functions, symbols and objects that show nothing by identity', () => {
    const double = (n: number) => 2 * n;
    const half = (n: number) => n / 2;
    expect(same([double], [double])).toBe(true);
    expect(same([double], [half])).toBe(false);
    expect(same([Symbol.iterator], [Symbol.iterator])).toBe(true);
    expect(same([Symbol.iterator], [Symbol.hasInstance])).toBe(false);
    const [first, second] = [new WeakSet(), new WeakSet()];
    expect(same(first, first)).toBe(true);
    expect(same(first, second)).toBe(false);
  });

  it('reads an object that holds itself', () => {
    const ring = () => {
      const list: unknown[] = [1];
      list.push(list);
      return list;
    };
    expect(same(ring(), ring())).toBe(true);
    expect(same(ring(), [1, [1]])).toBe(false);
    const outer: unknown[] = [[]];
    const inner: unknown[] = [];
    outer[0] = inner;
    inner.push(outer);
    const self: unknown[] = [];
    self.push(self);
    // In one the object within is itself, in the other it is what holds it.
    expect(same(outer, [self])).toBe(false);
  });

  it('tells apart typed arrays of different kinds that hold the same bytes, and buffers by their bytes', () => {
    expect(same(new Uint8Array([1]), new Int8Array([1]))).toBe(false);
    expect(same(new Uint8Array([1]).buffer, new Uint8Array([1]).buffer)).toBe(true);
    expect(same(new Uint8Array([1]).buffer, new Uint8Array([2]).buffer)).toBe(false);
  });

  it('refuses what is too deep or too much to be gone through', () => {
    const nested = (levels: number) => {
      let list: unknown[] = [];
      for (let i = 1; i < levels; i++) list = [list];
      return list;
    };
    expect(same(nested(500), nested(500))).toBe(true);
    expect(() => valueKey(nested(501))).toThrow(
      'Cannot compare a key by value as it must hold objects at most 500 levels deep: received [[["…"]]]',
    );
    // Each list holds the one before twice: 30 of them stand for a tree of 2³⁰ values.
    let twice: unknown[] = [];
    for (let i = 0; i < 30; i++) twice = [twice, twice];
    expect(() => valueKey(twice)).toThrow('as it must hold at most 1000000 values');
    const endless: object = new Proxy(
      {},
      {
        ownKeys: () => ['inner'],
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
        get: () => endless,
      },
    );
    // It holds itself.
    expect(same([endless], [endless])).toBe(true);
  });

  it('lets through what a getter throws, and compares on', () => {
    const trap = {
      get inner(): unknown {
        throw new RangeError('no');
      },
    };
    expect(() => valueKey([1, trap])).toThrow(new RangeError('no'));
    expect(same([1], [1])).toBe(true);
  });
});
