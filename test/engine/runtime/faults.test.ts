import {
  consumer,
  pipeline,
  producer,
  runLocal,
  runVirtual,
  sleep,
  type EntryOf,
  type PlannedFault,
  type TraceType,
  type VirtualRun,
} from 'sluice';
import { describe, expect, it } from 'vitest';

const LAST = 40;

/** Counts from its argument to {@link LAST}, then ends. */
const numbers = producer({
  init: (first: number) => first,
  handleDemand: (demand, next) => {
    const events = Array.from({ length: Math.min(demand, LAST - next + 1) }, (_, i) => next + i);
    return events.length === 0 ? { stop: 'normal' } : { events, state: next + events.length };
  },
});

/** A source and a sink, both supervised; the sink is slow by the clock of the run. */
function plan({ msPerBatch = 0 }: { readonly msPerBatch?: number } = {}) {
  const sink = consumer({
    init: () => [] as number[],
    handleEvents: async (events: readonly number[], seen) => {
      if (msPerBatch > 0) await sleep(msPerBatch);
      return { state: [...seen, ...events] };
    },
    terminate: () => undefined,
  });
  return pipeline(({ start, subscribe, supervise }) => {
    const from = start('numbers', numbers, 1);
    const to = start('sink', sink);
    subscribe(to, { to: from, maxDemand: 4, minDemand: 2, cancel: 'temporary' });
    supervise('keeper', [{ child: from, restart: 'transient' }, to], { strategy: 'oneForOne' });
  });
}

async function runWith(faults: readonly PlannedFault[], msPerBatch = 0): Promise<VirtualRun> {
  return runVirtual(plan({ msPerBatch }), { seed: 0, faults });
}

function entriesOf<T extends TraceType>({ entries }: VirtualRun, type: T): EntryOf<T>[] {
  return entries.filter((entry): entry is EntryOf<T> => entry.type === type);
}

describe('crash()', () => {
  it('ends a stage as a failure of its own would: recorded, caused by the fault, and its supervisor starts it again', async () => {
    const run = await runWith([{ fault: 'crash', stage: 'sink', message: 'boom', turn: 12 }]);
    const [fault] = entriesOf(run, 'fault');
    const [crash] = entriesOf(run, 'crash');
    expect(fault).toMatchObject({ stage: 'sink', fault: 'crash', message: 'boom', cause: null });
    expect(crash).toMatchObject({
      stage: 'sink',
      cause: fault?.seq,
      error: { code: 'fault_injected', message: expect.stringContaining('boom') as string },
    });
    expect(entriesOf(run, 'restart')).toMatchObject([{ stage: 'keeper', child: 'sink', life: 2 }]);
    expect(entriesOf(run, 'begin').filter(({ callback }) => callback === 'terminate')).toHaveLength(1);
  });

  it('strikes in the middle of a callback that waits, whose events are lost and accounted for', async () => {
    const run = await runWith([{ fault: 'crash', stage: 'sink', atMs: 5 }], 10);
    expect(entriesOf(run, 'crash')).toMatchObject([{ stage: 'sink', atMs: 5, callback: null }]);
    expect(entriesOf(run, 'lost')).toContainEqual(
      expect.objectContaining({ stage: 'sink', where: 'callback', subscription: 'sink←numbers' }),
    );
    // Two pieces of its code must not run at the same time.
    expect(entriesOf(run, 'begin').filter(({ callback }) => callback === 'terminate')).toEqual([]);
  });

  it('does nothing to a stage that has ended', async () => {
    const run = await runWith([
      { fault: 'crash', stage: 'keeper', turn: 3 },
      { fault: 'crash', stage: 'sink', turn: 3 },
    ]);
    expect(entriesOf(run, 'fault')).toMatchObject([{ stage: 'keeper' }]);
    expect(entriesOf(run, 'exit').map(({ stage, reason }) => [stage, reason])).toContainEqual([
      'sink',
      'killed',
    ]);
  });
});

