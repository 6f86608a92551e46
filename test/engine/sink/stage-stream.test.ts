import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StageHost, fromIterable, hostStream, pipeline, producer, runLocal, seededRandom } from 'sluice';
import type { StageDefinition, StageStream, StreamOptions, StreamSubscription } from 'sluice';
import { VirtualScheduler } from '../../../engine/time/virtual-scheduler.ts';

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

/** Promise jobs after which a reader that got nothing waits for something. */
const JOBS = 50;

/** Stages in this thread, driven by turns until neither they nor their readers can go on. */
class Bench {
  readonly host: StageHost;
  readonly #random: () => number;

  constructor(stages: Readonly<Record<string, StageDefinition>>, seed = 0) {
    this.#random = seededRandom(seed);
    this.host = new StageHost({
      worker: 0,
      workers: 1,
      placement: Object.fromEntries(Object.keys(stages).map((name) => [name, 0])),
      scheduler: new VirtualScheduler(),
      random: this.#random,
      trace: 'full',
      capacity: 100_000,
      onRemote: () => undefined,
    });
    for (const [name, definition] of Object.entries(stages))
      void this.host.start(name, definition, undefined);
  }

  stream<Event>(
    subscriptions: readonly StreamSubscription<Event>[],
    options?: StreamOptions,
  ): StageStream<Event> {
    return hostStream(this.host, subscriptions, options);
  }

