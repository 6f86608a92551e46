import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consumer,
  encodeRecording,
  decodeRecording,
  pipeline,
  planOf,
  producer,
  runVirtual,
  type PlanView,
  type TraceEntry,
  type VirtualRun,
} from 'sluice';
import { compareRuns as comparing, type ComparedRun } from '$lib/view/compare-runs.ts';
import { differenceSentence } from '$lib/view/difference-words.ts';
import { atOnce } from '../../support/at-once.ts';
import { planFor, shapes } from '../../laws/random-pipelines.ts';
import { firstRun } from './first-run.ts';

const NUM_RUNS = 30;
const NO_DIFFERENCE = {
  likeness: 'identical',
  first: null,
  firstEvent: null,
  isReordered: false,
  isCut: false,
};

const compareRuns = (here: ComparedRun, there: ComparedRun) => atOnce(comparing(here, there));

function compared({ plan, entries, ended }: VirtualRun): ComparedRun {
  return { plan, entries, isOver: ended !== 'budget' };
}

function over(plan: PlanView, entries: readonly TraceEntry[]): ComparedRun {
  return { plan, entries, isOver: true };
}

describe('compareRuns()', () => {
  it('finds no difference between a random run, the same run again, and its recording', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat({ max: 1_000 }), async (shape, seed) => {
        const run = await runVirtual(planFor(shape), { seed, entryBudget: 3_000 });
        const again = await runVirtual(planFor(shape), { seed, entryBudget: 3_000 });
        expect(compareRuns(compared(run), compared(run))).toEqual(NO_DIFFERENCE);
        expect(compareRuns(compared(run), compared(again))).toEqual(NO_DIFFERENCE);
        const head = { plan: run.plan, seed, workers: 1, placement: {}, tail: null };
        const read = decodeRecording(encodeRecording({ ...head, entries: run.entries }));
        expect(compareRuns(compared(run), { ...compared(run), ...read })).toEqual(NO_DIFFERENCE);
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it('finds the one ask, the one event or the one state that was changed, and the entry it is in', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat({ max: 1_000 }), fc.nat(), async (shape, seed, at) => {
        const { plan, entries } = await runVirtual(planFor(shape), { seed, entryBudget: 3_000 });
        const may = entries.filter(
          (entry) =>
            entry.type === 'ask' || entry.type === 'end' || (entry.type === 'dispatch' && entry.count > 0),
        );
        const chosen = may[at % may.length];
        if (!chosen) return;
        const other = changed(chosen);
        const there = over(
          plan,
          entries.map((entry) => (entry === chosen ? other : entry)),
        );
        const { likeness, first, firstEvent } = compareRuns(over(plan, entries), there);
        expect(first?.here).toBe(chosen);
        expect(first?.there).toBe(other);
        if (chosen.type === 'ask') expect([likeness, firstEvent]).toEqual(['timing', null]);
        if (chosen.type === 'dispatch') {
          expect(likeness).toBe('events');
          expect(firstEvent?.here).toBe(chosen);
          expect(firstEvent?.values).toEqual({ here: chosen.events[0], there: 'another' });
        }
      }),
      { numRuns: NUM_RUNS },
    );
  });
});

