import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EngineError,
  consumer,
  fromEvents,
  fromInterval,
  pipeline,
  runLocal,
  runVirtual,
  sleep,
} from 'sluice';
import type { EntryOf, OpenEvents, Overflow, TraceEntry } from 'sluice';
import { collected, collecting, endOf } from './collected.ts';

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

const discards = (entries: readonly TraceEntry[]): number[] =>
  entries.filter((entry): entry is EntryOf<'discard'> => entry.type === 'discard').map(({ count }) => count);

/** Hands over 1 … last as soon as the stage starts, and ends. */
const burst =
  (last: number): OpenEvents<number> =>
  (push, end) => {
    for (const n of upTo(last)) push(n);
    end();
  };

describe('fromEvents()', () => {
  it('requires an overflow, and refuses what is none', () => {
    expect(() => fromEvents(burst(1), {} as never)).toThrow(
      'Cannot use overflow of fromEvents as it must be "dropOldest" or "dropNewest" or "fail": received undefined',
    );
    expect(() => fromEvents(burst(1), { overflow: 'wait' as never })).toThrow('Cannot use overflow');
    expect(() => fromEvents(burst(1), { overflow: 'fail', bufferSize: 0.5 })).toThrow(
      'Cannot use bufferSize',
    );
    expect(() => fromEvents(burst(1), { overflow: 'fail', demand: 'forward' } as never)).toThrow(
      'Cannot use demand',
    );
    expect(() => fromEvents({} as never, 'click', { overflow: 'fail' })).toThrow(
      'Cannot read from a source as fromEvents needs an EventTarget',
    );
  });

  it('listens to an EventTarget while its stage lives, and maps what it hears', async () => {
    const target = new EventTarget();
    const got: string[][] = [];
    const source = fromEvents(target, 'news', {
      overflow: 'dropOldest',
      map: (event: Event) => event.type,
    });
    const run = runLocal(collecting(source, {}, got));
    target.dispatchEvent(new Event('news'));
    target.dispatchEvent(new Event('other'));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(got).toEqual([['news']]);
    run.kill('source', 'enough');
    await run.done;
    target.dispatchEvent(new Event('news'));
    expect(got).toEqual([['news']]);
  });

  it('listens to an EventEmitter and keeps the run going until it is closed', async () => {
    const emitter = new EventEmitter();
    const got: number[][] = [];
    const run = runLocal(collecting(fromEvents<number>(emitter, 'price', { overflow: 'fail' }), {}, got));
    let over = false;
    void run.done.then(() => (over = true));
    for (const n of [1, 2, 3]) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      emitter.emit('price', n);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([got.flat(), over]).toEqual([[1, 2, 3], false]);
    run.stop();
    await run.done;
    expect(emitter.listenerCount('price')).toBe(0);
  });

  it('ends behind its buffer once the source has ended', async () => {
    const run = await collected(fromEvents(burst(30), { overflow: 'fail' }), { maxDemand: 4, minDemand: 2 });
    expect(run.events).toEqual(upTo(30));
    expect(endOf(run.entries, 'source')).toBe('normal');
  });

  it('crashes with what the source fails with, after what came before', async () => {
    const source = fromEvents<number>(
      (push, _end, fail) => {
        void (async () => {
          await sleep(10);
          push(1);
          fail(new Error('feed down'));
          push(2);
        })();
      },
      { overflow: 'fail' },
    );
    const run = await collected(source);
    expect(run.events).toEqual([1]);
    expect(endOf(run.entries, 'source')).toBe('crash: feed down');
  });

  it('keeps of a burst what the buffer holds, by the policy, and tells of the rest', async () => {
    const of = async (overflow: Overflow) => {
      const run = await collected(fromEvents(burst(10), { overflow, bufferSize: 4 }));
      return { events: run.events, discards: discards(run.entries), end: endOf(run.entries, 'source') };
    };
    expect(await of('dropOldest')).toEqual({ events: [7, 8, 9, 10], discards: [6], end: 'normal' });
    expect(await of('dropNewest')).toEqual({ events: [1, 2, 3, 4], discards: [6], end: 'normal' });
    const failed = await of('fail');
    expect(failed.events).toEqual([]);
    expect(failed.end).toContain('as at most 4 may wait: received 6 more than that');
    expect(new EngineError('source_overflow', { stage: 's', bufferSize: 4, received: 6 }).hint).toContain(
      'dropOldest',
    );
  });

  it('crashes when the buffer itself overflows, too', async () => {
    let send: (n: number) => void = () => undefined;
    const source = fromEvents<number>((push) => void (send = push), { overflow: 'fail', bufferSize: 2 });
    const pusher = consumer({
      handleEvents: async () => {
        for (const n of upTo(5)) {
          await sleep(10);
          send(n);
        }
      },
    });
    const plan = pipeline(({ start, subscribe }) => {
      start('source', source);
      subscribe(start('pusher', pusher), { to: start('tick', fromInterval(1, { take: 1 })) });
    });
    const { entries } = await runVirtual(plan, { seed: 0 });
    expect(endOf(entries, 'source')).toContain('as at most 2 may wait: received 1 more');
  });

  it('loses nothing unsaid: what came is what was handled and what was discarded', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 30 }), { maxLength: 8 }),
        fc.constantFrom<Overflow>('dropOldest', 'dropNewest'),
        fc.nat({ max: 10 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        async (bursts, overflow, bufferSize, maxDemand, seed) => {
          let pushed = 0;
          const source = fromEvents<number>(
            (push, end) => {
              void (async () => {
                for (const size of bursts) {
                  await null;
                  await null;
                  for (let i = 0; i < size; i++) push(++pushed);
                }
                end();
              })();
            },
            { overflow, bufferSize },
          );
          const run = await collected(source, { maxDemand }, seed);
          const lost = discards(run.entries).reduce((sum, count) => sum + count, 0);
          expect(run.events.length + lost).toBe(pushed);
          expect(run.events).toEqual([...run.events].sort((a, b) => a - b));
          expect(new Set(run.events).size).toBe(run.events.length);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('fromInterval()', () => {
  it('ticks by the clock of the run and ends with the last tick', async () => {
    const run = await collected(fromInterval(100, { take: 3 }));
    expect(run.batches).toEqual([[0], [1], [2]]);
    expect(run.entries.at(-1)?.atMs).toBe(300);
    expect(endOf(run.entries, 'source')).toBe('normal');
  });

  it('keeps the latest tick that nobody wants, and tells of the others', async () => {
    const run = await collected(fromInterval(10, { take: 5 }), { cancel: 'transient', maxDemand: 1 });
    expect(run.events).toEqual([0, 1, 2, 3, 4]);
    const alone = await runVirtual(
      pipeline(({ start }) => void start('source', fromInterval(10, { take: 5 }))),
      { seed: 0 },
    );
    expect(discards(alone.entries)).toEqual([1, 1, 1, 1]);
  });

  it('refuses a time that is none', () => {
    expect(() => fromInterval(0)).toThrow('Cannot use everyMs of fromInterval');
  });
});
