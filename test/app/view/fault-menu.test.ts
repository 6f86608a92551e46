import { describe, expect, it } from 'vitest';
import { Replay, consumer, pipeline, producer, runVirtual, sleep, type PlannedFault } from 'sluice';
import { faultMenu, faultsOff, type FaultTarget } from '$lib/view/fault-menu.ts';
import { edgeStates } from '$lib/view/edge-state.ts';
import { pipelineView } from '$lib/view/pipeline-view.ts';
import { runSummary } from '$lib/view/run-summary.ts';
import { runTable } from '$lib/view/run-table.ts';
import { timelineView } from '$lib/view/timeline.ts';
import { TimelineLog } from '$lib/view/timeline-log.ts';
import { isLandmark } from '$lib/view/timeline-marks.ts';

const numbers = producer({
  init: () => 0,
  handleDemand: (demand, next) => ({
    events: Array.from({ length: Math.min(demand, 30 - next) }, (_, i) => next + i),
    state: Math.min(30, next + demand),
  }),
});

const plan = pipeline(({ start, subscribe }) => {
  const from = start('numbers', numbers);
  const to = start('sink', consumer({ handleEvents: () => sleep(10).then(() => undefined) }));
  subscribe(to, { to: from, maxDemand: 4, cancel: 'temporary' });
});

const LINK = 'sink←numbers';

async function after(...faults: readonly PlannedFault[]) {
  const run = await runVirtual(plan, { seed: 0, faults });
  const { entries, plan: view } = run;
  const replay = new Replay(view, entries);
  const at = (n: number) => replay.at(n);
  /** As it stood right after the fault. */
  const struck = entries.findLastIndex(({ type }) => type === 'fault') + 1;
  return { entries, view, at, struck };
}

type Ran = Awaited<ReturnType<typeof after>>;

const placement = { numbers: 0, sink: 1 };

function menuAt({ view, at }: Ran, n: number, target: FaultTarget, reason: string | null = null) {
  return faultMenu(target, { plan: view, state: at(n), placement, reason });
}

const freeze = { fault: 'freeze', stage: 'sink', turn: 6 } as const;
const slow = { fault: 'slowLink', subscription: LINK, delayMs: 1_000, turn: 6 } as const;

describe('faultMenu()', () => {
  it('offers what can be done to a stage, and to the worker it runs on', async () => {
    const ran = await after(freeze);
    const { name, items } = menuAt(ran, ran.struck - 1, { type: 'stage', id: 'sink' });
    expect(name).toBe('Faults of sink');
    expect(items.map(({ label }) => label)).toEqual(['Crash', 'Freeze', 'End (kill)', 'Kill worker 1']);
    expect(items.every(({ disabled }) => disabled === null)).toBe(true);
  });

  it('offers to thaw what is frozen', async () => {
    const ran = await after(freeze);
    const { items } = menuAt(ran, ran.struck, { type: 'stage', id: 'sink' });
    expect(items[1]).toMatchObject({ label: 'Thaw', injection: { fault: 'thaw', stage: 'sink' } });
  });

  it('says of a stage that it has not started, or has ended; its worker can still be killed', async () => {
    const ran = await after({ fault: 'crash', stage: 'sink', turn: 6 });
    const target = { type: 'stage', id: 'sink' } as const;
    const disabledAt = (n: number) => menuAt(ran, n, target).items.map(({ disabled }) => disabled);
    expect(disabledAt(0)).toEqual([...Array.from({ length: 3 }, () => 'It has not started.'), null]);
    const ended = disabledAt(ran.entries.length);
    expect(ended).toEqual([...Array.from({ length: 3 }, () => 'It has ended.'), null]);
  });

  it('names who else is on the worker', async () => {
    const { view, at } = await after(freeze);
    const target = { type: 'stage', id: 'sink' } as const;
    const together = { plan: view, state: at(0), placement: { numbers: 1, sink: 1 }, reason: null };
    expect(faultMenu(target, together).items.at(-1)).toMatchObject({
      label: 'Kill worker 2',
      detail: 'with all that runs there: numbers, sink',
    });
  });

  it('offers a choice of delays for a link, and says which one it has', async () => {
    const ran = await after(slow);
    const target = { type: 'edge', id: LINK } as const;
    const chosenAt = (n: number) =>
      menuAt(ran, n, target)
        .items.filter(({ checked }) => checked)
        .map(({ label }) => label);
    expect(menuAt(ran, 0, target).name).toBe('Faults of the link from numbers to sink');
    expect(chosenAt(ran.struck - 1)).toEqual(['Normal']);
    expect(chosenAt(ran.struck)).toEqual(['+1 s']);
  });

  it('can do nothing where there is a reason', async () => {
    const ran = await after(freeze);
    const { reason, items } = menuAt(ran, ran.struck, { type: 'edge', id: LINK }, 'The run is over.');
    expect(reason).toBe('The run is over.');
    expect(items.map(({ disabled }) => disabled)).toEqual(items.map(() => 'The run is over.'));
  });
});

