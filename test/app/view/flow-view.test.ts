import { replay, type FlowView, type PlanView, type TraceEvent } from 'sluice';
import { describe, expect, it } from 'vitest';
import { flowCards } from '$lib/view/flow-view.ts';
import { layerFrames } from '$lib/view/layer-frames.ts';
import { pipelineLayout } from '$lib/view/pipeline-layout.ts';
import { pipelineView } from '$lib/view/pipeline-view.ts';
import { runSummary } from '$lib/view/run-summary.ts';
import { runTable } from '$lib/view/run-table.ts';
import { entriesOf, link, stage } from './recorded.ts';

const HOUR = Date.UTC(2001, 0, 1, 5);

const FLOW: FlowView = {
  id: 'counts',
  stages: ['counts/source', 'counts/reduce 1', 'counts/reduce 2'],
  sources: ['counts/source'],
  outlets: ['counts/reduce 1', 'counts/reduce 2'],
  ends: ['counts/reduce 1', 'counts/reduce 2'],
  demand: 'forward',
  layers: [
    {
      kind: 'source',
      stages: ['counts/source'],
      operations: ['from'],
      boundary: 'source',
      because: 'Events come from an iterable.',
    },
    {
      kind: 'mapReducer',
      stages: ['counts/reduce 1', 'counts/reduce 2'],
      operations: ['map', 'reduce'],
      window: 'fixed windows of 1 hour',
      boundary: 'partition',
      because: 'Events with equal keys must meet in one stage.',
    },
    {
      kind: 'stage',
      stages: ['board'],
      operations: [],
      boundary: 'output',
      because: 'What the flow emits is handled here.',
    },
  ],
};

const PLAN: PlanView = {
  stages: [
    stage('counts/source', 'producer', { dispatcher: 'partition', partitions: [0, 1] }),
    stage('counts/reduce 1', 'producerConsumer'),
    stage('counts/reduce 2', 'producerConsumer'),
    stage('board', 'consumer'),
  ],
  subscriptions: [
    link('counts/reduce 1', 'counts/source', { partition: 0 }),
    link('counts/reduce 2', 'counts/source', { partition: 1 }),
    link('board', 'counts/reduce 1'),
    link('board', 'counts/reduce 2'),
  ],
  flows: [FLOW],
};

const started = (kind: 'producer' | 'producerConsumer' | 'consumer'): TraceEvent => ({
  type: 'start',
  kind,
  state: null,
});
const handled = (subscription: string, count: number, emitted: number): [TraceEvent, TraceEvent] => [
  { type: 'begin', callback: 'handleEvents', subscription, count, events: [] },
  { type: 'end', callback: 'handleEvents', count: emitted, emitted: [], state: null },
];
const [begin, end] = handled('counts/reduce 1←counts/source', 1_200, 0);
const [begin2, end2] = handled('counts/reduce 2←counts/source', 34, 2);
const open: TraceEvent = { type: 'window', phase: 'open', window: 'fixed', id: HOUR, count: 0 };
const ENTRIES = entriesOf(
  ['counts/source', started('producer')],
  ['counts/reduce 1', started('producerConsumer')],
  ['counts/reduce 2', started('producerConsumer')],
  ['board', started('consumer')],
  ['counts/reduce 1', begin],
  ['counts/reduce 1', open],
  ['counts/reduce 1', end],
  ['counts/reduce 2', begin2],
  ['counts/reduce 2', open],
  ['counts/reduce 2', { ...open, phase: 'fire', count: 34, trigger: 'done', emitted: 2 }],
  ['counts/reduce 2', { ...open, phase: 'close', count: 34 }],
  ['counts/reduce 2', { type: 'watermark', eventMs: HOUR }],
  ['counts/reduce 2', { type: 'late', id: HOUR, count: 3, events: [] }],
  ['counts/reduce 2', end2],
  ['counts/reduce 1', { type: 'exit', reason: 'normal' }],
  ['counts/reduce 2', { type: 'exit', reason: 'normal' }],
);
const at = (n: number) => replay(PLAN, ENTRIES, n);
const ALL = ENTRIES.length;
const cardAt = (n: number) => flowCards(PLAN, at(n))[0];

