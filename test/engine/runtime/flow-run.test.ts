import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  EngineError,
  Flow,
  Window,
  consumer,
  pipeline,
  producer,
  producerConsumer,
  runLocal,
  runVirtual,
  sleep,
  type FlowProgress,
} from 'sluice';
import { localFlows } from '../../../engine/runtime/flow-run.ts';

const upTo = (limit: number) => Array.from({ length: limit }, (_, i) => i);
const ascending = (a: number, b: number) => a - b;

/** Counts up without end, and says when it has been closed. */
function endless() {
  const seen = { read: 0, closed: 0 };
  const source = {
    *[Symbol.iterator]() {
      try {
        for (;;) yield seen.read++;
      } finally {
        seen.closed += 1;
      }
    },
  };
  return { seen, source };
}

async function failureOf(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    () => 'it did not fail',
    (error: unknown) => error,
  );
}

describe('flow.toArray()', () => {
  it('FL-170 answers with everything the flow emits', async () => {
    const double = Flow.from(upTo(3), { stages: 1 }).map((n) => 2 * n);
    expect(await double.toArray()).toEqual([0, 2, 4]);
    const all = await Flow.from(upTo(5_000), { stages: 2 })
      .filter((n) => n % 2 === 0)
      .toArray();
    expect(all.toSorted(ascending)).toEqual(upTo(2_500).map((n) => 2 * n));
    expect(await Flow.from([]).toArray()).toEqual([]);
  });

  it('FL-010 runs the flow again from scratch each time, also at the same time', async () => {
    const sums = Flow.from(upTo(4), { stages: 1 })
      .reduce(
        () => 0,
        (sum, n) => sum + n,
      )
      .emit('state');
    expect(await sums.toArray()).toEqual([6]);
    expect(await Promise.all([sums.toArray(), sums.toArray()])).toEqual([[6], [6]]);
  });

  it('FL-172 rejects when a function throws, with what it threw as the cause', async () => {
    const boom = new Error('boom');
    const flow = Flow.from(upTo(10), { stages: 1 }).map(() => {
      throw boom;
    });
    const failure = await failureOf(flow.toArray());
    expect(failure).toBeInstanceOf(EngineError);
    expect(failure).toMatchObject({ code: 'flow_failed', cause: boom });
    expect(String(failure)).toContain('received Error: boom from "map"');
  });

  it('FL-172 tells the first of several failures, wherever in the flow it is', async () => {
    const broken = function* () {
      yield 1;
      throw new TypeError('no more');
    };
    const flow = Flow.from(broken, { stages: 2 })
      .partition({ stages: 3 })
      .reduce(
        () => 0,
        (sum, n) => sum + n,
      );
    expect(await failureOf(flow.toArray())).toMatchObject({
      details: { stage: 'source', problem: 'TypeError: no more' },
    });
  });

  it('FL-176 rejects when a producer of its own ends otherwise than in good order', async () => {
    const giving = (reason: unknown) =>
      producer<number>({ handleDemand: () => ({ events: [1, 2], stop: reason }) });
    const read = (reason: unknown) => Flow.fromSpecs([giving(reason)], { stages: 1 }).map((n) => n);
    expect(await failureOf(read('oops').toArray())).toMatchObject({
      details: { stage: 'flow', problem: 'an end with "shutdown"' },
    });
    await expect(read('shutdown').toArray()).resolves.toBeInstanceOf(Array);
  });

  it('rejects with the reason of a signal, and closes what the flow reads', async () => {
    const { source, seen } = endless();
    const stop = new AbortController();
    const running = failureOf(
      Flow.from(source)
        .map((n) => {
          if (n === 5_000) stop.abort('enough');
          return n;
        })
        .toArray({ signal: stop.signal }),
    );
    expect(await running).toBe('enough');
    expect(seen.closed).toBe(1);
    expect(await failureOf(Flow.from([1]).toArray({ signal: stop.signal }))).toBe('enough');
  });

  it('tells how far it is: events of each layer, windows and late events', async () => {
    const told: FlowProgress[] = [];
    const flow = Flow.from([0, 1, 2, 30, 5, 31], { stages: 1 })
      .partition({ stages: 1, window: Window.fixed(10, 'millisecond', (n: number) => n) })
      .reduce(
        () => 0,
        (sum, n) => sum + n,
      )
      .emit('state');
    const sums = await flow.toArray({ onProgress: (progress) => told.push(progress) });
    expect(told.at(-1)).toEqual({
      flow: 'flow',
      layers: [
        { eventsIn: 0, eventsOut: 6, windows: 0, late: 0 },
        { eventsIn: 6, eventsOut: sums.length, windows: 0, late: expect.any(Number) as number },
      ],
      windows: 0,
      late: expect.any(Number) as number,
    });
  });
});

