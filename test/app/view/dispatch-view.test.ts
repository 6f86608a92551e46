import { describe, expect, it } from 'vitest';
import { replay, type PlanView } from 'sluice';
import { pipelineView } from '$lib/view/pipeline-view.ts';
import { runSummary } from '$lib/view/run-summary.ts';
import { runTable } from '$lib/view/run-table.ts';
import { ShownPlan } from '$lib/view/shown-plan.ts';
import { dispatcherText, taskWords } from '$lib/view/stage-facts.ts';
import { entriesOf, link, stage, subscribing } from './recorded.ts';

const PARTITIONED: PlanView = {
  stages: [
    stage('words', 'producer', { dispatcher: 'partition', partitions: ['even', 'odd'] }),
    stage('left', 'consumer'),
    stage('right', 'consumer'),
  ],
  subscriptions: [link('left', 'words', { partition: 'even' }), link('right', 'words', { partition: 'odd' })],
};

const QUEUED = entriesOf(
  ['words', { type: 'start', kind: 'producer', state: null }],
  ['words', { type: 'drop', count: 4 }],
  ['words', { type: 'queue', partition: 'even', added: 3, removed: 0, size: 3 }],
  ['words', { type: 'queue', partition: 'odd', added: 1, removed: 1, size: 0 }],
);

describe('dispatcherText()', () => {
  const [words, left] = PARTITIONED.stages;
  if (!words || !left) throw new Error('the plan has stages');

  it('names a dispatcher that decides something, with its partitions', () => {
    expect(dispatcherText(words, PARTITIONED)).toBe('partition: even, odd');
    expect(dispatcherText(stage('words', 'producer', { dispatcher: 'broadcast' }), PARTITIONED)).toBe(
      'broadcast',
    );
  });

  it('says nothing of a single consumer, and of a consumer', () => {
    const simple: PlanView = { ...PARTITIONED, subscriptions: PARTITIONED.subscriptions.slice(0, 1) };
    expect(dispatcherText(stage('words', 'producer'), simple)).toBeNull();
    expect(dispatcherText(stage('words', 'producer'), PARTITIONED)).toBe('demand');
    expect(dispatcherText(left, PARTITIONED)).toBeNull();
  });
});

describe('a partition dispatcher on the picture', () => {
  const state = replay(PARTITIONED, QUEUED, QUEUED.length);
  const { stages, edges } = pipelineView(PARTITIONED, state, { placement: {} });

  it('says on its card what waits and what was left out, and in words for which partition', () => {
    expect(stages[0]?.facts.map(({ text }) => text)).toEqual(['3 queued', '4 left out']);
    expect(stages[0]?.name).toBe(
      'words, producer on worker 1; partition dispatcher: even, odd; waiting to be asked; emitted 0; 3 wait for a partition that has not asked: 3 for even; 4 left out by the hash',
    );
  });

  it('names the partition on each edge', () => {
    expect(edges.map(({ partition }) => partition)).toEqual(['even', 'odd']);
    expect(edges[0]?.name).toMatch(/^left subscribes to words, partition even\. /);
    expect(runTable(PARTITIONED, state, { placement: {} }).subscriptionTitles).toEqual(['partition']);
  });

  it('sums up what was left out', () => {
    expect(runSummary(PARTITIONED, QUEUED, { at: QUEUED.length, state })).toContain(
      'words left out 4 events that belong to no partition.',
    );
  });
});

describe('a selector on the picture', () => {
  const plan: PlanView = {
    stages: [stage('numbers', 'producer', { dispatcher: 'broadcast' }), stage('odd', 'consumer')],
    subscriptions: [link('odd', 'numbers', { selective: true })],
  };
  const entries = entriesOf(
    ['numbers', { type: 'start', kind: 'producer', state: null }],
    ['odd', subscribing('odd←numbers', 'numbers')],
    ['odd', { type: 'ask', subscription: 'odd←numbers', count: 10, pending: 10 }],
    ['numbers', { type: 'drop', count: 5, subscription: 'odd←numbers' }],
  );
  const state = replay(plan, entries, entries.length);

  it('counts on the card, on the edge and in the summary what it refused', () => {
    const { stages, edges } = pipelineView(plan, state, { placement: {} });
    expect(stages[0]?.facts).toEqual([
      { kind: 'refused', text: '5 left out', words: '5 left out by selectors' },
    ]);
    expect(edges[0]?.refused).toBe(5);
    expect(edges[0]?.name).toContain('its selector refused 5 events');
    expect(runSummary(plan, entries, { at: entries.length, state }).join(' ')).toContain(
      'its selector refused 5.',
    );
  });
});

