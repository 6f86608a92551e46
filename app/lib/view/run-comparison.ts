import { Replay, type PlanView, type TraceEntry } from 'sluice';
import { bisector } from 'd3-array';
import { barPairs, type BarPair } from './compare-bars.ts';
import { compareRuns, type ComparedRun, type Comparison, type Difference } from './compare-runs.ts';
import { entrySentence } from './entry-sentence.ts';
import { livesOfRuns } from './lives-of-run.ts';
import { runFigures, type RunFigures } from './run-figures.ts';
import { asPart, type Steps } from './steps.ts';

/** A difference of two runs, where each of them has it. */
export interface FoundDifference {
  readonly title: string;
  readonly difference: Difference;
  /** Entries applied when it has just happened in this run, and in the other one; `null`: not at all. */
  readonly here: number | null;
  readonly there: number | null;
  /** What the other run did there, as a sentence; empty where it did nothing. */
  readonly thereWords: string;
}

/** All that is told of two runs beside each other. */
export interface RunComparison {
  readonly compared: Comparison;
  readonly differences: readonly FoundDifference[];
  readonly pairs: readonly BarPair[];
}

/** Entries that are gone over before it says how far it is. */
const STEP_ENTRIES = 1_024;

const bySeq = bisector((entry: TraceEntry) => entry.seq);

/** What a run that is kept comes to: it does not change. */
const keptFigures = new WeakMap<readonly TraceEntry[], RunFigures>();

/**
 * Compares a run with one that is kept.
 *
 * @param here - It may still go on: of a longer version of it only what is new is read.
 */
export function* comparisonOf(here: ComparedRun, there: ComparedRun): Steps<RunComparison> {
  const compared = yield* asPart(compareRuns(here, there), { from: 0, to: 0.3 });
  const reading = livesOfRuns.reading(here.plan, here.entries);
  const ours = yield* asPart(runFigures(here.plan, here.entries, reading), { from: 0.3, to: 0.6 });
  const theirs = yield* asPart(figuresOfKept(there), { from: 0.6, to: 0.9 });
  const differences: FoundDifference[] = [];
  for (const told of toldOf(compared)) {
    differences.push(yield* asPart(found(told, here, there), { from: 0.9, to: 1 }));
  }
  return { compared, differences, pairs: barPairs(ours, theirs) };
}

function* figuresOfKept({ plan, entries }: ComparedRun): Steps<RunFigures> {
  const known = keptFigures.get(entries);
  if (known) return known;
  const figures = yield* runFigures(plan, entries);
  keptFigures.set(entries, figures);
  return figures;
}

interface Told {
  readonly title: string;
  readonly difference: Difference;
}

function toldOf({ first, firstEvent }: Comparison): readonly Told[] {
  // Often the same one: what is done otherwise first is that another event is sent.
  const isSame = firstEvent?.here?.seq === first?.here?.seq;
  const result = firstEvent?.kind === 'state' ? 'The first other result' : 'The first other event';
  return [
    ...(first ? [{ title: 'The first difference', difference: first }] : []),
    ...(firstEvent && !isSame ? [{ title: result, difference: firstEvent }] : []),
  ];
}

function* found(told: Told, here: ComparedRun, there: ComparedRun): Steps<FoundDifference> {
  const { difference } = told;
  const at = positionIn(there.entries, difference.there);
  return {
    ...told,
    here: positionIn(here.entries, difference.here),
    there: at,
    thereWords: difference.there && at !== null ? yield* wordsAt(there, difference.there, at) : '',
  };
}

function positionIn(entries: readonly TraceEntry[], entry: TraceEntry | null): number | null {
  return entry && bySeq.left(entries, entry.seq) + 1;
}

function* wordsAt(
  { plan, entries }: { readonly plan: PlanView; readonly entries: readonly TraceEntry[] },
  entry: TraceEntry,
  at: number,
): Steps<string> {
  const replay = new Replay(plan, entries);
  for (let known = 0; known + STEP_ENTRIES <= at; known += STEP_ENTRIES) {
    replay.prepare(STEP_ENTRIES);
    yield known / at;
  }
  return entrySentence(entry, replay.at(at));
}
