import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consumer,
  fromAsyncIterable,
  fromNodeStream,
  fromReadableStream,
  pipeline,
  producer,
  runLocal,
  runVirtual,
  sleep,
  type Producer,
} from 'sluice';
import { collected, endOf } from './collected.ts';

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

/** A source that counts how many of its elements were read, and how it was let go of. */
interface Instrumented {
  readonly source: Producer<void, number>;
  /** Elements asked of it, in all. */
  read: number;
  closed: unknown;
}

const KINDS: Readonly<Record<string, (last: number) => Instrumented>> = {
  fromAsyncIterable(last) {
    const seen: Instrumented = {
      read: 0,
      closed: null,
      source: fromAsyncIterable<number>(() => ({
        [Symbol.asyncIterator]: () => ({
          next: async () => {
            seen.read += 1;
            await null;
            return seen.read > last
              ? { done: true as const, value: undefined }
              : { done: false as const, value: seen.read };
          },
          return: () => {
            seen.closed = 'returned';
            return Promise.resolve({ done: true as const, value: undefined });
          },
        }),
      })),
    };
    return seen;
  },
  fromReadableStream(last) {
    const seen: Instrumented = {
      read: 0,
      closed: null,
      source: fromReadableStream(
        () =>
          new ReadableStream<number>(
            {
              pull(controller) {
                seen.read += 1;
                if (seen.read > last) controller.close();
                else controller.enqueue(seen.read);
              },
              cancel(reason) {
                seen.closed = reason;
              },
            },
            { highWaterMark: 0 },
          ),
      ),
    };
    return seen;
  },
  fromNodeStream(last) {
    const seen: Instrumented = {
      read: 0,
      closed: null,
      source: fromNodeStream<number>(
        () =>
          new Readable({
            objectMode: true,
            highWaterMark: 1,
            read() {
              seen.read += 1;
              this.push(seen.read > last ? null : seen.read);
            },
            destroy(_error, done) {
              seen.closed = 'destroyed';
              done(null);
            },
          }),
      ),
    };
    return seen;
  },
};

/** Elements that a stream keeps ready by its own choice, beyond what is wanted of it. */
const OWN_READ_AHEAD: Readonly<Record<string, number>> = { fromNodeStream: 2 };

describe.each(Object.keys(KINDS))('%s()', (name) => {
  const make = (last: number): Instrumented => {
    const kind = KINDS[name];
    if (!kind) throw new Error(`no kind ${name}`);
    return kind(last);
  };

  it('gives every element once and in order, and ends, under any demand and schedule', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 40 }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(),
        async (last, maxDemand, seed) => {
          const run = await collected(make(last).source, { maxDemand }, seed);
          expect(run.events).toEqual(upTo(last));
          expect(endOf(run.entries, 'source')).toBe('normal');
        },
      ),
      { numRuns: 15 },
    );
  });

  it('never reads more than is wanted', async () => {
    const instrumented = make(1_000);
    const ahead: number[] = [];
    let handled = 0;
    const slow = consumer<number>({
      handleEvents: async (events) => {
        await sleep(50);
        handled += events.length;
        ahead.push(instrumented.read - handled);
        return handled >= 60 ? { stop: 'normal' } : {};
      },
    });
    const plan = pipeline(({ start, subscribe }) => {
      subscribe(start('sink', slow), {
        to: start('source', instrumented.source),
        maxDemand: 8,
        minDemand: 4,
      });
    });
    await runVirtual(plan, { seed: 0 });
    expect(Math.max(...ahead)).toBeLessThanOrEqual(8 + (OWN_READ_AHEAD[name] ?? 0));
    expect(handled).toBe(60);
  });

  it('reads nothing before anything is wanted', async () => {
    const instrumented = make(10);
    const plan = pipeline(({ start }) => {
      start('source', instrumented.source);
    });
    await runVirtual(plan, { seed: 0 });
    expect(instrumented.read).toBe(0);
  });

  it('lets go of what it reads when its stage is killed', async () => {
    const instrumented = make(1_000_000);
    const idle = consumer<number>({ handleEvents: () => sleep(1_000_000) });
    const plan = pipeline(({ start, subscribe }) => {
      subscribe(start('sink', idle), {
        to: start('source', instrumented.source),
        maxDemand: 2,
        cancel: 'temporary',
      });
    });
    const run = runLocal(plan);
    await new Promise((resolve) => setTimeout(resolve, 20));
    run.kill('source', 'enough');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(instrumented.closed).not.toBeNull();
    run.stop();
  });

  it('refuses what cannot be read', () => {
    const given = { fromAsyncIterable, fromReadableStream, fromNodeStream }[name];
    expect(() => given?.(7 as never)).toThrow(`Cannot read from a source as ${name} needs`);
  });
});

