import { describe, expect, it } from 'vitest';
import {
  ask,
  consumer,
  pipeline,
  producer,
  producerConsumer,
  runVirtual,
  self,
  withOptions,
  type EntryOf,
  type Plan,
  type Producer,
  type StageDefinition,
  type TraceEntry,
  type TraceType,
} from 'sluice';

const numbers = producer({
  init: () => 0,
  handleDemand: (demand, next) => ({
    events: Array.from({ length: Math.min(demand, 6 - next) }, (_, i) => next + i),
    state: Math.min(6, next + demand),
  }),
});

function planWith(source: Producer<void, number>, maxDemand = 2): Plan {
  return pipeline(({ start, subscribe }) => {
    const a = start('a', source);
    subscribe(start('c', consumer<number>({ handleEvents: () => undefined })), { to: a, maxDemand });
  });
}

function of<T extends TraceType>(entries: readonly TraceEntry[], type: T): EntryOf<T>[] {
  return entries.filter((entry): entry is EntryOf<T> => entry.type === type);
}

const run = (plan: Plan, entryBudget = 1_000) => runVirtual(plan, { seed: 0, entryBudget });

describe('the trace of a run', () => {
  it('leads from every ask to what it caused', async () => {
    const { entries } = await run(planWith(numbers));
    const bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
    const handled = entries.find((entry) => entry.type === 'begin' && entry.callback === 'handleEvents');
    const chain: string[] = [];
    for (let entry = handled; entry; entry = entry.cause === null ? undefined : bySeq.get(entry.cause)) {
      chain.push(
        entry.type === 'begin' || entry.type === 'end' ? `${entry.type} ${entry.callback}` : entry.type,
      );
    }
    expect(chain).toEqual([
      'begin handleEvents',
      'deliver',
      'dispatch',
      'end handleDemand',
      'begin handleDemand',
      'asked',
      'ask',
      'subscribe',
    ]);
  });

  it('tells demand pending after each batch and each ask', async () => {
    const { entries } = await run(planWith(numbers, 4));
    const ends = of(entries, 'end').filter(({ callback }) => callback === 'handleEvents');
    expect(ends.map(({ pending }) => pending)).toEqual([2, 2, 2]);
    expect(of(entries, 'ask').map(({ count, pending }) => [count, pending])).toEqual([
      [4, 4],
      [2, 4],
      [2, 4],
      [2, 4],
    ]);
  });
});

describe('what a callback returns', () => {
  const cases: [string, unknown, string][] = [
    ['a list', [1, 2], 'it must return nothing or an object such as { events, state }: received [1,2]'],
    ['a number', 3, 'received 3'],
    ['events that are no list', { events: 7 }, 'events must be an array: received 7'],
    ['a misspelt key', { event: [1] }, 'did you mean "events"?'],
  ];

  it.each(cases)('crashes the stage when it is %s', async (_, returned, message) => {
    const wrong = producer<number>({ handleDemand: () => returned as never });
    const { entries, ended } = await run(planWith(wrong));
    expect(ended).toBe('crashed');
    const [crash] = of(entries, 'crash');
    expect(crash).toMatchObject({ stage: 'a', callback: 'handleDemand', error: { code: 'bad_step' } });
    expect(crash?.error.message).toContain(message);
  });

  it('may be a promise: the stage is busy until it settles, and others go on', async () => {
    const slow = producer<number, number>({
      init: async () => 0,
      handleDemand: async (demand, next) => {
        await Promise.resolve();
        return {
          events: Array.from({ length: Math.min(demand, 6 - next) }, (_, i) => next + i),
          state: next + demand,
        };
      },
    });
    const { entries, ended } = await run(planWith(slow));
    expect(ended).toBe('idle');
    expect(of(entries, 'deliver').reduce((sum, { count }) => sum + count, 0)).toBe(6);
  });
});

