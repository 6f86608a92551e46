import type { EntryOf, PlanView, StageId, SubscriptionId, TraceEntry, TraceValue } from 'sluice';
import { least } from 'd3-array';
import { isSameEntry, kindOf, SentEvents } from './compared-entries.ts';
import { STEP_ENTRIES, streamsOf, type Stream, type Streams } from './compared-streams.ts';
import { isSameValue } from './same-value.ts';
import { asPart, type Steps } from './steps.ts';
import { ValueDigest } from './value-digest.ts';

/** A run that is compared: what it ran and what it recorded. */
export interface ComparedRun {
  readonly plan: PlanView;
  /** In order of `seq`. */
  readonly entries: readonly TraceEntry[];
  /** It ended by itself. Of another one nobody knows what would have come next. */
  readonly isOver: boolean;
}

/**
 * How alike two runs are: nothing differs, times included; the same events went the same ways, in other batches, with other asks or at
 * other times; other events went, or something else came of them.
 */
export type Likeness = 'identical' | 'timing' | 'events';

/** What differs: of which stage or subscription, and what each run did in the place of the other. */
export interface Difference {
  readonly kind: 'plan' | 'subscribe' | 'ask' | 'event' | 'batch' | 'call' | 'state' | 'other' | 'time';
  /** What it is of: a subscription or a stage. */
  readonly of: SubscriptionId | StageId;
  /** Its place among those of its kind there, from 0: the third ask, the tenth event. */
  readonly index: number;
  /** `null`: this run did nothing more of the kind. */
  readonly here: TraceEntry | null;
  readonly there: TraceEntry | null;
  /** Of `event` and `state`: what they were. `undefined`: not at all. */
  readonly values?: { readonly here: TraceValue | undefined; readonly there: TraceValue | undefined };
}

export interface Comparison {
  readonly likeness: Likeness;
  /** The first thing that was done otherwise, in the order of this run; `null`: nothing, as far as both go. */
  readonly first: Difference | null;
  /** The first event that is another one, or the first result; `null`: there is none. */
  readonly firstEvent: Difference | null;
  /** Other events went, and on every subscription they are the same ones in another order. */
  readonly isReordered: boolean;
  /** One goes on where the other one was ended: compared is what both have. */
  readonly isCut: boolean;
}

/**
 * Compares two runs by what happened, not by when: asks with asks and batches with batches of the same subscription, callbacks with
 * callbacks of the same stage, events one by one whatever batches they came in. Beside the entries themselves it holds a list of
 * them, however long the runs are.
 */
export function* compareRuns(here: ComparedRun, there: ComparedRun): Steps<Comparison> {
  const ours = yield* asPart(streamsOf(here.entries), { from: 0, to: 0.3 });
  const theirs = yield* asPart(streamsOf(there.entries), { from: 0.3, to: 0.6 });
  const pair = { here, there, ours, theirs };
  const streams = [...ours.all, ...theirs.all.filter((stream) => ours.like(stream).length === 0)];
  const done = [...plansDiffer(pair)];
  const events: Difference[] = [];
  const others: Stream[] = [];
  for (const [i, stream] of streams.entries()) {
    const part = { from: 0.6 + (0.3 * i) / streams.length, to: 0.6 + (0.3 * (i + 1)) / streams.length };
    const difference = yield* asPart(streamDiffers(pair, stream), part);
    if (!difference) continue;
    done.push(difference);
    if (stream.what !== 'dispatch') continue;
    const event = yield* asPart(eventsDiffer(pair, stream, difference.index), { from: part.to, to: part.to });
    if (!event) continue;
    events.push(event);
    others.push(stream);
  }
  const results = [...events, ...statesDiffer(pair)];
  const isOther = done.some(({ kind }) => kind === 'plan') || results.length > 0;
  const first = earliest(done) ?? earliest(results) ?? (yield* asPart(timesDiffer(pair), LAST));
  const isEnded = here.isOver && there.isOver;
  return {
    likeness: isOther ? 'events' : first ? 'timing' : 'identical',
    first,
    firstEvent: earliest(results),
    isReordered: events.length > 0 && isEnded && (yield* asPart(haveSameEvents(pair, others), LAST)),
    isCut: !isEnded && here.entries.length !== there.entries.length,
  };
}

const LAST = { from: 0.9, to: 1 };

/** Two runs, with their entries by what they are of. */
interface Pair {
  readonly here: ComparedRun;
  readonly there: ComparedRun;
  readonly ours: Streams;
  readonly theirs: Streams;
}

/** What one run has and the other one has not: a difference, unless the other one was ended before it could. */
function isMissing(pair: Pair, entry: { readonly here: unknown; readonly there: unknown }): boolean {
  return (entry.here !== null || pair.here.isOver) && (entry.there !== null || pair.there.isOver);
}