describe('faultsOff()', () => {
  it('has no reason while a run goes on, and one of its own for everything else', () => {
    const on = (['running', 'paused', 'spent'] as const).map((status) => faultsOff(status, false));
    expect(on).toEqual([null, null, null]);
    const off = (['ready', 'starting', 'finished'] as const).map((status) => faultsOff(status, false));
    expect(new Set(off).size).toBe(3);
    expect(faultsOff('finished', true)).toContain('recording');
  });
});

describe('what was injected', () => {
  it('shows on the card of a frozen stage, in its name and in the table, once what it had begun is done', async () => {
    const { entries, view, at, struck } = await after(freeze);
    const cardAt = (n: number) =>
      pipelineView(view, at(n), { placement }).stages.find(({ id }) => id === 'sink');
    const rowAt = (n: number) =>
      runTable(view, at(n), { placement }).stages.find(({ stage }) => stage === 'sink');
    expect(cardAt(struck)).toMatchObject({ mood: 'busy', moodText: 'busy in handleEvents, then frozen' });
    expect(rowAt(struck)?.doing).toBe('busy in handleEvents, then frozen');
    const done = entries.findIndex(({ type, stage }, i) => i >= struck && type === 'end' && stage === 'sink');
    const card = cardAt(done + 1);
    expect(card).toMatchObject({ mood: 'frozen', moodText: 'frozen' });
    expect(card?.name).toContain('frozen');
    expect(rowAt(done + 1)?.doing).toBe('frozen');
  });

  it('shows on a slow link, in its name and in a column of the table', async () => {
    const { view, at, struck } = await after(slow);
    const state = at(struck);
    expect(edgeStates(state).get(LINK)?.slowMs).toBe(1_000);
    const [edge] = pipelineView(view, state, { placement }).edges;
    expect(edge).toMatchObject({ slowText: '+1 s' });
    expect(edge?.name).toContain('made slower: +1 s');
    const table = runTable(view, state, { placement });
    expect(table.subscriptionTitles).toContain('slowed by');
    expect(table.subscriptions[0]?.further[table.subscriptionTitles.indexOf('slowed by')]).toBe('+1 s');
  });

  it('shows on the cards of all that ran on a worker that was killed', async () => {
    const ran = await after({ fault: 'killWorker', worker: 0, turn: 8 });
    const moods = (n: number) =>
      pipelineView(ran.view, ran.at(n), { placement }).stages.map(({ mood, moodText }) => [mood, moodText]);
    expect(moods(ran.entries.length)).toEqual([
      ['killed', 'gone with worker 1'],
      ['killed', 'gone with worker 1'],
    ]);
    expect(moods(ran.struck - 1).map(([mood]) => mood)).not.toContain('killed');
  });

  it('is told in the summary, and is a mark and a landmark of the timeline', async () => {
    const { entries, view, at, struck } = await after(freeze);
    const state = at(struck);
    expect(runSummary(view, entries, { at: struck, state }).join('\n')).toMatch(/sink was frozen/);
    const log = new TimelineLog(view);
    log.update(entries);
    const { groups } = timelineView(view, log, { width: 400, laneHeight: 17, by: 'entry' });
    const lanes = groups.flatMap((group) => group.lanes);
    const marked = lanes.filter(({ marks }) => marks.some(({ kind }) => kind === 'fault'));
    expect(marked.map(({ stage }) => stage)).toEqual(['sink']);
    expect(entries.filter(isLandmark).some(({ type }) => type === 'fault')).toBe(true);
  });
});