describe('failures', () => {
  it('GS-186 a throw crashes the stage, and a permanent consumer ends with it', async () => {
    const broken = producer<number>({
      handleDemand: () => {
        throw new RangeError('out of numbers');
      },
    });
    const { entries, ended } = await run(planWith(broken));
    expect(ended).toBe('crashed');
    expect(of(entries, 'crash')[0]?.error).toMatchObject({ name: 'RangeError', message: 'out of numbers' });
    expect(of(entries, 'crash')[0]?.error.stack).toContain('stage.test.ts');
    expect(of(entries, 'exit').map(({ stage }) => stage)).toEqual(['c']);
  });

  it('a rejected promise is a throw', async () => {
    const broken = producer<number>({ handleDemand: () => Promise.reject(new Error('later')) });
    expect(of((await run(planWith(broken))).entries, 'crash')[0]?.error.message).toBe('later');
  });

  it('a failing init tells its callback, and its consumers hear that nobody is there', async () => {
    const broken = producer<number>({
      init: () => {
        throw new Error('no data');
      },
      handleDemand: () => ({}),
    });
    const { entries } = await run(planWith(broken));
    expect(of(entries, 'crash')[0]).toMatchObject({ stage: 'a', callback: 'init' });
    expect(of(entries, 'cancel')[0]).toMatchObject({ stage: 'c', kind: 'down', reason: 'noproc' });
  });

  it('wrong options from init are told as any other', async () => {
    const broken = producer<number, number>({
      init: () => withOptions(0, { bufferSize: -1 }),
      handleDemand: () => ({}),
    });
    const [crash] = of((await run(planWith(broken))).entries, 'crash');
    expect(crash?.error).toMatchObject({ code: 'option_out_of_range' });
  });

  it('values that cannot be looked at do not break the trace', async () => {
    const cyclic: Record<string, unknown> = { name: 'loop' };
    cyclic['self'] = cyclic;
    Object.defineProperty(cyclic, 'trap', {
      enumerable: true,
      get: () => {
        throw new Error('no looking');
      },
    });
    const hostile = new Proxy({}, { ownKeys: () => { throw new Error('no keys'); } }); // prettier-ignore
    const source = producer<unknown, unknown>({
      init: () => hostile,
      handleDemand: () => ({ events: [cyclic, hostile, 10n, Symbol('s'), Number.NaN] }),
    });
    const plan = pipeline(({ start, subscribe }) => {
      subscribe(start('c', consumer({ handleEvents: () => undefined })), {
        to: start('a', source),
        maxDemand: 1,
      });
    });
    const { entries } = await run(plan, 30);
    expect(JSON.stringify(entries)).toContain('loop');
    expect(structuredClone(entries)).toEqual(entries);
  });
});

describe('a run under the virtual scheduler', () => {
  const endless = producer({
    init: () => 0,
    handleDemand: (demand, next) => ({ events: Array.from({ length: demand }, () => next), state: next + 1 }),
  });

  it('ends an endless source at its budget of entries, or of turns', async () => {
    const byEntries = await run(planWith(endless), 500);
    expect(byEntries.ended).toBe('budget');
    expect(byEntries.entries.length).toBe(500);
    const byTurns = await runVirtual(planWith(endless), { seed: 0, maxTurns: 10, trace: 'counters' });
    expect(byTurns.ended).toBe('budget');
  });

  it('ends as exited when every stage has', async () => {
    const once = producer<number>({ handleDemand: () => ({ stop: 'normal' }) });
    expect((await run(planWith(once))).ended).toBe('exited');
  });

  it('does not wait for ever for a promise that nothing settles', async () => {
    const stuck = producer<number>({ handleDemand: () => new Promise<void>(() => undefined) });
    const { ended, entries } = await run(planWith(stuck));
    expect(ended).toBe('idle');
    expect(of(entries, 'warning').map(({ stage, code }) => [stage, code])).toEqual([['a', 'never_settled']]);
  });
});

describe('self(), ask()', () => {
  it('GS-071 a manual consumer asks for itself', async () => {
    const received: number[] = [];
    const manual = consumer({
      handleSubscribe: (_peer, _options, _state, from) => {
        ask(from, 3);
        return { mode: 'manual' };
      },
      handleEvents: (events: number[]) => {
        received.push(...events);
      },
    });
    const plan = pipeline(({ start, subscribe }) =>
      subscribe(start('c', manual), { to: start('a', numbers) }),
    );
    await run(plan);
    expect(received).toEqual([0, 1, 2]);
  });

  it('are refused outside a callback', () => {
    expect(() => self()).toThrow('it must be called while a callback of the stage runs');
    expect(() => ask({ id: 's', peer: 'a' }, 1)).toThrow('Cannot ask');
  });

  it('GS-152 an info waits behind buffered events', async () => {
    const order: string[] = [];
    const pushing = producerConsumer({
      handleEvents: (events: number[]) => {
        self().queueInfo('behind');
        return { events: [...events, 100, 101] };
      },
      handleInfo: (message) => {
        order.push(String(message));
      },
    });
    const sink = consumer({
      handleEvents: (events: number[]) => {
        order.push(...events.map(String));
      },
    });
    const plan = pipeline(({ start, subscribe }) => {
      const a = start('a', numbers);
      const b = start('b', pushing);
      subscribe(b, { to: a, maxDemand: 2, minDemand: 0 });
      subscribe(start('c', sink), { to: b, maxDemand: 1 });
    });
    await run(plan);
    expect(order.indexOf('behind')).toBeGreaterThan(order.indexOf('101'));
  });
});

it('a definition may run as several stages, each with its own state', async () => {
  const shared: StageDefinition = numbers;
  expect(shared.kind).toBe('producer');
  const plan = pipeline(({ start, subscribe }) => {
    const sink = start('c', consumer<number>({ handleEvents: () => undefined }));
    subscribe(sink, { to: start('a', numbers), maxDemand: 2 });
    subscribe(sink, { to: start('b', numbers), maxDemand: 2 });
  });
  const { entries } = await run(plan);
  expect(of(entries, 'dispatch').filter(({ stage }) => stage === 'b').flatMap(({ events }) => events)).toEqual([0, 1, 2, 3, 4, 5]); // prettier-ignore
});