describe('flow.run()', () => {
  it('FL-171 runs the flow for what its functions do', async () => {
    const seen: number[] = [];
    await Flow.from(upTo(1_500), { stages: 2 })
      .each((n) => seen.push(n))
      .run();
    expect(seen.toSorted(ascending)).toEqual(upTo(1_500));
  });

  it('FL-182 ends when the consumers that belong to the flow have', async () => {
    const { source, seen } = endless();
    const taken: number[] = [];
    const taking = consumer({
      handleEvents: (events: number[]) => {
        taken.push(...events);
        return taken.length > 2_000 ? { stop: 'normal' } : {};
      },
    });
    await Flow.from(source, { stages: 1 })
      .map((n) => n)
      .intoSpecs([taking])
      .run();
    expect(taken.length).toBeGreaterThan(2_000);
    expect(seen.closed).toBe(1);
  });

  it('FL-181 goes through stages that belong to the flow', async () => {
    const seen: number[] = [];
    const negate = producerConsumer({
      handleEvents: (events: number[]) => ({ events: events.map((n) => -n) }),
      handleCancel: () => ({ stop: 'normal' }),
    });
    await Flow.from([1, 2, 3], { stages: 1 })
      .map((n) => n + 1)
      .throughSpecs<number>([negate], { stages: 1 })
      .each((n) => seen.push(n))
      .run();
    expect(seen).toEqual([-2, -3, -4]);
  });

  it('tells of a stage that goes on when its input has ended, as what comes after it never ends either', async () => {
    const negate = producerConsumer({
      handleEvents: (events: number[]) => ({ events: events.map((n) => -n) }),
    });
    const sum = Flow.from([1, 2, 3], { stages: 1 })
      .throughSpecs<number>([negate], { stages: 1 })
      .reduce(
        () => 0,
        (total, n) => total + n,
      )
      .emit('state');
    await expect(sum.toArray()).rejects.toMatchObject({
      code: 'flow_unended',
      message: expect.stringContaining('"reduce"'),
    });
  });
});