describe('compareRuns() of runs of one program', () => {
  it('tells another order of the same work from other events', async () => {
    const [one, other] = [await finite({ seed: 1 }), await finite({ seed: 2 })];
    const { likeness, first, firstEvent, isCut } = compareRuns(compared(one), compared(other));
    expect([likeness, firstEvent, isCut]).toEqual(['timing', null, false]);
    expect(first).not.toBeNull();
  });

  it('names the first ask that another maximum demand makes another one', async () => {
    const [ten, six] = [await finite({ maxDemand: 10 }), await finite({ maxDemand: 6 })];
    const { likeness, first } = compareRuns(compared(ten), compared(six));
    expect(likeness).toBe('timing');
    expect([first?.kind, first?.of, first?.index]).toEqual(['subscribe', 'sink←source', 0]);
    expect(differenceSentence(first)).toBe(
      'sink subscribed to source with maxDemand 10 and minDemand 5; in the other run with maxDemand 6 and minDemand 3.',
    );
    const asks = compareRuns(compared(ten), withoutSubscribe(six)).first;
    expect(differenceSentence(asks)).toBe(
      'sink asked for 10 on sink←source, 10 pending then; in the other run for 6 on sink←source, 6 pending then.',
    );
  });

  it('finds the first event that is another one, and the stage whose result is', async () => {
    const [one, two] = [await finite({ step: 1 }), await finite({ step: 2 })];
    const { likeness, firstEvent } = compareRuns(compared(one), compared(two));
    expect(likeness).toBe('events');
    expect([firstEvent?.kind, firstEvent?.index, firstEvent?.values]).toEqual([
      'event',
      1,
      { here: 1, there: 2 },
    ]);
    expect(differenceSentence(firstEvent)).toBe('Event 2 on sink←source is 1; in the other run it is 2.');
  });

  it('says that the same events came in another order', async () => {
    const { plan, entries, ...run } = await finite({});
    const turned = entries.map((entry) =>
      entry.type === 'dispatch' ? { ...entry, events: entry.events.toReversed() } : entry,
    );
    const { likeness, isReordered } = compareRuns(
      compared({ plan, entries, ...run }),
      compared({ plan, entries: turned, ...run }),
    );
    expect([likeness, isReordered]).toEqual(['events', true]);
  });

  it('takes a run that was ended for as far as it went', async () => {
    const [short, long] = [await firstRun({ entryBudget: 200 }), await firstRun({ entryBudget: 400 })];
    expect(compareRuns(compared(short), compared(long))).toEqual({ ...NO_DIFFERENCE, isCut: true });
    const { likeness, first } = compareRuns(over(short.plan, short.entries), compared(long));
    expect([likeness, first?.here]).toEqual(['events', null]);
  });

  it('finds stages that only one of them has', async () => {
    const [one, two] = [await finite({}), await firstRun({})];
    const { likeness, first } = compareRuns(compared(one), compared(two));
    expect([likeness, first?.kind]).toEqual(['events', 'plan']);
    expect(differenceSentence(first)).toBe('Only this run has a stage source.');
  });
});

interface Counting {
  readonly seed?: number;
  readonly maxDemand?: number;
  readonly step?: number;
}

/** source → sink: twenty numbers, and then nothing more. */
function finite({ seed = 0, maxDemand = 10, step = 1 }: Counting): Promise<VirtualRun> {
  const source = producer({
    init: () => 0,
    handleDemand: (demand, next: number) => {
      const size = Math.min(demand, 20 - next);
      return { events: Array.from({ length: size }, (_, i) => (next + i) * step), state: next + size };
    },
  });
  const sink = consumer({
    init: () => 0,
    handleEvents: (events: number[], seen: number) => ({ state: seen + events.length }),
  });
  const program = pipeline(({ start, subscribe }) => {
    const [from, to] = [start('source', source), start('sink', sink)];
    subscribe(to, { to: from, maxDemand });
  });
  return runVirtual(planOf(program), { seed });
}

function withoutSubscribe(run: VirtualRun): ComparedRun {
  const { entries, ...rest } = compared(run);
  const first = entries.find(({ type }) => type === 'subscribe');
  const other = { maxDemand: 10, minDemand: 5 };
  return { ...rest, entries: entries.map((entry) => (entry === first ? { ...entry, ...other } : entry)) };
}

function changed(entry: TraceEntry): TraceEntry {
  switch (entry.type) {
    case 'ask':
      return { ...entry, count: entry.count + 1 };
    case 'dispatch':
      return { ...entry, events: ['another', ...entry.events.slice(1)] };
    case 'end':
      return { ...entry, state: ['another', entry.state] };
    default:
      return entry;
  }
}
