import { describe, expect, it } from 'vitest';
import { advance, replay, type PipelineState } from 'sluice';
import { edgeStates } from '$lib/view/edge-state.ts';
import { entrySentence } from '$lib/view/entry-sentence.ts';
import { pipelineView } from '$lib/view/pipeline-view.ts';
import { runSummary } from '$lib/view/run-summary.ts';
import { runTable } from '$lib/view/run-table.ts';
import { supervisorCards } from '$lib/view/supervisor-view.ts';
import { timelineView } from '$lib/view/timeline.ts';
import { TimelineLog } from '$lib/view/timeline-log.ts';
import { isLandmark } from '$lib/view/timeline-marks.ts';
import { CRASH_AND_RESTART as ENTRIES, SUPERVISED as PLAN } from './recorded.ts';

const at = (n: number): PipelineState => replay(PLAN, ENTRIES, n);
const last = at(ENTRIES.length);
const viewAt = (state: PipelineState) => pipelineView(PLAN, state, { placement: {} });
const printerIn = (state: PipelineState) => viewAt(state).stages.find(({ id }) => id === 'printer');

describe('a supervised stage on the picture', () => {
  it('names who starts it again, and its life once it was', () => {
    expect(printerIn(at(4))).toMatchObject({ supervisor: 'keeper', lifeText: null, mood: 'waiting' });
    expect(printerIn(at(10))).toMatchObject({ mood: 'crashed', lifeText: null });
    expect(printerIn(last)).toMatchObject({ mood: 'waiting', lifeText: 'life 2' });
    expect(printerIn(last)?.name).toBe(
      'printer, consumer on worker 1; supervised by keeper; waiting for events in life 2; handled 0; 3 lost',
    );
  });

  it('shows what was lost with it as a number', () => {
    expect(printerIn(last)?.facts).toEqual([{ kind: 'lost', text: '3 lost', words: '3 lost' }]);
    expect(viewAt(last).stages[0]?.facts).toEqual([]);
  });

  it('keeps one edge for the subscriptions of all lives', () => {
    expect(edgeStates(last).get('printer←numbers')).toMatchObject({
      lives: 2,
      asked: 20,
      dispatched: 3,
      lost: 3,
      pending: 10,
      active: true,
    });
    const [edge, ...others] = viewAt(last).edges;
    expect(others).toEqual([]);
    expect(edge).toMatchObject({ id: 'printer←numbers', active: true, demand: { pending: 10 } });
    expect(edge?.name).toContain('3 events lost. subscribed 2 times');
  });
});

describe('supervisorCards()', () => {
  it('says the strategy, the children, the restarts and the limit', () => {
    expect(supervisorCards(PLAN, last)).toEqual([
      {
        id: 'keeper',
        strategyText: 'one for one',
        children: ['printer'],
        restartsText: '1 restart',
        restarts: '1',
        limitText: 'at most 3 in 5 s',
        ended: false,
        name: 'keeper, supervisor of printer: one for one, starts again the child that ended; 1 restart so far, at most 3 in 5 s; the last was printer, which ended with "boom"',
      },
    ]);
  });

  it('says that it has ended, and why', () => {
    const over = advance(last, {
      seq: 99,
      atMs: 99,
      worker: 0,
      stage: 'keeper',
      cause: null,
      type: 'exit',
      reason: 'shutdown',
    });
    const [card] = supervisorCards(PLAN, over);
    expect(card?.ended).toBe(true);
    expect(card?.name).toContain('it has ended ("shutdown")');
  });
});

