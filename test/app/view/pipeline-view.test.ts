import { describe, expect, it } from 'vitest';
import { advance, Replay, type PipelineState, type StageId } from 'sluice';
import { moodOf, pipelineView } from '$lib/view/pipeline-view.ts';
import { hungStage } from '$lib/view/run-status.ts';
import { runSummary } from '$lib/view/run-summary.ts';
import { runTable } from '$lib/view/run-table.ts';
import { firstRun } from './first-run.ts';

const run = await firstRun({ entryBudget: 400 });
const replay = new Replay(run.plan, run.entries);

const cardOf = (state: PipelineState, id: StageId) => {
  const card = pipelineView(run.plan, state, { placement: { numbers: 0, evens: 1, printer: 2 } }).stages.find(
    (own) => own.id === id,
  );
  if (!card) throw new Error(`no card of ${id}`);
  return card;
};

describe('pipelineView()', () => {
  it('names kind, worker, doing and counts of a stage in one sentence', () => {
    const card = cardOf(replay.at(0), 'evens');
    expect(card.name).toBe('evens, producer-consumer on worker 2; not started; handled 0; emitted 0');
  });

  it('repeats the sub-goals that the lesson names, and no others', () => {
    const labels = ['Answer demand', 'Handle events', 'Subscribe'];
    const { stages } = pipelineView(run.plan, replay.at(0), { placement: {}, labels });
    expect(stages.map(({ label }) => label)).toEqual(['Answer demand', null, 'Handle events']);
  });

  it('says busy exactly while a callback of the stage runs', () => {
    let running = new Map<StageId, string>();
    for (const [i, entry] of run.entries.entries()) {
      if (entry.type === 'begin') running = new Map(running).set(entry.stage, entry.callback);
      if (entry.type === 'end') running.delete(entry.stage);
      for (const { id, mood, moodText } of pipelineView(run.plan, replay.at(i + 1), { placement: {} })
        .stages) {
        expect(mood === 'busy').toBe(running.has(id));
        if (mood === 'busy') expect(moodText).toBe(`busy in ${running.get(id)}`);
      }
    }
  });

  it('says of a stage that never came back that it did not, at the end of the recording only', () => {
    const state = replay.at(run.entries.length);
    const problems = [{ severity: 'error', phase: 'watchdog', message: 'it hangs', stage: 'evens' } as const];
    expect(hungStage({ entries: run.entries, problems }, run.entries.length - 1)).toBeNull();
    const hung = hungStage({ entries: run.entries, problems }, run.entries.length);
    const { stages } = pipelineView(run.plan, state, { placement: {}, hung });
    expect(stages.filter(({ moodText }) => moodText === 'never came back').map(({ id }) => id)).toEqual([
      'evens',
    ]);
  });

  it('says that a producer waits to be asked once all that was asked for is sent', () => {
    const n = run.entries.findIndex((entry) => entry.type === 'dispatch' && entry.open === 0) + 1;
    expect(cardOf(replay.at(n), 'numbers')).toMatchObject({
      mood: 'waiting',
      moodText: 'waiting to be asked',
    });
  });

  it('says that a stage with stored events and no demand is blocked', () => {
    const n = run.entries.findIndex((entry) => entry.type === 'buffer') + 1;
    expect(n).toBeGreaterThan(0);
    const idle = run.entries.findIndex(
      (entry, i) => i >= n && replay.at(i).stages['evens']?.status === 'idle',
    );
    expect(moodOf({ id: 'evens', kind: 'producerConsumer' }, replay.at(idle)).mood).toBe('blocked');
  });

  it('counts events in hand that it does not list', () => {
    const n = run.entries.findIndex((entry) => entry.type === 'deliver' && entry.count === 10) + 1;
    const { inHand, inHandRest, name } = cardOf(replay.at(n), 'evens');
    expect(inHand.map(({ label }) => label)).toEqual(['0', '1', '2']);
    expect(inHandRest).toBe(7);
    expect(name).toContain('has 10 events in hand');
  });

  it('shows a crash', () => {
    const crashed = advance(replay.at(100), {
      seq: 10_000,
      atMs: 5,
      worker: 0,
      stage: 'printer',
      cause: null,
      type: 'crash',
      callback: 'handleEvents',
      error: { name: 'Error', message: 'no' },
    });
    expect(cardOf(crashed, 'printer')).toMatchObject({ mood: 'crashed', moodText: 'crashed' });
  });
});

describe('runTable()', () => {
  it('says in text what the picture shows, at every entry', () => {
    for (let n = 0; n <= run.entries.length; n += 7) {
      const state = replay.at(n);
      const { stages, subscriptions } = runTable(run.plan, state, { placement: {} });
      for (const row of stages) {
        expect(row.doing).toBe(cardOf(state, row.stage).moodText);
        if (row.stage === 'printer') expect(row.handled).toBe(String(state.stages['printer']?.handled));
      }
      for (const row of subscriptions) {
        const link = state.subscriptions[row.id];
        expect([row.asked, row.sent, row.pending]).toEqual(
          [link?.asked, link?.dispatched, link?.pending].map((count) => (count ?? 0).toLocaleString('en-US')),
        );
      }
    }
  });
});

describe('runSummary()', () => {
  it('tells the shape, then how much was asked for, sent and handled', () => {
    const at = run.entries.length;
    const state = replay.at(at);
    const asks = run.entries.filter((entry) => entry.type === 'ask' && entry.stage === 'evens').length;
    const link = state.subscriptions['evens←numbers'];
    const [shape, , second] = [...runSummary(run.plan, run.entries, { at, state }), ''];
    expect(shape).toMatch(/^3 stages on 1 worker, 40\d entries in /);
    expect(runSummary(run.plan, run.entries, { at, state })).toContain(
      `evens asked numbers ${asks} times for ${link?.asked} events in all, with at most 10 pending; numbers sent ${link?.dispatched} of them and ${link?.handled} are handled.`,
    );
    expect(second).not.toBe('');
  });

  it('says what carries events between workers, where there are several and it is known', () => {
    const at = run.entries.length;
    const elsewhere = run.entries.map((entry, i) => ({ ...entry, worker: i % 2 }));
    const told = (entries: typeof run.entries, transport?: 'ring' | 'port') =>
      runSummary(run.plan, entries, { at, state: replay.at(at), transport }).filter((line) =>
        line.includes('worker to worker'),
      );
    expect(told(elsewhere, 'ring')).toEqual(['Events go from worker to worker through shared memory.']);
    expect(told(elsewhere, 'port')[0]).toMatch(/through message ports/);
    expect([told(elsewhere), told(run.entries, 'ring')]).toEqual([[], []]);
  });

  it('says when nothing has happened', () => {
    expect(runSummary(run.plan, run.entries, { at: 0, state: replay.at(0) })).toEqual([
      'Nothing has happened yet.',
    ]);
  });
});