describe('flowCards()', () => {
  it('says how far each layer is, over all of its stages', () => {
    expect(
      cardAt(14)?.layers.map(({ number, operations, stagesText, progress, facts }) => [
        number,
        operations,
        stagesText,
        progress,
        facts,
      ]),
    ).toEqual([
      [1, 'from', '1 stage', '0 out', []],
      [2, 'map · reduce', '2 stages', '1,234 in, 2 out', ['1 window open', '3 late']],
      [3, 'passes on', '1 stage', '0 in', []],
    ]);
  });

  it('gives the reason of a layer and its window in words', () => {
    expect(cardAt(14)?.layers[1]?.name).toBe(
      'Layer 2, map · reduce, on 2 stages. Events with equal keys must meet in one stage. window: fixed windows of 1 hour. 1,234 in, 2 out. 1 window open. 3 late',
    );
  });

  it('tells before the start, while it runs, and once its last layer has ended', () => {
    expect([0, 4, 15, ALL].map((n) => cardAt(n)?.status)).toEqual(['absent', 'running', 'running', 'ended']);
    const crash: TraceEvent = {
      type: 'crash',
      callback: 'handleEvents',
      error: { name: 'Error', message: 'boom' },
    };
    const crashed = replay(
      PLAN,
      entriesOf(
        ...FLOW.stages.map((id) => [id, started('producerConsumer')] as const),
        ['counts/reduce 1', crash],
        ['counts/reduce 2', { type: 'exit', reason: 'shutdown' }],
      ),
      5,
    );
    expect(flowCards(PLAN, crashed)[0]).toMatchObject({ status: 'crashed', statusText: 'crashed' });
  });

  it('finds no flow in a plan without one', () => {
    expect(flowCards({ stages: PLAN.stages, subscriptions: [] }, at(0))).toEqual([]);
  });
});

describe('the stages of a flow on the picture', () => {
  const { stages } = pipelineView(PLAN, at(14), { placement: {} });

  it('name the operators that share them', () => {
    expect(stages.map(({ operations }) => operations)).toEqual([
      'from',
      'map · reduce',
      'map · reduce',
      null,
    ]);
    expect(stages[1]?.name).toMatch(/^counts\/reduce 1, producer-consumer on worker 1; runs map · reduce; /);
  });

  it('tell which windows are open, have fired, and what came too late', () => {
    expect(stages[2]?.facts).toEqual([
      {
        kind: 'windows',
        text: '0 windows',
        words: '0 fixed windows open, fired once, watermark at 2001-01-01T05:00Z',
      },
      { kind: 'late', text: '3 late', words: '3 came too late' },
    ]);
  });

  it('are told layer by layer in the text beside the picture, with what came too late', () => {
    const told = runSummary(PLAN, ENTRIES, { at: 14, state: at(14) });
    expect(told).toContain(
      'The flow counts, running: from (0 out), then map · reduce (1,234 in, 2 out, 1 window open, 3 late), then passes on (0 in).',
    );
    expect(told).toContain('counts/reduce 2 dropped 3 events that came too late for their windows.');
  });

  it('have columns of their own in the tables', () => {
    const table = runTable(PLAN, at(14), { placement: {} });
    expect(table.stageTitles).toEqual(['dispatcher', 'operators', 'windows', 'late']);
    expect(table.flows).toEqual(flowCards(PLAN, at(14)));
  });
});

describe('layerFrames()', () => {
  it('frames the stages of each layer, apart from those of the others', () => {
    const layout = pipelineLayout(PLAN, { width: 900, height: 700 });
    const frames = layerFrames(cardAt(0)?.layers ?? [], layout.stages);
    expect(frames.map(({ number }) => number)).toEqual([1, 2, 3]);
    for (const [i, frame] of frames.entries()) {
      const own = cardAt(0)?.layers[i]?.stages ?? [];
      for (const box of layout.stages) {
        const isInside =
          frame.x < box.x &&
          box.x + box.width < frame.x + frame.width &&
          frame.y < box.y &&
          box.y + box.height < frame.y + frame.height;
        expect(isInside, `${box.id} in ${frame.number}`).toBe(own.includes(box.id));
      }
    }
  });
});