/** The first entries of a stream that are not alike. */
function* streamDiffers(pair: Pair, stream: Stream): Steps<Difference | null> {
  const [ours, theirs] = [pair.ours.like(stream), pair.theirs.like(stream)];
  const length = Math.max(ours.length, theirs.length);
  for (let index = 0; index < length; index += 1) {
    if (index % STEP_ENTRIES === STEP_ENTRIES - 1) yield index / length;
    const [here, there] = [ours[index] ?? null, theirs[index] ?? null];
    if (here && there && isSameEntry(here, there)) continue;
    const known = here ?? there;
    if (!known || !isMissing(pair, { here, there })) return null;
    const kind = kindOf(here, there);
    const of =
      'subscription' in known && kind !== 'other' ? (known.subscription ?? known.stage) : known.stage;
    return { kind, of, index, here, there };
  }
  return null;
}

/**
 * The first event of a subscription that is another one, whatever batches they came in.
 *
 * @param from - So many batches are known to be alike.
 */
function* eventsDiffer(pair: Pair, stream: Stream, from: number): Steps<Difference | null> {
  const [ours, theirs] = [pair.ours.like(stream), pair.theirs.like(stream)];
  const [left, right] = [new SentEvents(ours, from), new SentEvents(theirs, from)];
  for (let index = eventsBefore(ours, from); ; index += 1) {
    if (index % STEP_ENTRIES === STEP_ENTRIES - 1) yield 0;
    const [here, there] = [left.next(), right.next()];
    if (here && there && isSameValue(here.value, there.value)) continue;
    const known = here ?? there;
    if (!known || !isMissing(pair, { here, there })) return null;
    return {
      kind: 'event',
      of: known.entry.subscription,
      index,
      here: here?.entry ?? null,
      there: there?.entry ?? null,
      values: { here: here?.value, there: there?.value },
    };
  }
}

function eventsBefore(batches: readonly TraceEntry[], to: number): number {
  let events = 0;
  for (let i = 0; i < to; i += 1) {
    const batch = batches[i];
    if (batch?.type === 'dispatch') events += batch.count;
  }
  return events;
}

/** Whether each of these streams sent the same events, in whatever order. */
function* haveSameEvents(pair: Pair, streams: readonly Stream[]): Steps<boolean> {
  for (const [i, stream] of streams.entries()) {
    const part = { from: i / streams.length, to: (i + 1) / streams.length };
    const ours = yield* asPart(digestOf(pair.ours.like(stream)), part);
    const theirs = yield* asPart(digestOf(pair.theirs.like(stream)), part);
    if (!ours.equals(theirs)) return false;
  }
  return true;
}

function* digestOf(batches: readonly TraceEntry[]): Steps<ValueDigest> {
  const digest = new ValueDigest();
  const events = new SentEvents(batches);
  let known = 0;
  for (let event = events.next(); event; event = events.next()) {
    digest.add(event.value);
    known += 1;
    if (known % STEP_ENTRIES === 0) yield 0;
  }
  return digest;
}

/** Stages whose states at the end are other ones, where both runs came to their end. */
function statesDiffer(pair: Pair): readonly Difference[] {
  if (!pair.here.isOver || !pair.there.isOver) return [];
  return pair.here.plan.stages.flatMap(({ id }) => {
    const calls = { what: 'call', of: id } as const;
    const [here, there] = [lastEnd(pair.ours.like(calls)), lastEnd(pair.theirs.like(calls))];
    if (!here || !there || isSameValue(here.state, there.state)) return [];
    const values = { here: here.state, there: there.state };
    return [{ kind: 'state', of: id, index: 0, here, there, values } satisfies Difference];
  });
}

function lastEnd(calls: readonly TraceEntry[]): EntryOf<'end'> | null {
  return calls.findLast((entry) => entry.type === 'end') ?? null;
}

/** Stages that only one of them has, or that are of another kind. */
function plansDiffer({ here, there }: Pair): readonly Difference[] {
  const kinds = ({ plan }: ComparedRun) => new Map(plan.stages.map(({ id, kind }) => [id, kind]));
  const [ours, theirs] = [kinds(here), kinds(there)];
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((of) => {
    const values = { here: ours.get(of), there: theirs.get(of) };
    if (values.here === values.there) return [];
    return [{ kind: 'plan', of, index: 0, here: null, there: null, values } satisfies Difference];
  });
}

/** The first moment at which something happens later or earlier, or before something else. */
function* timesDiffer({ here, there }: Pair): Steps<Difference | null> {
  const length = Math.min(here.entries.length, there.entries.length);
  for (let index = 0; index < length; index += 1) {
    if (index % STEP_ENTRIES === STEP_ENTRIES - 1) yield index / length;
    const [a, b] = [here.entries[index], there.entries[index]];
    if (!a || !b || (a.atMs === b.atMs && a.stage === b.stage && a.type === b.type)) continue;
    return { kind: 'time', of: a.stage, index, here: a, there: b };
  }
  return null;
}

/** The one that comes first in this run; what it has not done at all comes last. */
function earliest(differences: readonly Difference[]): Difference | null {
  const place = ({ kind, here, there }: Difference) =>
    kind === 'plan' ? -1 : (here?.seq ?? Number.MAX_SAFE_INTEGER / 2 + (there?.seq ?? 0));
  return least(differences, place) ?? null;
}