describe('for await of a flow', () => {
  it('FL-170 gives the events one by one', async () => {
    const seen: number[] = [];
    for await (const n of Flow.from(upTo(2_500), { stages: 1 }).map((n) => n + 1)) seen.push(n);
    expect(seen).toEqual(upTo(2_500).map((n) => n + 1));
  });

  it('FL-173 ends the whole flow when it is left, and closes what it reads', async () => {
    const { source, seen } = endless();
    const got: number[] = [];
    for await (const n of Flow.from(source, { stages: 1 }).map((n) => n)) {
      got.push(n);
      if (got.length === 3) break;
    }
    expect(got).toEqual([0, 1, 2]);
    expect(seen.closed).toBe(1);
  });

  it('FL-186 reads at most 1,000 events ahead, whatever the demand of the flow', async () => {
    const { source, seen } = endless();
    const reading = Flow.from(source)[Symbol.asyncIterator]();
    expect(seen.read).toBe(0);
    await reading.next();
    await sleep(20);
    expect(seen.read).toBeLessThanOrEqual(1_000);
    await reading.return?.();
    expect(seen.closed).toBe(1);
  });

  it('FL-172 fails with what was thrown as its cause, after the events before', async () => {
    const seen: number[] = [];
    const flow = Flow.from(upTo(2_000), { stages: 1, maxDemand: 10 }).map((n) => {
      if (n === 1_500) throw new RangeError('too many');
      return n;
    });
    const reading = (async () => {
      for await (const n of flow) seen.push(n);
    })();
    expect(await failureOf(reading)).toMatchObject({
      code: 'flow_failed',
      cause: new RangeError('too many'),
    });
    expect(seen).toEqual(upTo(seen.length));
    expect(seen.length).toBeGreaterThan(400);
  });

  it('FL-173 does not wait for a source that never goes on', async () => {
    const stuck = async function* () {
      yield 1;
      await new Promise(() => undefined);
    };
    for await (const n of Flow.from(stuck, { stages: 1 }).map((n) => n)) {
      expect(n).toBe(1);
      break;
    }
    const stop = new AbortController();
    const running = failureOf(Flow.from(stuck, { stages: 1 }).toArray({ signal: stop.signal }));
    await sleep(5);
    stop.abort('enough');
    expect(await running).toBe('enough');
  });

  it('lets go of its signal when it is over', async () => {
    const { signal } = new AbortController();
    const running = Flow.from(upTo(3), { stages: 1 }).run({ signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await running;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('FL-172 says what was thrown, be it an error or not', async () => {
    const flow = Flow.from([1], { stages: 1 }).map(() => {
      throw 'a text';
    });
    expect(String(await failureOf(flow.run()))).toContain('received "a text" from "map"');
  });

  it('begins nothing for a signal that has been given before', async () => {
    const { seen, source } = endless();
    const flow = Flow.from(source, { stages: 1 });
    expect(await failureOf(flow.run({ signal: AbortSignal.abort('never') }))).toBe('never');
    expect(seen.read).toBe(0);
  });

  it('hands out nothing more of a batch once its signal is given', async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const reading = (async () => {
      for await (const event of localFlows.iterate(Flow.from(upTo(100), { stages: 1 }), stop)) {
        seen.push(Number(event));
        if (seen.length === 3) stop.abort('enough');
      }
    })();
    expect(await failureOf(reading)).toBe('enough');
    expect(seen).toEqual([0, 1, 2]);
  });

  it('tells of its progress every 100 ms, and at the end', async () => {
    const slow = async function* () {
      for (let n = 0; n < 4; n++) {
        yield n;
        await sleep(70);
      }
    };
    const told: number[] = [];
    const onProgress = ({ layers }: FlowProgress) => void told.push(layers.at(-1)?.eventsIn ?? 0);
    await Flow.from(slow, { stages: 1, maxDemand: 1 })
      .map((n) => n)
      .run({ onProgress });
    expect(told.length).toBeGreaterThan(2);
    expect(told).toEqual(told.toSorted(ascending));
    expect(told[0]).toBeLessThan(4);
    expect(told.at(-1)).toBe(4);
    const ended = told.length;
    await sleep(150);
    expect(told).toHaveLength(ended);
  });

  it('waits for sources that wait', async () => {
    const slow = async function* () {
      for (let n = 0; n < 3; n++) {
        await sleep(1);
        yield n;
      }
    };
    expect(await Flow.from(slow, { stages: 1 }).toArray()).toEqual([0, 1, 2]);
  });
});

describe('a flow within a callback', () => {
  const squares = Flow.from(upTo(1_200), { stages: 2 }).map((n) => n * n);

  /** Runs a flow in a callback, and sleeps after it: by the clock of its own run. */
  const program = (seen: unknown[]) =>
    pipeline(({ start, subscribe }) => {
      const once = producer({
        init: () => 0,
        handleDemand: (_demand, made) => (made === 0 ? { events: [1], state: 1 } : {}),
      });
      const reader = consumer({
        handleEvents: async () => {
          const all = await squares.toArray();
          console.log('read', all.length);
          await sleep(60_000);
          seen.push(all.length);
        },
      });
      subscribe(start('reader', reader), { to: start('once', once) });
    });

  it('runs beside the other stages, and leaves time to the run it is in', async () => {
    const seen: unknown[] = [];
    const { ended } = await runVirtual(program(seen), { seed: 0 });
    expect(seen).toEqual([1_200]);
    expect(ended).toBe('idle');
  });

  it('runs in a local run', async () => {
    const seen: number[] = [];
    const reader = consumer({
      handleEvents: async (events: number[]) => {
        for await (const n of squares) if (n === events[0]) break;
        seen.push(...events);
      },
    });
    const plan = pipeline(({ start, subscribe }) => {
      subscribe(start('reader', reader), { to: start('nine', Flow.from([9], { stages: 1 })) });
    });
    expect(await runLocal(plan).done).toBe('exited');
    expect(seen).toEqual([9]);
  });
});