describe('fromAsyncIterable()', () => {
  it('waits without keeping other stages waiting', async () => {
    const order: string[] = [];
    const late = fromAsyncIterable(async function* () {
      await sleep(1_000);
      order.push('late');
      yield 1;
    });
    const numbers = producer({
      init: () => 0,
      handleDemand: (demand, n) => ({
        events: Array.from({ length: Math.min(demand, 5 - n) }, (_, i) => n + i),
        state: 5,
      }),
    });
    const plan = pipeline(({ start, subscribe }) => {
      const sink = start(
        'sink',
        consumer<number>({ handleEvents: (events) => void order.push(`got ${events.join(' ')}`) }),
      );
      subscribe(sink, { to: start('late', late), cancel: 'transient' });
      subscribe(sink, { to: start('numbers', numbers) });
    });
    const { entries } = await runVirtual(plan, { seed: 0 });
    expect(order).toEqual(['got 0 1 2 3 4', 'late', 'got 1']);
    // Virtual time: the generator slept by the run's clock.
    expect(entries.at(-1)?.atMs).toBe(1_000);
  });

  it('answers a cancellation while it waits', async () => {
    const never = fromAsyncIterable(
      async function* () {
        await sleep(60_000);
        yield 1;
      },
      { onCancel: 'stop' },
    );
    const leaving = consumer<number>({
      handleSubscribe: () => undefined,
      handleEvents: () => undefined,
      handleInfo: () => ({ stop: 'normal' }),
      init: () => undefined,
      subscribeTo: [],
    });
    const stopper = producer({
      init: () => undefined,
      handleDemand: () => ({ stop: 'normal' }),
    });
    const plan = pipeline(({ start, subscribe }) => {
      const sink = start('sink', leaving);
      subscribe(sink, { to: start('source', never) });
      subscribe(sink, { to: start('stopper', stopper) });
    });
    const { entries } = await runVirtual(plan, { seed: 0 });
    expect(endOf(entries, 'source')).toBe('normal');
    expect(entries.at(-1)?.atMs).toBe(0);
  });

  it('hands over as one batch what has come by the time its stage goes on', async () => {
    const gates: (() => void)[] = [];
    const source = fromAsyncIterable(async function* () {
      for (let n = 1; n <= 9; n++) {
        if (n % 3 === 1) await sleep(10);
        yield n;
      }
    });
    const { batches } = await collected(source, { maxDemand: 100 });
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]);
    expect(gates).toEqual([]);
  });

  it('gives what came before a failure, then crashes with its cause', async () => {
    const source = fromAsyncIterable(async function* () {
      yield* [1, 2];
      await null;
      throw new Error('line lost');
    });
    const run = await collected(source);
    expect(run.events).toEqual([1, 2]);
    expect(endOf(run.entries, 'source')).toBe('crash: line lost');
  });

  it('reads at most what take says, and closes the iterator then', async () => {
    const instrumented = KINDS['fromAsyncIterable']?.(100);
    const bounded = fromAsyncIterable(
      () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => Promise.resolve({ done: false as const, value: 1 }),
          return: () => {
            if (instrumented) instrumented.closed = 'returned';
            return Promise.resolve({ done: true as const, value: undefined });
          },
        }),
      }),
      { take: 5 },
    );
    const run = await collected(bounded, { maxDemand: 3 });
    expect(run.events).toHaveLength(5);
    expect(endOf(run.entries, 'source')).toBe('normal');
    expect(instrumented?.closed).toBe('returned');
  });
});

describe('fromReadableStream()', () => {
  it('crashes with what the stream fails with', async () => {
    const source = fromReadableStream(
      () =>
        new ReadableStream<number>({
          pull(controller) {
            controller.error(new Error('disk gone'));
          },
        }),
    );
    const run = await collected(source);
    expect(endOf(run.entries, 'source')).toBe('crash: disk gone');
  });
});

describe('fromNodeStream()', () => {
  it('crashes with what the stream fails with', async () => {
    const source = fromNodeStream<number>(
      () =>
        new Readable({
          read() {
            this.destroy(new Error('pipe broken'));
          },
        }),
    );
    const run = await collected(source);
    expect(endOf(run.entries, 'source')).toBe('crash: pipe broken');
  });

  it('crashes when somebody destroys the stream before its end', async () => {
    const source = fromNodeStream<number>(() => {
      const stream = new Readable({ objectMode: true, read: () => undefined });
      setTimeout(() => stream.destroy(), 5);
      return stream;
    });
    const run = await collected(source);
    expect(endOf(run.entries, 'source')).toContain('received a stream that was closed before');
  });

  it('gives chunks as they are where the stream is not in object mode', async () => {
    const source = fromNodeStream<string>(() =>
      Readable.from(['to be ', 'or not'], { objectMode: false, encoding: 'utf8' }),
    );
    const run = await collected(source);
    expect(run.events.join('')).toBe('to be or not');
  });
});
