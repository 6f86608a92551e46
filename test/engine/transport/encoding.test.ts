import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineError } from 'sluice';
import type { RemoteEnvelope } from '../../../engine/stage/message.ts';
import { BatchDecoder } from '../../../engine/transport/encoding/batch-decoder.ts';
import { BatchEncoder } from '../../../engine/transport/encoding/batch-encoder.ts';
import { generateRecordCode, type Generate } from '../../../engine/transport/encoding/record-code.ts';
import { anatomy } from './anatomy.ts';
import { eventsEnvelope } from './transport-laws.ts';

const evaluate: Generate = (expression, take) => take(new Function(`return ${expression}`)());

/** Fields of records, the dangerous ones among them. */
const field = fc.oneof(
  fc.constantFrom('id', 'key', 'value', 'at', '__proto__', 'constructor', 'toString', '0', '7', ''),
  fc.string({ maxLength: 4 }),
);
const text = fc.oneof(
  fc.constantFrom('', 'a', 'key-1', 'key-2', '\ufeffmark', '\ud800', 'ä', '→', '🙂'),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: 80 }),
);
const plain = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 2 ** 31, -(2 ** 31), 2 ** 31 - 1, 2 ** 53),
  text,
  fc.boolean(),
  fc.constantFrom(null, undefined),
);

/** What has a compact form, whatever it is made of. */
const compact = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    plain,
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.date({ noInvalidDate: false }),
    fc.array(tie('value'), { maxLength: 10 }),
    fc.dictionary(field, tie('value'), { maxKeys: 6, noNullPrototype: false }),
    fc.array(fc.tuple(plain, tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => new Set(items)),
  ),
})).value;

/** A batch of records of one shape, each field with values of one kind most of the time. */
const records = fc
  .tuple(
    fc.uniqueArray(
      fc.tuple(
        field,
        fc.oneof(fc.constant(fc.integer()), fc.constant(text), fc.constant(plain), fc.constant(compact)),
      ),
      {
        minLength: 1,
        maxLength: 6,
        selector: ([name]) => name,
      },
    ),
    fc.nat({ max: 300 }),
  )
  .chain(([fields, count]) =>
    fc
      .array(fc.tuple(...fields.map(([, values]) => values)), { minLength: 1, maxLength: Math.max(1, count) })
      .map((rows) =>
        rows.map((row) => {
          const record = {};
          fields.forEach(([name], i) =>
            Object.defineProperty(record, name, {
              value: row[i],
              enumerable: true,
              writable: true,
              configurable: true,
            }),
          );
          return record;
        }),
      ),
  );
const tuples = fc
  .integer({ min: 1, max: 9 })
  .chain((length) => fc.array(fc.array(plain, { minLength: length, maxLength: length }), { maxLength: 50 }));
const batch = fc.oneof(
  fc.array(compact, { maxLength: 12 }),
  fc.array(fc.integer(), { maxLength: 300 }),
  fc.array(fc.double(), { maxLength: 300 }),
  fc.array(text, { maxLength: 300 }),
  records,
  tuples,
);

class Point {
  readonly x: number;
  readonly y: number;
  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
  get length(): number {
    return Math.hypot(this.x, this.y);
  }
}
class Numbered extends Map<string, number> {}
const shared = { name: 'shared' };
const cycle: { self: unknown } = { self: null };
cycle.self = cycle;

