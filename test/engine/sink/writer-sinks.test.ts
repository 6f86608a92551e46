import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import {
  fromIterable,
  pipeline,
  producer,
  runLocal,
  runVirtual,
  sleep,
  toNodeStream,
  toWritableStream,
  type Consumer,
  type TraceEntry,
} from 'sluice';
import { endOf } from '../source/collected.ts';

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);
const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

/** A sink that keeps what was written to it. */
interface Kept {
  readonly sink: Consumer<void, number>;
  readonly written: number[];
  /** How it ended: `closed`, or why it was aborted. */
  end: unknown;
}

/** How long one write takes, ms; what it fails at. */
interface Writing {
  readonly writeMs?: number;
  readonly failAt?: number;
}

const KINDS: Readonly<Record<string, (how: Writing) => Kept>> = {
  toWritableStream({ writeMs = 0, failAt }) {
    const kept: Kept = {
      written: [],
      end: null,
      sink: toWritableStream<number>(
        () =>
          new WritableStream({
            async write(event) {
              if (writeMs > 0) await sleep(writeMs);
              if (event === failAt) throw new Error('disk full');
              kept.written.push(event);
            },
            close: () => void (kept.end = 'closed'),
            abort: (reason) => void (kept.end = reason),
          }),
      ),
    };
    return kept;
  },
  toNodeStream({ writeMs = 0, failAt }) {
    const kept: Kept = {
      written: [],
      end: null,
      sink: toNodeStream<number>(
        () =>
          new Writable({
            objectMode: true,
            highWaterMark: 1,
            write(event: number, _encoding, done) {
              const write = () => {
                if (event === failAt) return done(new Error('disk full'));
                kept.written.push(event);
                done();
              };
              if (writeMs > 0) void sleep(writeMs).then(write);
              else write();
            },
            final(done) {
              kept.end = 'closed';
              done();
            },
            destroy(error, done) {
              if (kept.end === null) kept.end = error?.message ?? null;
              done(error);
            },
          }),
      ),
    };
    return kept;
  },
};

const asks = (entries: readonly TraceEntry[]) =>
  entries.flatMap((entry) => (entry.type === 'ask' ? [{ atMs: entry.atMs, count: entry.count }] : []));

describe.each(Object.keys(KINDS))('%s()', (name) => {
  const make = (how: Writing = {}): Kept => {
    const kind = KINDS[name];
    if (!kind) throw new Error(`no kind ${name}`);
    return kind(how);
  };

  it('writes everything in order, and ends with its producer', async () => {
    const kept = make();
    const plan = pipeline(({ start, subscribe }) => {
      subscribe(start('sink', kept.sink), { to: start('source', fromIterable(upTo(50))), maxDemand: 7 });
    });
    const { entries, ended } = await runVirtual(plan, { seed: 3 });
    expect(kept.written).toEqual(upTo(50));
    expect([kept.end, endOf(entries, 'sink'), ended]).toEqual(['closed', 'normal', 'exited']);
  });

  it('asks for more only once what it writes to can take more', async () => {
    const kept = make({ writeMs: 100 });
    const plan = pipeline(({ start, subscribe }) => {
      const source = start('source', fromIterable(upTo(8)));
      subscribe(start('sink', kept.sink), { to: source, maxDemand: 2, minDemand: 0 });
    });
    const { entries } = await runVirtual(plan, { seed: 0 });
    expect(kept.written).toEqual(upTo(8));
    const [first, second, third] = asks(entries);
    expect(first).toEqual({ atMs: 0, count: 2 });
    expect(second?.atMs).toBeGreaterThanOrEqual(100);
    expect(third?.atMs).toBeGreaterThanOrEqual((second?.atMs ?? 0) + 200);
  });

  it('goes on until the last of several producers has ended', async () => {
    const kept = make();
    const plan = pipeline(({ start, subscribe }) => {
      const sink = start('sink', kept.sink);
      subscribe(sink, { to: start('one', fromIterable([1, 2])), cancel: 'transient', maxDemand: 1 });
      subscribe(sink, { to: start('two', fromIterable([3, 4, 5, 6])), cancel: 'transient', maxDemand: 1 });
    });
    const { entries } = await runVirtual(plan, { seed: 0 });
    expect([...kept.written].sort()).toEqual(upTo(6));
    expect([kept.end, endOf(entries, 'sink')]).toEqual(['closed', 'normal']);
  });

  it('aborts with the reason when its producer fails', async () => {
    const kept = make();
    const failing = producer({ init: () => 0, handleDemand: () => ({ stop: 'worn out' }) });
    const plan = pipeline(({ start, subscribe }) => {
      subscribe(start('sink', kept.sink), { to: start('source', failing) });
    });
    const { entries } = await runVirtual(plan, { seed: 0 });
    await soon();
    expect(String(kept.end)).toContain('worn out');
    expect(endOf(entries, 'sink')).toBe('worn out');
  });

  it('crashes with what the stream fails with', async () => {
    const kept = make({ failAt: 3 });
    const plan = pipeline(({ start, subscribe }) => {
      subscribe(start('sink', kept.sink), { to: start('source', fromIterable(upTo(9))), maxDemand: 2 });
    });
    const { entries } = await runVirtual(plan, { seed: 0 });
    expect(kept.written).toEqual([1, 2]);
    expect(endOf(entries, 'sink')).toBe('crash: disk full');
  });

  it('aborts when its stage is killed', async () => {
    const kept = make();
    const plan = pipeline(({ start }) => void start('sink', kept.sink));
    const run = runLocal(plan, { keepAlive: true });
    run.kill('sink', 'enough');
    await soon();
    expect(String(kept.end)).toContain('enough');
    run.stop();
  });

  it('refuses what cannot be written to', () => {
    const given = { toWritableStream, toNodeStream }[name];
    expect(() => given?.([] as never)).toThrow(`Cannot write to a sink as ${name} needs`);
  });
});
