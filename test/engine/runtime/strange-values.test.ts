import { describe, expect, it } from 'vitest';
import {
  consumer,
  pipeline,
  planOf,
  producer,
  producerConsumer,
  runVirtual,
  type EntryOf,
  type TraceEntry,
} from 'sluice';

const refuse = (): never => {
  throw new Error('hands off');
};

/** Every trap of it throws. */
const untouchable = (target: object): object => new Proxy(target, new Proxy({}, { get: () => refuse }));

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

const withGetter = (target: object, key: string): object =>
  Object.defineProperty(target, key, { get: refuse, enumerable: true });

const nested = (levels: number): object => {
  let value = {};
  for (let level = 0; level < levels; level += 1) value = { value };
  return value;
};

const causes = (length: number): Error => {
  let error = new Error('the first');
  for (let i = 1; i < length; i += 1) error = new Error('caused', { cause: error });
  return error;
};

const circle = (): object => {
  const value = { self: {} };
  value.self = value;
  return value;
};

/** What a program may hand over wherever it hands over anything. */
const STRANGE: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  'a symbol': () => Symbol('s'.repeat(10_000)),
  'a symbol as a key': () => ({ [Symbol('key')]: 1 }),
  'a function': () => refuse,
  'a bigint of millions of digits': () => 1n << (1n << 23n),
  'a getter that throws': () => withGetter({}, 'x'),
  'a then that throws': () => withGetter({}, 'then'),
  'a toJSON and a toString that throw': () => ({
    toJSON: refuse,
    toString: refuse,
    [Symbol.toPrimitive]: refuse,
  }),
  'a proxy that throws': () => untouchable({}),
  'a proxy of an array that throws': () => untouchable([]),
  'a proxy of an error that throws': () => untouchable(new Error('x')),
  'a revoked proxy': revoked,
  'a circle': circle,
  'a hundred thousand levels': () => nested(100_000),
  'a list that says it holds four billion': () => new Array(2 ** 32 - 1),
  'a list whose iterator throws': () => Object.assign([1, 2], { [Symbol.iterator]: refuse, values: refuse }),
  'a typed array of a gigabyte': () => new Uint8Array(2 ** 30),
  'a text of a hundred megabytes': () => 'x'.repeat(100_000_000),
  'an error without a readable message': () => withGetter(new Error('x'), 'message'),
  'an error without a readable name': () => withGetter(new Error('x'), 'name'),
  'an error with a message of a hundred megabytes': () => new Error('x'.repeat(100_000_000)),
  'an error with a name of a hundred megabytes': () =>
    Object.assign(new Error('x'), { name: 'N'.repeat(100_000_000) }),
  'an error whose fields are no texts': () =>
    Object.assign(new Error('x'), { message: Symbol('m'), name: 7, stack: {} }),
  'an error with ten thousand causes': () => causes(10_000),
};

/** Where a program hands it over: the definition of a producer, and what its consumer does. */
const PLACES: Readonly<Record<string, (make: () => unknown) => ReturnType<typeof chain>>> = {
  event: (make) => chain(() => ({ events: [make()] })),
  state: (make) => chain(() => ({ state: make() })),
  'all of a step': (make) => chain(make),
  'events of a step': (make) => chain(() => ({ events: make() })),
  'reason to stop': (make) => chain(() => ({ stop: make() })),
  thrown: (make) =>
    chain(() => {
      throw make();
    }),
  rejected: (make) => chain(() => Promise.reject(make())),
  'first state': (make) => chain(() => undefined, make),
};

/** A producer that is asked once, what passes its events on, and what they come to. */
function chain(handleDemand: () => unknown, init: () => unknown = () => null) {
  let isAsked = false;
  const first = producer<unknown, unknown>({
    init,
    handleDemand: () => {
      if (isAsked) return undefined;
      isAsked = true;
      // What is tried here is what the types forbid.
      return handleDemand() as undefined;
    },
  });
  return pipeline(({ start, subscribe }) => {
    const source = start('source', first);
    const middle = start('middle', producerConsumer({ handleEvents: (events: unknown[]) => ({ events }) }));
    const sink = start('sink', consumer({ handleEvents: () => undefined }));
    subscribe(middle, { to: source, maxDemand: 4 });
    subscribe(sink, { to: middle, maxDemand: 4 });
  });
}

const crashesIn = (entries: readonly TraceEntry[]): EntryOf<'crash'>[] =>
  entries.filter((entry) => entry.type === 'crash');

/** Giants take their time on a busy machine. */
const LONG = { timeout: 60_000 };

/** Far more than any entry needs, and far less than any giant is. */
const MAX_JSON = 100_000;

describe('runVirtual()', LONG, () => {
  describe.each(Object.entries(PLACES))('with something strange as %s', (_, at) => {
    it.each(Object.entries(STRANGE))('survives %s', async (_, make) => {
      const { entries, ended } = await runVirtual(planOf(at(make)), { seed: 0, entryBudget: 5_000 });
      expect(['idle', 'exited', 'crashed']).toContain(ended);
      for (const { stage, callback, error } of crashesIn(entries)) {
        expect([stage, callback]).toEqual(['source', callback === 'init' ? 'init' : 'handleDemand']);
        expect(error.message.length).toBeGreaterThan(0);
      }
      expect(structuredClone(entries)).toEqual(entries);
      expect(JSON.stringify(entries).length).toBeLessThan(MAX_JSON);
    });
  });

  it.each([
    ['thrown', 'undefined', 'undefined'],
    ['thrown', 'a proxy that throws', 'a value that cannot be read'],
    ['thrown', 'a bigint of millions of digits', 'a bigint of more than 200 digits'],
    ['thrown', 'an error without a readable message', 'an error whose message cannot be read'],
    ['thrown', 'an error without a readable name', 'x'],
    ['all of a step', 'a proxy that throws', 'hands off'],
    ['all of a step', 'a then that throws', 'received "then"'],
    [
      'all of a step',
      'a typed array of a gigabyte',
      'it must return nothing or an object such as { events, state }',
    ],
    ['events of a step', 'a getter that throws', 'events must be an array: received {"x":"…"}'],
    [
      'events of a step',
      'a list that says it holds four billion',
      'one step may emit at most 33,554,432 events',
    ],
  ])('says of %s that is %s: %s', async (place, what, words) => {
    const [at, make] = [PLACES[place], STRANGE[what]];
    if (!at || !make) throw new Error(`No such case: ${place}, ${what}`);
    const { entries } = await runVirtual(planOf(at(make)), { seed: 0 });
    expect(crashesIn(entries).map(({ error }) => error.message)).toEqual([expect.stringContaining(words)]);
  });
});
