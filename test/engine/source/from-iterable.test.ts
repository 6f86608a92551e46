import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  broadcastDispatcher,
  consumer,
  demandMode,
  fromIterable,
  pipeline,
  producer,
  runVirtual,
  self,
  send,
} from 'sluice';
import { collected, demands, endOf } from './collected.ts';

/** Counts what is taken of it, and whether it was closed. */
function watched(last: number) {
  const seen = { taken: 0, closed: false };
  function* numbers() {
    try {
      for (let n = 1; n <= last; n++) {
        seen.taken += 1;
        yield n;
      }
    } finally {
      seen.closed = true;
    }
  }
  return { seen, numbers };
}

describe('fromIterable()', () => {
  it('GS-200 takes a dispatcher and a demand mode', async () => {
    const got: Record<string, number[]> = { a: [], b: [] };
    const keep = (name: string) =>
      consumer<number>({ handleEvents: (events) => void got[name]?.push(...events) });
    const opener = producer({
      init: () => {
        self().info('open');
      },
      handleDemand: () => undefined,
      handleInfo: () => demandMode('source', 'forward'),
    });
    const plan = pipeline(({ start, subscribe }) => {
      const source = start(
        'source',
        fromIterable([1, 2, 3], { dispatcher: broadcastDispatcher(), demand: 'accumulate' }),
      );
      subscribe(start('a', keep('a')), { to: source, cancel: 'transient', maxDemand: 2 });
      subscribe(start('b', keep('b')), { to: source, cancel: 'transient', maxDemand: 2 });
      start('opener', opener);
    });
    await runVirtual(plan, { seed: 0 });
    expect(got).toEqual({ a: [1, 2, 3], b: [1, 2, 3] });
  });

  it('GS-200 refuses an option it does not have, also those of a buffer', () => {
    expect(() => fromIterable([1], { bufferSize: 10 } as never)).toThrow('Cannot use bufferSize');
    expect(() => fromIterable([1], { dispatcher: 'demand' } as never)).toThrow('Cannot use dispatcher');
    expect(() => fromIterable([1], { take: -1 })).toThrow('Cannot use take of fromIterable');
    expect(() => fromIterable(5 as never)).toThrow(
      'Cannot read from a source as fromIterable needs an iterable',
    );
  });

  it('GS-201 takes exactly as many elements as each demand wants', async () => {
    const { seen, numbers } = watched(1_000);
    const run = await collected(fromIterable(numbers, { take: 30 }), { maxDemand: 10, minDemand: 5 });
    expect(run.events).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(demands(run.entries).slice(0, 5)).toEqual([10, 5, 5, 5, 5]);
    expect(seen.taken).toBe(30);
  });

  it('GS-201 GS-202 gives every element once and in order, and ends, under any demand and schedule', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer(), { maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat({ max: 19 }),
        fc.nat(),
        async (items, maxDemand, min, seed) => {
          const minDemand = min % maxDemand;
          const run = await collected(fromIterable(items), { maxDemand, minDemand }, seed);
          expect(run.events).toEqual(items);
          expect(endOf(run.entries, 'source')).toBe('normal');
        },
      ),
      { numRuns: 50 },
    );
  });

  it('GS-203 onCancel "stop" ends it with its last consumer and closes the iterator', async () => {
    const { seen, numbers } = watched(1_000);
    const once = consumer<number>({ handleEvents: () => ({ stop: 'enough' }) });
    const plan = pipeline(({ start, subscribe }) => {
      const source = start('source', fromIterable(numbers, { onCancel: 'stop' }));
      subscribe(start('a', once), { to: source, maxDemand: 2 });
      subscribe(start('b', once), { to: source, maxDemand: 2 });
    });
    const { entries } = await runVirtual(plan, { seed: 0 });
    expect(endOf(entries, 'source')).toBe('normal');
    expect(seen).toEqual({ taken: 4, closed: true });
  });

  it('GS-203 onCancel "continue" lets it live; its iterator is closed with the run', async () => {
    const { seen, numbers } = watched(1_000);
    const once = consumer<number>({ handleEvents: () => ({ stop: 'enough' }) });
    const plan = pipeline(({ start, subscribe }) => {
      subscribe(start('sink', once), { to: start('source', fromIterable(numbers)), maxDemand: 2 });
    });
    const { entries } = await runVirtual(plan, { seed: 0 });
    expect(endOf(entries, 'source')).toBe('alive');
    expect(seen.closed).toBe(true);
  });

  it('GS-204 ignores demand after the end', async () => {
    const run = await collected(fromIterable([1, 2, 3]), { maxDemand: 2, minDemand: 1 });
    expect(demands(run.entries)).toEqual([2, 1, 1, 1]);
    expect(run.events).toEqual([1, 2, 3]);
  });

  it('GS-205 crashes with what the iterable throws, and does not close it again', async () => {
    const closed: boolean[] = [];
    const failing = {
      [Symbol.iterator]: () => ({
        next: (): IteratorResult<number> => {
          throw new Error('no more paper');
        },
        return: () => {
          closed.push(true);
          return { done: true as const, value: undefined };
        },
      }),
    };
    const run = await collected(fromIterable(failing));
    expect(endOf(run.entries, 'source')).toBe('crash: no more paper');
    expect(closed).toEqual([]);
  });

  it('GS-206 warns of messages that are not its own', async () => {
    const plan = pipeline(({ start, subscribe }) => {
      const source = start('source', fromIterable([1], { demand: 'accumulate' }));
      const nosy = consumer<number>({
        init: () => {
          self().info('go');
        },
        handleEvents: () => undefined,
        handleInfo: () => send('source', 'hello'),
      });
      subscribe(start('sink', nosy), { to: source, cancel: 'temporary' });
    });
    const { entries } = await runVirtual(plan, { seed: 0 });
    const warnings = entries.flatMap((entry) => (entry.type === 'warning' ? [entry.code] : []));
    expect(warnings).toEqual(['undefined_handle_info']);
    expect(endOf(entries, 'source')).toBe('alive');
  });

  it('GS-207 refuses any other onCancel', () => {
    expect(() => fromIterable([1], { onCancel: 'explode' as never })).toThrow(
      'Cannot use onCancel of fromIterable as it must be "continue" or "stop": received "explode"',
    );
  });

  it('GS-208 learns of the end at the next ask, where take names the last one', async () => {
    const dry = await collected(fromIterable([1, 2]), { maxDemand: 2, minDemand: 0 });
    const taken = await collected(fromIterable([1, 2, 3], { take: 2 }), { maxDemand: 2, minDemand: 0 });
    expect([dry.events, taken.events]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(demands(dry.entries)).toEqual([2, 2]);
    expect(demands(taken.entries)[0]).toBe(2);
  });

  it('begins anew in every stage of one definition when it is given a function', async () => {
    const source = fromIterable(() => [1, 2].values());
    const got: number[] = [];
    const sink = consumer<number>({ handleEvents: (events) => void got.push(...events) });
    const plan = pipeline(({ start, subscribe }) => {
      const to = start('sink', sink);
      subscribe(to, { to: start('one', source), cancel: 'transient' });
      subscribe(to, { to: start('two', source), cancel: 'transient' });
    });
    await runVirtual(plan, { seed: 0 });
    expect(got).toEqual([1, 2, 1, 2]);
  });
});