  async settle(): Promise<void> {
    for (let quiet = 0; quiet < JOBS; quiet++) {
      const ready = this.host.ready();
      const next = ready[Math.floor(this.#random() * ready.length)];
      if (next === undefined) await null;
      else {
        quiet = 0;
        await this.host.step(next);
      }
    }
  }

  /** Reads to the end, or `take` events. */
  async read<Event>(stream: StageStream<Event>, take = Infinity): Promise<Event[]> {
    const events: Event[] = [];
    const reading = (async () => {
      for await (const event of stream) {
        events.push(event);
        if (events.length === take) break;
      }
    })();
    reading.catch(() => undefined);
    await this.settle();
    await reading;
    return events;
  }

  entries() {
    return this.host.recorder.take();
  }
}

const counter = (log: string[] = [], demand: 'forward' | 'accumulate' = 'forward') =>
  producer({
    init: () => 1,
    demand,
    handleDemand: (count, n) => {
      log.push(`demand ${count}`);
      return { events: Array.from({ length: count }, (_, i) => n + i), state: n + count };
    },
    handleSubscribe: () => void log.push('subscribe'),
    handleCancel: ({ kind, reason }) => void log.push(`${kind} ${String(reason)}`),
  });

const ending = (reason: string) => producer({ init: () => 0, handleDemand: () => ({ stop: reason }) });

describe('stream()', () => {
  it('GS-210 takes a list of subscriptions only, and checks their options when it is made', () => {
    const bench = new Bench({ a: counter() });
    expect(() => bench.stream({ to: 'a' } as never)).toThrow(
      'Cannot read stages as a stream as it needs a list',
    );
    expect(() => bench.stream([{ to: 'a', maxDemand: 0 }])).toThrow(
      'Cannot use maxDemand of the stream of "a"',
    );
    expect(() => bench.stream([{ to: 'a', maxDemand: 2, minDemand: 2 }])).toThrow('Cannot use minDemand');
    expect(() => bench.stream([{ to: 'a', cancel: 'never' as never }])).toThrow('Cannot use cancel');
    expect(() => bench.stream([{ to: 5 as never }])).toThrow('Cannot subscribe "the stream"');
    expect(() => bench.stream([], { demand: 'hold' as never })).toThrow('Cannot set the demand mode');
  });

  it('GS-211 subscribes, asks and only then sets the demand mode', async () => {
    const log: string[] = [];
    const bench = new Bench({ a: counter(log, 'accumulate') });
    expect(await bench.read(bench.stream([{ to: 'a', maxDemand: 4 }]), 2)).toEqual([1, 2]);
    expect(log).toEqual(['subscribe', 'demand 4', 'cancel normal']);
    const entries = bench.entries();
    const asked = entries.findIndex(({ type }) => type === 'asked');
    const handled = entries.findIndex((entry) => entry.type === 'begin' && entry.callback === 'handleDemand');
    expect(asked).toBeLessThan(handled);
  });

  it('GS-211 leaves the mode alone where no producers are named, and can hold them', async () => {
    const log: string[] = [];
    const bench = new Bench({ a: counter(log, 'accumulate') });
    const reading = bench.read(bench.stream([{ to: 'a', maxDemand: 2 }], { producers: [] }), 1);
    await bench.settle();
    expect(log).toEqual(['subscribe']);
    bench.host.tell('a', { type: 'demandMode', mode: 'forward' });
    await bench.settle();
    expect(await reading).toEqual([1]);
    const held: string[] = [];
    const other = new Bench({ a: counter(held) });
    void other.read(other.stream([{ to: 'a', maxDemand: 2 }], { demand: 'accumulate' }), 3);
    await other.settle();
    // What was asked before the mode changed is answered, what comes after is held.
    expect(held).toEqual(['subscribe', 'demand 2']);
  });

  it.each([
    ['permanent', 'normal', 'fails'],
    ['permanent', 'oops', 'fails'],
    ['transient', 'normal', 'ends'],
    ['transient', 'shutdown', 'ends'],
    ['transient', 'oops', 'fails'],
    ['temporary', 'oops', 'ends'],
  ] as const)('GS-212 GS-213 of a %s subscription that ends with %s %s', async (cancel, reason, outcome) => {
    const bench = new Bench({ a: ending(reason) });
    const reading = bench.read(bench.stream([{ to: 'a', cancel }]));
    if (outcome === 'ends') expect(await reading).toEqual([]);
    else
      await expect(reading).rejects.toMatchObject({ code: 'stream_ended', details: { stage: 'a', cancel } });
  });

  it('GS-212 cancels the others when it fails', async () => {
    const log: string[] = [];
    const bench = new Bench({ a: ending('oops'), b: counter(log) });
    await expect(bench.read(bench.stream([{ to: 'a' }, { to: 'b', maxDemand: 1 }]))).rejects.toThrow('oops');
    expect(log.at(-1)).toBe('cancel normal');
  });

  it('GS-214 GS-217 leaves nothing behind when its reader leaves early', async () => {
    const log: string[] = [];
    const bench = new Bench({ a: counter(log) });
    expect(await bench.read(bench.stream([{ to: 'a', maxDemand: 10 }]), 3)).toEqual([1, 2, 3]);
    expect(log).toEqual(['subscribe', 'demand 10', 'cancel normal']);
    expect(bench.host.idle).toBe(true);
    const { stages } = bench.host.counters();
    expect(stages.map(({ stage, status }) => [stage, status])).toEqual([
      ['a', 'waiting'],
      ['stream 1', 'exited'],
    ]);
  });

  it('GS-215 fails at once for a stage that nobody knows, or leaves it out when it is temporary', async () => {
    const log: string[] = [];
    const bench = new Bench({ a: counter(log) });
    for (const cancel of ['permanent', 'transient'] as const) {
      await expect(bench.read(bench.stream([{ to: 'a' }, { to: 'nobody', cancel }]))).rejects.toMatchObject({
        code: 'stream_ended',
        details: { stage: 'nobody', reason: '"noproc"' },
      });
    }
    expect(log).toEqual([]);
    expect(await bench.read(bench.stream([{ to: 'nobody', cancel: 'temporary' }]))).toEqual([]);
  });

  it('GS-215 hears that a stage has ended before', async () => {
    const bench = new Bench({ a: counter() });
    bench.host.kill('a', 'gone');
    await expect(bench.read(bench.stream([{ to: 'a', cancel: 'transient' }]))).rejects.toThrow('"noproc"');
    expect(await bench.read(bench.stream([{ to: 'a', cancel: 'temporary' }]))).toEqual([]);
  });

  it('GS-216 asks again when the next batch is wanted, not before', async () => {
    const log: string[] = [];
    const bench = new Bench({ a: counter(log) });
    const reading = bench.stream<number>([{ to: 'a', maxDemand: 4, minDemand: 2 }])[Symbol.asyncIterator]();
    const next = async () => {
      const result = reading.next();
      await bench.settle();
      return (await result).value;
    };
    expect([await next(), await next()]).toEqual([1, 2]);
    expect(log).toEqual(['subscribe', 'demand 4']);
    // The third event begins the second batch: what the first has used up is asked for now.
    expect(await next()).toBe(3);
    expect(log).toEqual(['subscribe', 'demand 4', 'demand 2']);
    const left = reading.return?.();
    await bench.settle();
    expect(await left).toEqual({ done: true, value: undefined });
  });

  it('GS-218 reads further stages while it is read, and only then', async () => {
    const bench = new Bench({ a: fromIterable([1, 2]), b: fromIterable([3, 4]) });
    const reading = bench.stream<number>([{ to: 'a', cancel: 'transient' }])[Symbol.asyncIterator]();
    expect(() => reading.subscribe({ to: 'b' })).toThrow('Cannot subscribe as the stream must be read');
    const got: number[] = [];
    const read = (async () => {
      for await (const n of reading) {
        if (got.length === 0) reading.subscribe({ to: 'b', cancel: 'transient' });
        got.push(n);
      }
    })();
    await bench.settle();
    await read;
    expect([...got].sort()).toEqual([1, 2, 3, 4]);
    expect(() => reading.subscribe({ to: 'b' })).toThrow('it has not begun, or is over');
  });

  it('answers calls of next that do not wait for each other in order', async () => {
    const bench = new Bench({ a: fromIterable(upTo(3)) });
    const reading = bench.stream<number>([{ to: 'a', cancel: 'transient' }])[Symbol.asyncIterator]();
    const all = Promise.all([reading.next(), reading.next(), reading.next(), reading.next()]);
    await bench.settle();
    expect((await all).map(({ value }) => value)).toEqual([1, 2, 3, undefined]);
  });

  it('reads every event once, in the order of its stage, and never holds more than it asked for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        async (sizes, maxDemand, seed) => {
          const names = sizes.map((_, i) => `p${i}`);
          const stages = sizes.map((size, i) => fromIterable(upTo(size).map((n) => [i, n] as const)));
          const bench = new Bench(
            Object.fromEntries(names.map((name, i) => [name, stages[i] ?? counter()])),
            seed,
          );
          const events = await bench.read(
            bench.stream<readonly [number, number]>(
              names.map((to) => ({ to, cancel: 'transient' as const, maxDemand })),
            ),
          );
          for (const [i, size] of sizes.entries()) {
            expect(events.filter(([from]) => from === i).map(([, n]) => n)).toEqual(upTo(size));
          }
          for (const entry of bench.entries()) {
            if (entry.type === 'dispatch') expect(entry.open).toBeGreaterThanOrEqual(0);
            if (entry.type === 'asked') expect(entry.open).toBeLessThanOrEqual(maxDemand);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('runLocal().stream()', () => {
  const numbers = (last: number) =>
    pipeline(({ start }) => void start('numbers', fromIterable(upTo(last), { onCancel: 'stop' })));

  it('GS-213 reads a run in this thread while it goes on, however slow the reader is', async () => {
    const run = runLocal(numbers(20));
    const got: number[] = [];
    for await (const n of run.stream<number>([{ to: 'numbers', cancel: 'transient', maxDemand: 4 }])) {
      if (n % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      got.push(n);
    }
    expect(got).toEqual(upTo(20));
    expect(await run.done).toBe('exited');
  });

  it('GS-214 cancels when its reader leaves, and the run can end', async () => {
    const run = runLocal(numbers(1_000_000));
    for await (const n of run.stream<number>([{ to: 'numbers', maxDemand: 10 }])) if (n === 25) break;
    expect(await run.done).toBe('exited');
  });

  it('ends with a run in which nothing is left to do, and fails with one that is stopped', async () => {
    const silent = pipeline(({ start }) => void start('silent', producer({ handleDemand: () => undefined })));
    const quiet = runLocal(silent);
    const got: unknown[] = [];
    for await (const event of quiet.stream([{ to: 'silent' }])) got.push(event);
    expect([got, await quiet.done]).toEqual([[], 'idle']);
    const kept = runLocal(silent, { keepAlive: true });
    const reading = (async () => {
      for await (const event of kept.stream([{ to: 'silent' }])) got.push(event);
    })();
    await new Promise((resolve) => setTimeout(resolve, 5));
    kept.stop();
    await expect(reading).rejects.toMatchObject({ code: 'run_ended' });
  });
});
