import type { EntryOf, PlanView, StageId, SubscriptionId, TraceEntry, TraceValue } from 'sluice';
import { least } from 'd3-array';
import { eventsIn, isSameEntry, kindOf } from './compared-entries.ts';
import { isSameValue } from './same-value.ts';
import { asPart, type Steps } from './steps.ts';

/** Entries that are looked at before it says how far it is. */
const STEP_ENTRIES = 2_048;

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
 * callbacks of the same stage, events one by one whatever batches they came in.
 */
export function* compareRuns(here: ComparedRun, there: ComparedRun): Steps<Comparison> {
  const ours = yield* asPart(streamsOf(here.entries), { from: 0, to: 0.25 });
  const theirs = yield* asPart(streamsOf(there.entries), { from: 0.25, to: 0.5 });
  const pair = { here, there, ours, theirs };
  const keys = [...new Set([...pair.ours.keys, ...pair.theirs.keys])];
  const done = [...plansDiffer(pair)];
  for (const [i, key] of keys.entries()) {
    done.push(...streamsDiffer(pair, key));
    yield 0.5 + (0.25 * i) / keys.length;
  }
  const sent = keys.filter((key) => key.startsWith('dispatch '));
  const events: Difference[] = [];
  for (const [i, key] of sent.entries()) {
    events.push(...eventsDiffer(pair, key));
    yield 0.75 + (0.25 * i) / sent.length;
  }
  const results = [...events, ...statesDiffer(pair)];
  const isOther = done.some(({ kind }) => kind === 'plan') || results.length > 0;
  const first = earliest(done) ?? earliest(results) ?? timesDiffer(pair);
  const isEnded = here.isOver && there.isOver;
  return {
    likeness: isOther ? 'events' : first ? 'timing' : 'identical',
    first,
    firstEvent: earliest(results),
    isReordered: events.length > 0 && isEnded && sent.every((key) => haveSameEvents(pair, key)),
    isCut: !isEnded && here.entries.length !== there.entries.length,
  };
}

/** Two runs, with their entries by what they are of. */
interface Pair {
  readonly here: ComparedRun;
  readonly there: ComparedRun;
  readonly ours: Streams;
  readonly theirs: Streams;
}

/** Entries that belong together, in order: the asks of a subscription, the callbacks of a stage. */
class Streams {
  readonly #of = new Map<string, TraceEntry[]>();

  add(entry: TraceEntry): void {
    const key = keyOf(entry);
    if (key === null) return;
    const stream = this.#of.get(key);
    if (stream) stream.push(entry);
    else this.#of.set(key, [entry]);
  }

  get keys(): Iterable<string> {
    return this.#of.keys();
  }

  of(key: string): readonly TraceEntry[] {
    return this.#of.get(key) ?? [];
  }
}

function* streamsOf(entries: readonly TraceEntry[]): Steps<Streams> {
  const streams = new Streams();
  for (const [i, entry] of entries.entries()) {
    streams.add(entry);
    if (i % STEP_ENTRIES === STEP_ENTRIES - 1) yield i / entries.length;
  }
  return streams;
}

function keyOf(entry: TraceEntry): string | null {
  switch (entry.type) {
    case 'ask':
    case 'dispatch':
    case 'subscribe':
      return `${entry.type} ${entry.subscription}`;
    case 'begin':
    case 'end':
      return `call ${entry.stage}`;
    case 'crash':
    case 'exit':
    case 'cancel':
    case 'discard':
    case 'drop':
    case 'lost':
    case 'late':
    case 'restart':
    case 'fault':
      return `other ${entry.stage}`;
    default:
      // What was printed and warned of, and what follows from the entries above.
      return null;
  }
}

/** What one run has and the other one has not: a difference, unless the other one was ended before it could. */
function isMissing(pair: Pair, entry: { readonly here: unknown; readonly there: unknown }): boolean {
  return (entry.here !== undefined || pair.here.isOver) && (entry.there !== undefined || pair.there.isOver);
}

/** The first entries of a stream that are not alike. */
function streamsDiffer(pair: Pair, key: string): readonly Difference[] {
  const [ours, theirs] = [pair.ours.of(key), pair.theirs.of(key)];
  const length = Math.max(ours.length, theirs.length);
  for (let index = 0; index < length; index += 1) {
    const [here, there] = [ours[index], theirs[index]];
    if (here && there && isSameEntry(here, there)) continue;
    if (!isMissing(pair, { here, there })) return [];
    const known = here ?? there;
    if (!known) return [];
    const kind = kindOf(here, there);
    const of =
      'subscription' in known && kind !== 'other' ? (known.subscription ?? known.stage) : known.stage;
    return [{ kind, of, index, here: here ?? null, there: there ?? null }];
  }
  return [];
}

/** The first event of a subscription that is another one, whatever batches they came in. */
function eventsDiffer(pair: Pair, key: string): readonly Difference[] {
  const ours = eventsIn(pair.ours.of(key));
  const theirs = eventsIn(pair.theirs.of(key));
  for (let index = 0; ; index += 1) {
    const [a, b] = [ours.next(), theirs.next()];
    if (a.done && b.done) return [];
    const here = a.done ? undefined : a.value;
    const there = b.done ? undefined : b.value;
    if (here && there && isSameValue(here.value, there.value)) continue;
    const known = here ?? there;
    if (!known || !isMissing(pair, { here, there })) return [];
    const values = { here: here?.value, there: there?.value };
    const { subscription } = known.entry;
    return [
      {
        kind: 'event',
        of: subscription,
        index,
        here: here?.entry ?? null,
        there: there?.entry ?? null,
        values,
      },
    ];
  }
}

function haveSameEvents(pair: Pair, key: string): boolean {
  const left = new Map<string, number>();
  for (const { value } of eventsIn(pair.ours.of(key))) {
    const text = JSON.stringify(value);
    left.set(text, (left.get(text) ?? 0) + 1);
  }
  for (const { value } of eventsIn(pair.theirs.of(key))) {
    const text = JSON.stringify(value);
    const count = left.get(text) ?? 0;
    if (count === 0) return false;
    left.set(text, count - 1);
  }
  return [...left.values()].every((count) => count === 0);
}

/** Stages whose states at the end are other ones, where both runs came to their end. */
function statesDiffer(pair: Pair): readonly Difference[] {
  if (!pair.here.isOver || !pair.there.isOver) return [];
  return pair.here.plan.stages.flatMap(({ id }) => {
    const [here, there] = [lastEnd(pair.ours.of(`call ${id}`)), lastEnd(pair.theirs.of(`call ${id}`))];
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
function timesDiffer({ here, there }: Pair): Difference | null {
  const length = Math.min(here.entries.length, there.entries.length);
  for (let index = 0; index < length; index += 1) {
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