describe('a crash and a restart in words', () => {
  const sentence = (n: number) => {
    const entry = ENTRIES[n - 1];
    if (!entry) throw new Error(`no entry ${n}`);
    return entrySentence(entry, at(n));
  };

  it('tells what crashed, what was lost, who started it again, and the new life', () => {
    expect(sentence(8)).toBe('printer: 2 events lost that it was working on as it ended.');
    expect(sentence(10)).toBe('printer crashed in handleEvents: boom');
    expect(sentence(11)).toBe(
      'keeper starts printer again, as it ended with "boom": restart 1 of at most 3 in 5 s.',
    );
    expect(sentence(12)).toBe(
      'printer started again, for life 2, on worker 1 as a consumer, with state null.',
    );
  });

  it('sums them up', () => {
    const sentences = runSummary(PLAN, ENTRIES, { at: ENTRIES.length, state: last });
    expect(sentences).toContain('printer: 1 event lost that waited in its mailbox as it ended.');
    expect(sentences).toContain('keeper started printer again at 10 ms, after "boom": its life 2.');
    expect(sentences).toContain(
      'printer asked numbers 2 times for 20 events in all, with at most 10 pending; numbers sent 3 of them and 0 are handled.',
    );
  });

  it('tells the latest ends one by one, and counts the earlier ones', () => {
    const [restart] = ENTRIES.filter(({ type }) => type === 'restart');
    if (!restart) throw new Error('there is a restart');
    const many = Array.from({ length: 30 }, () => restart);
    const sentences = runSummary(PLAN, many, { at: many.length, state: last });
    expect(sentences).toContain('18 earlier ends and restarts.');
    expect(sentences.filter((own) => own.includes('started printer again'))).toHaveLength(12);
  });
});

describe('runTable() of a supervised run', () => {
  it('adds columns for what there is to say, and a table of supervisors', () => {
    const tables = runTable(PLAN, last, { placement: {} });
    expect(tables.stageTitles).toEqual(['supervisor', 'life', 'lost']);
    expect(tables.stages.map(({ further }) => further)).toEqual([
      ['–', '–', '–'],
      ['keeper', 'life 2', '3 lost'],
    ]);
    expect(tables.subscriptionTitles).toEqual(['lost', 'subscribed']);
    expect(tables.subscriptions[0]?.further).toEqual(['3', '2 times']);
    expect(tables.supervisors.map(({ id }) => id)).toEqual(['keeper']);
  });

  it('has no further column where nothing was supervised, lost or divided', () => {
    const simple = { stages: PLAN.stages, subscriptions: PLAN.subscriptions };
    const tables = runTable(simple, replay(simple, ENTRIES, 5), { placement: {} });
    expect([tables.stageTitles, tables.subscriptionTitles, tables.supervisors]).toEqual([[], [], []]);
  });
});

describe('the timeline of a supervised run', () => {
  const known = (one: TimelineLog) =>
    one.lanesOf('printer').map(({ lives, busy, marks }) => ({
      lives: lives.toArray(),
      busy: busy.toArray(),
      marks: [...marks].map(([kind, { length }]) => [kind, length]),
    }));
  const log = new TimelineLog(PLAN);
  log.update(ENTRIES);

  it('draws one stroke per life, and marks crash, loss and restart', () => {
    const { groups } = timelineView(PLAN, log, { width: 140, laneHeight: 20, by: 'entry' });
    const lane = groups[0]?.lanes[1];
    expect(lane?.alivePath).toBe('M20.0,0H100.0M120.0,0H140.0');
    expect(lane?.marks.map(({ kind }) => kind)).toEqual(['ask', 'lost', 'restart', 'crash']);
  });

  it('can be jumped between', () => {
    expect(ENTRIES.filter(isLandmark).map(({ type }) => type)).toEqual(['lost', 'lost', 'crash', 'restart']);
  });

  it('knows the same after late entries as of the whole', () => {
    for (let n = 1; n < ENTRIES.length; n += 1) {
      const late = new TimelineLog(PLAN);
      late.update(ENTRIES.slice(0, n));
      late.update(ENTRIES.filter((_, i) => i !== n - 1));
      late.update(ENTRIES);
      expect(known(late)).toEqual(known(log));
    }
  });
});