describe('freeze()', () => {
  it('keeps a stage from taking messages until it is thawed, and then nothing is missing', async () => {
    const run = await runWith([
      { fault: 'freeze', stage: 'sink', turn: 6 },
      { fault: 'thaw', stage: 'sink', atMs: 50 },
    ]);
    const [freeze, thaw] = entriesOf(run, 'fault');
    const between = run.entries.filter(({ seq }) => seq > (freeze?.seq ?? 0) && seq < (thaw?.seq ?? 0));
    expect(between.filter(({ stage, type }) => stage === 'sink' && type === 'deliver')).toEqual([]);
    expect(thaw?.atMs).toBe(50);
    const delivered = entriesOf(run, 'deliver').reduce((sum, { count }) => sum + count, 0);
    expect(delivered).toBe(LAST);
  });

  it('ends a run in virtual time that nobody thaws, and says so', async () => {
    const run = await runWith([{ fault: 'freeze', stage: 'sink', turn: 6 }]);
    expect(entriesOf(run, 'warning')).toMatchObject([{ stage: 'sink', code: 'never_thawed' }]);
  });

  it('keeps a run going while messages wait for the stage; a stop thaws it', async () => {
    const run = runLocal(plan(), { keepAlive: false });
    run.freeze('sink');
    let ended = false;
    void run.done.then(() => (ended = true));
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(false);
    expect(run.counters().stages.find(({ stage }) => stage === 'sink')?.status).toBe('frozen');
    run.kill('keeper', 'killed');
    expect(await run.done).toBe('exited');
  });
});

describe('slowLink()', () => {
  const slow = (delayMs: number, when: { readonly turn: number } | { readonly atMs: number }) =>
    ({ fault: 'slowLink', subscription: 'sink←numbers', delayMs, ...when }) as const;

  it('delays both ways of a subscription, in order, and the run waits for what is under way', async () => {
    const run = await runWith([slow(10, { turn: 0 })]);
    expect(entriesOf(run, 'fault')).toMatchObject([{ stage: 'sink', fault: 'slowLink', delayMs: 10 }]);
    const sent = new Map(run.entries.map((entry) => [entry.seq, entry]));
    for (const entry of [...entriesOf(run, 'deliver'), ...entriesOf(run, 'asked')]) {
      const cause = sent.get(entry.cause ?? 0);
      expect(entry.atMs - (cause?.atMs ?? NaN)).toBe(10);
    }
    expect(entriesOf(run, 'deliver').map(({ first }) => first)).toEqual(
      entriesOf(run, 'dispatch').map(({ first }) => first),
    );
    expect(entriesOf(run, 'deliver').reduce((sum, { count }) => sum + count, 0)).toBe(LAST);
  });

  it('lets what is under way arrive first when it ends', async () => {
    const run = await runWith([slow(100, { turn: 0 }), slow(0, { atMs: 250 })]);
    const firsts = entriesOf(run, 'deliver').map(({ first }) => first);
    expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
    expect(entriesOf(run, 'deliver').reduce((sum, { count }) => sum + count, 0)).toBe(LAST);
    expect(run.entries.at(-1)?.atMs).toBeLessThanOrEqual(300);
  });

  it('stays with the link in later lives of its consumer', async () => {
    const run = await runWith([slow(10, { turn: 0 }), { fault: 'crash', stage: 'sink', atMs: 25 }]);
    const later = entriesOf(run, 'asked').filter(({ subscription }) => subscription === 'sink←numbers@2');
    const sent = new Map(run.entries.map((entry) => [entry.seq, entry]));
    expect(later.length).toBeGreaterThan(0);
    for (const entry of later) expect(entry.atMs - (sent.get(entry.cause ?? 0)?.atMs ?? NaN)).toBe(10);
  });
});

describe('killWorker()', () => {
  it('ends a run in one place: everything on its only worker is killed', async () => {
    const run = await runWith([{ fault: 'killWorker', worker: 0, turn: 8 }]);
    const [fault] = entriesOf(run, 'fault');
    expect(run.ended).toBe('crashed');
    const exits = entriesOf(run, 'exit');
    expect(exits.map(({ stage }) => stage).sort()).toEqual(['keeper', 'numbers', 'sink']);
    for (const exit of exits) expect(exit).toMatchObject({ reason: 'killed', cause: fault?.seq });
  });
});

describe('faults', () => {
  it.each([
    ['a stage', { fault: 'freeze', stage: 'sinc', turn: 0 }, 'stage_unknown', 'did you mean "sink"'],
    [
      'a subscription',
      { fault: 'slowLink', subscription: 'x', delayMs: 1, turn: 0 },
      'subscription_unknown',
      'sink←numbers',
    ],
    ['a worker', { fault: 'killWorker', worker: 3, turn: 0 }, 'worker_unknown', 'received 3'],
    [
      'a delay',
      { fault: 'slowLink', subscription: 'sink←numbers', delayMs: -1, turn: 0 },
      'option_out_of_range',
      'delayMs',
    ],
  ] as const)('are refused for %s that is not there', async (_, fault, code, says) => {
    await expect(runWith([fault])).rejects.toMatchObject({
      code,
      message: expect.stringMatching(says) as string,
    });
  });
});
