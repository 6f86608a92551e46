import { consumer, pipeline, planOf, producer, runVirtual, type Print } from 'sluice';
import { describe, expect, it } from 'vitest';
import { viewOfRecording } from '$lib/sandbox/recording-view.ts';

const counted = (events: number, each: (n: number) => void = () => undefined) =>
  pipeline(({ start, subscribe }) => {
    const numbers = producer({
      init: (first: number) => first,
      handleDemand: (demand, next) => ({
        events: Array.from({ length: Math.min(demand, events - next) }, (_, i) => next + i),
        state: Math.min(next + demand, events),
      }),
    });
    const printer = consumer({ handleEvents: (received: number[]) => received.forEach((n) => each(n)) });
    subscribe(start('printer', printer), { to: start('numbers', numbers, 0), maxDemand: 4, minDemand: 2 });
  });

const crashing = pipeline(({ start, subscribe }) => {
  const numbers = producer({
    handleDemand: () => {
      throw new Error('empty');
    },
  });
  const printer = consumer({ handleEvents: () => undefined });
  subscribe(start('printer', printer), { to: start('numbers', numbers) });
});

const recorded = (program: unknown) => runVirtual(planOf(program), { seed: 3, entryBudget: 1_000 });

describe('`viewOfRecording()`', () => {
  it('shows a recording as a run that is over, with its counters', async () => {
    const run = await recorded(counted(7));
    const view = viewOfRecording(run, null);
    expect(view).toMatchObject({ status: 'finished', plan: run.plan, workers: 1, dropped: 0, problems: [] });
    expect(view.entries).toBe(run.entries);
    expect(view.stages).toMatchObject([
      { stage: 'printer', handled: 7 },
      { stage: 'numbers', emitted: 7, discarded: 0 },
    ]);
    expect(view.subscriptions).toMatchObject([{ dispatched: 7 }]);
    expect(view.placement).toEqual({ printer: 0, numbers: 0 });
  });

  it('shows one that recorded as much as it may as stopped: nothing says that it was over', async () => {
    const run = await recorded(counted(1_000_000));
    expect(run.ended).toBe('budget');
    expect(viewOfRecording(run, null)).toMatchObject({ status: 'stopped', problems: [] });
  });

  it('shows what was printed, under the stage that printed it', async () => {
    let print: Print | null = null;
    const onPrint = (next: Print | null): void => {
      print = next;
    };
    const said = (n: number) => print?.('info', ['Received', n], () => undefined);
    const run = await runVirtual(planOf(counted(3, said)), { seed: 3, entryBudget: 1_000, onPrint });
    expect(viewOfRecording(run, null).console).toMatchObject(
      [0, 1, 2].map((n) => ({ stage: 'printer', level: 'info', text: `Received ${n}` })),
    );
  });

  it('says what crashed', async () => {
    const view = viewOfRecording(await recorded(crashing), null);
    expect(view.status).toBe('failed');
    expect(view.problems).toMatchObject([{ phase: 'run', stage: 'numbers' }]);
    expect(view.stages.find(({ stage }) => stage === 'numbers')?.status).toBe('crashed');
  });
});