/** What a structured clone treats in its own way. */
const strange = fc.constantFrom<() => unknown>(
  () => new Point(1, 2),
  () => Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } }),
  () => Object.create(null),
  () => Object.freeze({ frozen: Object.freeze([1]) }),
  () => Object.defineProperty({ seen: 1 }, 'hidden', { value: 2, enumerable: false }),
  () => ({ [Symbol('unseen')]: 1, seen: 2 }),
  () => ({
    get answer() {
      return 42;
    },
  }),
  // eslint-disable-next-line no-sparse-arrays
  () => [1, , 3],
  () => new Array(3),
  () => Object.assign([1, 2], { extra: 3 }),
  // eslint-disable-next-line no-sparse-arrays
  () => Object.assign([1, ,], { extra: 3 }),
  () => /a(b)/.exec('ab'),
  () => [shared, shared],
  () => cycle,
  () => new Error('what happened'),
  () => /regexp/g,
  () => new Uint8Array([1, 2, 3]),
  () => new Number(1),
  () => new String('text'),
  () => new Numbered([['a', 1]]),
  () => Object.assign(new Map([[1, 2]]), { extra: 1 }),
  () => Object.assign(new Date(5), { extra: 1 }),
  () => 2n ** 64n,
  () => -(2n ** 63n) - 1n,
  () => ({ a: { a: { a: { a: {} } } } }),
  () => Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${i}`, i])),
);

describe.each<[string, Generate | null]>([
  ['by closures', null],
  ['by generated code', evaluate],
])('BatchEncoder and BatchDecoder, records %s', (_, generate) => {
  beforeAll(() => generateRecordCode(generate));
  afterAll(() => generateRecordCode(null));

  it('give what a structured clone gives, for whatever has a compact form (SAB-5)', () => {
    fc.assert(
      fc.property(fc.array(batch, { minLength: 1, maxLength: 4 }), (batches) => {
        const line = connect();
        for (const events of batches) {
          const got = line.cross(events);
          expect(got && anatomy(got)).toEqual(anatomy(structuredClone(events)));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('give that or nothing for what is strange, and go on afterwards (SAB-5)', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.array(
            fc.oneof(
              strange.map((make) => make()),
              compact,
            ),
            { maxLength: 5 },
          ),
          { maxLength: 6 },
        ),
        (batches) => {
          const line = connect();
          for (const events of batches) {
            const got = line.cross(events);
            if (got) expect(anatomy(got)).toEqual(anatomy(structuredClone(events)));
            expect(line.cross(['still', 'in', 'step', { key: 'still' }])).toEqual([
              'still',
              'in',
              'step',
              { key: 'still' },
            ]);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('keep shapes that come again and again, whatever their fields are called', () => {
    const line = connect();
    for (let round = 0; round < 4; round += 1) {
      const events = Array.from({ length: 150 }, (__, i) =>
        Object.fromEntries(
          ['7', 'a"b', 'a\nb', '\u2028', '${x}', 'constructor', '__proto__'].map((key) => [key, i + round]),
        ),
      );
      expect(anatomy(line.cross(events))).toEqual(anatomy(structuredClone(events)));
      const pairs = events.map((event, i) => [i, event, 'text']);
      expect(anatomy(line.cross(pairs))).toEqual(anatomy(structuredClone(pairs)));
      // Of the same shape, but for one.
      const others: unknown[] = events.map((event) => ({ ...event }));
      others[149] = { 7: 1 };
      expect(anatomy(line.cross(others))).toEqual(anatomy(structuredClone(others)));
    }
  });

  it.each([
    ['at the end of a batch', [{ a: 1 }, { a: 2 }, shared, shared]],
    ['as rows that hold the same', [shared, { name: 'shared' }, shared]],
    [
      'as rows that hold nothing to tell them apart',
      Array.from({ length: 100 }, (__, i) => (i === 99 ? 0 : i)).map((i) => ROWS[i]),
    ],
    ['within others', [{ inner: shared }, { inner: shared }]],
    ['as a row and within another', [shared, { name: shared }]],
    ['as tuples', [PAIR, PAIR]],
  ])('leave objects that occur twice to the clone: %s', (__, events) => {
    expect(connect().cross(events)).toBeNull();
  });

  it('do not take equal objects for the same', () => {
    const events = Array.from({ length: 500 }, () => ({ kind: 'a', ok: true }));
    expect(connect().cross(events)).toEqual(events);
  });

  it('never break but with an error that says so, whatever the bytes (SAB-6)', () => {
    fc.assert(
      fc.property(
        batch,
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 }),
        fc.option(fc.nat()),
        (events, changes, cut) => {
          const bytes = encodedBytes(events);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          readOrRefuse(bytes.subarray(0, cut === null ? bytes.length : cut % (bytes.length + 1)));
        },
      ),
      { numRuns: 1_000 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), readOrRefuse), { numRuns: 1_000 });
  });
});

const PAIR = ['a', 1];
const ROWS = Array.from({ length: 100 }, () => ({ kind: 'a', ok: true }));

describe('BatchEncoder', () => {
  it('takes all messages of the protocol, several in a batch', () => {
    const envelopes: RemoteEnvelope[] = [
      { to: 'a', from: 'b', cause: null, message: { type: 'ask', subscription: 's', count: 1_000 } },
      {
        to: 'a',
        from: null,
        cause: 2 ** 40,
        message: { type: 'cancel', subscription: 's', reason: ['shutdown', { x: 1 }] },
      },
      {
        to: 'a',
        from: 'b',
        cause: 3,
        message: { type: 'events', subscription: 's', first: 2 ** 35, events: [1], life: 2 },
      },
      { to: 'a', from: 'b', cause: 3, message: { type: 'signal', reason: 'kill' } },
    ];
    const [encoder, decoder] = [new BatchEncoder(), new BatchDecoder()];
    expect(cross(encoder, decoder, envelopes)).toEqual(envelopes);
  });

  it('has two bytes for a text that it has told before', () => {
    const encoder = new BatchEncoder();
    const lengths = [1, 2].map(
      () => encoder.encode([eventsEnvelope('numbers', Array(100).fill('some key'))])?.length,
    );
    expect(lengths[0]).toBeLessThan(100 * 2 + 70);
    expect(lengths[1]).toBeLessThan(100 * 2 + 30);
  });

  it('leaves what is too large to the clone', () => {
    const line = connect();
    expect(line.cross(['x'.repeat(5_000_000)])).toBeNull();
    expect(line.cross(['small'])).toEqual(['small']);
  });

  it('tries less and less often what has no compact form, until it has one', () => {
    const encoder = new BatchEncoder();
    const tries = (count: number, event: () => unknown): string =>
      Array.from({ length: count }, () => {
        let isTried = false;
        const spy = Object.defineProperty({}, 'a', { get: () => (isTried = true), enumerable: true });
        encoder.encode([eventsEnvelope('numbers', [spy, event()])]);
        return isTried ? '!' : '.';
      }).join('');
    expect(tries(16, () => /no compact form/)).toBe('!.!..!....!.....');
    expect(tries(12, () => 1)).toBe('...!!!!!!!!!');
  });

  it('is not written into by a getter that encodes', () => {
    const encoder = new BatchEncoder();
    let inner: unknown = 'nothing';
    const event = {
      get a() {
        inner = encoder.encode([eventsEnvelope('numbers', [1])]);
        return 1;
      },
    };
    const outer = encoder.encode([eventsEnvelope('numbers', [event])]);
    expect(inner).toBeNull();
    expect(outer).not.toBeNull();
  });
});

function connect() {
  const [encoder, decoder] = [new BatchEncoder(), new BatchDecoder()];
  let batches = 0;
  return {
    /** Events after they have crossed on a subscription of their own; `null`: they have no compact form. */
    cross(events: readonly unknown[]): readonly unknown[] | null {
      const envelope = eventsEnvelope('numbers', events);
      batches += 1;
      const message = { ...envelope.message, subscription: `s${batches}` };
      const [got] = cross(encoder, decoder, [{ ...envelope, message }]) ?? [];
      return got?.message.type === 'events' ? got.message.events : null;
    },
  };
}

function cross(
  encoder: BatchEncoder,
  decoder: BatchDecoder,
  envelopes: readonly RemoteEnvelope[],
): readonly RemoteEnvelope[] | null {
  const encoded = encoder.encode(envelopes);
  if (!encoded) return null;
  decoder.room(encoded.length).set(encoded.bytes.subarray(0, encoded.length));
  return decoder.decode(encoded.length);
}

function encodedBytes(events: readonly unknown[]): Uint8Array {
  const encoded = new BatchEncoder().encode([eventsEnvelope('numbers', events)]);
  return encoded ? encoded.bytes.slice(0, encoded.length) : new Uint8Array(8);
}

function readOrRefuse(bytes: Uint8Array): void {
  const decoder = new BatchDecoder();
  decoder.room(bytes.length).set(bytes);
  try {
    decoder.decode(bytes.length);
  } catch (error) {
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ code: 'line_damaged' });
  }
}
