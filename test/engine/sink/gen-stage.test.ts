import { afterEach, describe, expect, it } from 'vitest';
import {
  EngineError,
  GenStage,
  StageHost,
  Task,
  consumer,
  fromIterable,
  pipeline,
  producer,
  runVirtual,
  seededRandom,
  self,
  task,
  type Plan,
  type TraceEntry,
} from 'sluice';
import { streamsOn } from '../../../engine/sink/stream-scope.ts';
import { VirtualScheduler } from '../../../engine/time/virtual-scheduler.ts';
import { nodePlatform, startOnThreads } from '../../support/node-runner.ts';

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

/** Reads as soon as it runs; its state is what has come. */
const reads = (read: () => Promise<readonly unknown[]>) =>
  consumer<never, readonly unknown[]>({
    init: () => {
      self().info('read');
      return [];
    },
    handleEvents: () => undefined,
    handleInfo: async () => ({ state: await read() }),
  });

const plan = (read: () => Promise<readonly unknown[]>): Plan =>
  pipeline(({ start }) => {
    start('numbers', fromIterable(upTo(25)));
    start('letters', fromIterable(['a', 'b', 'c']));
    start('reader', reads(read));
  });

function statesOf(entries: readonly TraceEntry[], stage: string): unknown[] {
  return entries.flatMap((entry) =>
    entry.type === 'end' && entry.stage === stage && entry.callback === 'handleInfo' ? [entry.state] : [],
  );
}

const causes = (entries: readonly TraceEntry[], stage: string) =>
  entries.flatMap((entry) => (entry.type === 'crash' && entry.stage === stage ? [entry.error.code] : []));

async function all(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const got: unknown[] = [];
  for await (const one of stream) got.push(one);
  return got;
}

// A host that is driven by hand stays the one whose stages read.
afterEach(() => void streamsOn(null));

describe('GenStage.stream()', () => {
  it.each([0, 1, 2, 3])(
    'GS-211 GS-213 reads other stages within a callback, to their ends (seed %i)',
    async (seed) => {
      const run = await runVirtual(
        plan(() =>
          all(
            GenStage.stream([
              { to: 'numbers', cancel: 'transient', maxDemand: 4 },
              { to: 'letters', cancel: 'transient' },
            ]),
          ),
        ),
        { seed },
      );
      const [got] = statesOf(run.entries, 'reader');
      expect(Array.isArray(got) && got.filter((one) => typeof one === 'number').slice(0, 15)).toEqual(
        upTo(25).slice(0, 15),
      );
      const read = run.entries.flatMap((entry) =>
        entry.type === 'begin' && entry.stage === 'reader/stream 1' ? (entry.events ?? []) : [],
      );
      expect(read.filter((one) => typeof one === 'number')).toEqual(upTo(25));
      expect(read.filter((one) => typeof one === 'string')).toEqual(['a', 'b', 'c']);
      expect(run.ended).toBe('idle');
    },
  );

  it('GS-214 cancels with normal when the callback stops reading', async () => {
    const run = await runVirtual(
      plan(async () => {
        const got: unknown[] = [];
        for await (const n of GenStage.stream([{ to: 'numbers', maxDemand: 4, minDemand: 2 }])) {
          got.push(n);
          if (got.length === 5) break;
        }
        return got;
      }),
      { seed: 0 },
    );
    expect(statesOf(run.entries, 'reader')).toEqual([[1, 2, 3, 4, 5]]);
    expect(run.entries.find((entry) => entry.type === 'cancel' && entry.stage === 'numbers')).toMatchObject({
      kind: 'cancel',
      reason: 'normal',
    });
  });

  it('GS-212 crashes the callback that reads on when a producer ends that must not', async () => {
    const run = await runVirtual(
      plan(() => all(GenStage.stream([{ to: 'letters' }]))),
      { seed: 0 },
    );
    expect(causes(run.entries, 'reader')).toEqual(['stream_ended']);
  });

  it('GS-165 leaves what it reads when the stage that reads is killed', async () => {
    const host = new StageHost({
      worker: 0,
      workers: 1,
      placement: { silent: 0, reader: 0 },
      scheduler: new VirtualScheduler(),
      random: seededRandom(1),
      trace: 'full',
      capacity: 1_000,
      onRemote: () => undefined,
    });
    const settle = async () => {
      for (let [stage] = host.ready(); stage !== undefined; [stage] = host.ready()) {
        void host.step(stage);
        await Promise.resolve();
      }
    };
    void host.start('silent', producer<number>({ handleDemand: () => undefined }), undefined);
    void host.start(
      'reader',
      reads(() => all(GenStage.stream([{ to: 'silent' }]))),
      undefined,
    );
    await settle();
    expect(host.snapshot('silent')?.consumers).toHaveLength(1);
    host.kill('reader');
    await settle();
    expect(host.snapshot('silent')?.consumers).toEqual([]);
    expect(host.idle).toBe(true);
  });

  it('refuses to be called by nobody, and by a task', async () => {
    expect(() => GenStage.stream([{ to: 'numbers' }])).toThrow(EngineError);
    const reading = task(() => all(GenStage.stream([{ to: 'numbers' }])));
    const run = await runVirtual(
      plan(() => Task.await(Task.async(reading))),
      { seed: 0 },
    );
    expect(causes(run.entries, 'reader')).toEqual(['task_failed']);
  });

  it('GS-211 reads stages of other threads', { timeout: 120_000 }, async () => {
    const program = `
import { GenStage, consumer, fromIterable, pipeline, self } from 'sluice';
const reader = consumer({
  init: () => { self().info('read'); },
  handleEvents: () => undefined,
  handleInfo: async () => {
    let sum = 0;
    const from = ['a', 'b', 'c'].map((to) => ({ to, cancel: 'transient' as const, maxDemand: 10 }));
    for await (const n of GenStage.stream<number>(from)) sum += n;
    console.log('sum', sum);
  },
});
export default pipeline(({ start }) => {
  for (const name of ['a', 'b', 'c']) start(name, fromIterable(Array.from({ length: 100 }, (_, i) => i + 1)));
  start('reader', reader);
});
`;
    const run = startOnThreads(await nodePlatform(program), { workers: 3 });
    expect((await run.done).type).toBe('idle');
    const lines = run.now.entries.flatMap((entry) =>
      entry.type === 'log' ? [[entry.stage, ...entry.values]] : [],
    );
    expect(lines).toEqual([['reader', 'sum', 15_150]]);
  });
});
