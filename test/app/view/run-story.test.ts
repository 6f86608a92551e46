import { describe, expect, it } from 'vitest';
import { runStory as tellRun } from '../../../app/lib/view/run-story.ts';
import { atOnce } from '../../support/at-once.ts';
import { CRASH_AND_RESTART, entriesOf, link, stage, subscribing, SUPERVISED } from './recorded.ts';
import type { PlanView, TraceEntry } from 'sluice';

const PLAN: PlanView = {
  stages: [stage('numbers', 'producer'), stage('printer', 'consumer')],
  subscriptions: [link('printer', 'numbers')],
};
const runStory = (plan: PlanView, entries: readonly TraceEntry[]) => atOnce(tellRun(plan, entries));
const ON = 'printer←numbers';

/** The printer handles ten events in each of ten batches; every one takes 90 of 100 ms. */
const BUSY: readonly TraceEntry[] = [
  ...entriesOf(
    ['printer', subscribing(ON, 'numbers')],
    ['printer', { type: 'ask', subscription: ON, count: 10, pending: 10 }],
    ['numbers', { type: 'dispatch', subscription: ON, first: 0, count: 10, events: [], open: 0 }],
  ).map((entry) => ({ ...entry, atMs: 0 })),
  ...Array.from({ length: 10 }, (_, i) => [
    { type: 'begin', callback: 'handleEvents', subscription: ON, count: 10, atMs: 100 * i } as const,
    {
      type: 'end',
      callback: 'handleEvents',
      count: 0,
      emitted: [],
      state: null,
      atMs: 100 * i + 90,
    } as const,
  ])
    .flat()
    .map((entry, i): TraceEntry => ({ seq: 4 + i, worker: 0, stage: 'printer', cause: null, ...entry })),
];

describe('runStory', () => {
  it('says what the pipeline is made of', () => {
    expect(runStory(SUPERVISED, []).shape).toEqual([
      'numbers is a producer.',
      'printer is a consumer.',
      'printer takes events from numbers: at most 10 pending, asking again at 5.',
      'keeper starts printer again when it fails.',
    ]);
  });

  it('tells a run in parts of time, with rates and how busy who was', () => {
    const { parts } = runStory(PLAN, BUSY);
    expect(parts.map(({ when }) => when)).toEqual([
      '0 ms – 200 ms',
      '200 ms – 400 ms',
      '400 ms – 600 ms',
      '600 ms – 800 ms',
      '800 ms – 990 ms',
    ]);
    const words = parts.map(({ lines }) => lines.map((line) => line.words));
    expect(words[0]).toEqual([
      '0 ms: printer asked numbers for 10: the first ask of the run.',
      '0 ms: numbers sent the first 10 events.',
      'printer handled 20 events, 100 a second.',
      'Busy: printer 90\u00a0% of the time.',
    ]);
    expect(words[1]).toEqual([
      'printer handled 20 events, 100 a second.',
      'Busy: printer 90\u00a0% of the time.',
    ]);
  });

  it('links what happened once to its moment', () => {
    const lines = runStory(SUPERVISED, CRASH_AND_RESTART).parts.flatMap((part) => part.lines);
    const crash = CRASH_AND_RESTART.find(({ type }) => type === 'crash');
    const restart = CRASH_AND_RESTART.find(({ type }) => type === 'restart');
    expect(lines.find(({ words }) => words.includes('printer crashed'))?.seq).toBe(crash?.seq);
    expect(lines.find(({ words }) => words.includes('started printer again'))?.seq).toBe(restart?.seq);
  });

  it('counts what happens again and again instead of telling it each time', () => {
    const dropped = entriesOf(
      ...Array.from({ length: 4 }, () => ['numbers', { type: 'discard', count: 2 }] as const),
    ).map((entry) => ({ ...entry, atMs: 1 }));
    const [line] = runStory(PLAN, dropped).parts.flatMap((part) => part.lines);
    expect(line).toEqual({
      words: '1 ms: numbers dropped events, as its buffer was full; 3 more times like this.',
      seq: 1,
    });
  });
});