describe('tasks on the picture', () => {
  const plan: PlanView = {
    stages: [stage('orders', 'producer'), stage('pool', 'consumer', { children: { restart: 'temporary' } })],
    subscriptions: [link('pool', 'orders')],
  };
  const entries = entriesOf(
    ['pool', { type: 'start', kind: 'consumer', state: { own: 'business' } }],
    ['pool', { type: 'task', task: 'child 1', phase: 'start', on: 0, value: 7 }],
    ['pool', { type: 'task', task: 'child 2', phase: 'start', on: 2, value: 8 }],
    ['pool', { type: 'task', task: 'child 3', phase: 'start', on: 2, value: 9 }],
    ['pool', { type: 'task', task: 'child 2', phase: 'end', on: 2, outcome: 'failed', value: 'boom' }],
  );

  it('counts the children of a consumerSupervisor, from the beginning', () => {
    const textAt = (n: number) =>
      pipelineView(plan, replay(plan, entries, n), { placement: {} }).stages[1]?.facts;
    expect(textAt(1)).toEqual([{ kind: 'tasks', text: 'children 0', words: '0 children running' }]);
    expect(textAt(5)).toEqual([
      { kind: 'tasks', text: 'children 2', words: '2 children running on workers 1 and 3; 1 failed' },
    ]);
  });

  it('says that they are at work, and counts their events as pending', () => {
    const { stages, edges } = pipelineView(plan, replay(plan, entries, 4), { placement: {} });
    expect(stages[1]).toMatchObject({
      kindText: 'consumer supervisor',
      mood: 'busy',
      moodText: '3 children at work',
      stateText: null,
    });
    expect(edges[0]?.demand.pending).toBe(3);
  });

  it('tells them in the summary', () => {
    const state = replay(plan, entries, 5);
    expect(runSummary(plan, entries, { at: 5, state })).toContain(
      'pool: 2 children running on workers 1 and 3; 1 failed.',
    );
  });

  it('says one task, and how others ended', () => {
    expect(
      taskWords(
        {
          running: [{ task: 'a', on: 1, value: null }],
          ended: { ok: 3, failed: 0, timeout: 1, shutdown: 2 },
        },
        'tasks',
      ),
    ).toBe('1 task running on worker 2; 3 done; 1 too late; 2 shut down');
  });
});

describe('ShownPlan', () => {
  const plan: PlanView = {
    stages: [stage('numbers', 'producer'), stage('printer', 'consumer')],
    subscriptions: [link('printer', 'numbers')],
  };
  const added = entriesOf(
    ['printer', subscribing('printer←numbers', 'numbers')],
    ['printer', subscribing('printer←numbers@2', 'numbers')],
    ['printer', subscribing('printer←numbers#2', 'numbers')],
    ['reader', subscribing('reader←numbers', 'numbers')],
  );

  it('is the plan itself until something is added, later lives included', () => {
    const shown = new ShownPlan(plan);
    expect(shown.update(added.slice(0, 2))).toBe(plan);
  });

  it('adds subscriptions that were made while running, and the stages at their ends, once', () => {
    const shown = new ShownPlan(plan);
    const first = shown.update(added);
    expect(first.subscriptions.map(({ id }) => id)).toEqual([
      'printer←numbers',
      'printer←numbers#2',
      'reader←numbers',
    ]);
    expect(first.stages.map(({ id, kind }) => [id, kind])).toEqual([
      ['numbers', 'producer'],
      ['printer', 'consumer'],
      ['reader', 'consumer'],
    ]);
    expect(shown.update([...added, ...added.slice(0, 1)])).toBe(first);
  });

  it('starts over with another run', () => {
    const shown = new ShownPlan(plan);
    shown.update(added);
    expect(shown.update([])).toBe(plan);
  });
});
