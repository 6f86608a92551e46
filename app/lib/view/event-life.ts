import type { EntryOf, Seq, TraceEntry, TraceValue } from 'sluice';
import { reachableMs, type Batch, type Call, type Link, type Stretch } from './event-batch.ts';
import type { Run, WaitPlace } from './event-origins.ts';

/**
 * What an event does for a while: it is given out by its dispatcher; it travels; it waits in the mailbox of its consumer, there
 * for demand from further down, then for its turn in its batch; it is worked on.
 */
export type SegmentKind = WaitPlace | 'out' | 'edge' | 'mailbox' | 'demand' | 'turn' | 'work';

/** In the order in which an event goes through them. */
export const SEGMENT_KINDS: readonly SegmentKind[] = [
  'held',
  'buffer',
  'partition',
  'out',
  'edge',
  'mailbox',
  'demand',
  'turn',
  'work',
];

/** Segments of every life. */
const EVERYBODYS: ReadonlySet<SegmentKind> = new Set(['edge', 'mailbox', 'work']);

/** From one moment to another; microseconds, integers, so that sums are exact. */
export interface Segment {
  readonly kind: SegmentKind;
  readonly fromUs: number;
  readonly toUs: number;
  /** The entry with which it begins. */
  readonly since: Seq;
}

/** How an event ended, or where it is. */
export type Fate =
  | { readonly type: 'handled'; readonly end: EntryOf<'end'> }
  /** Its handling failed, and nothing says that it was lost. */
  | { readonly type: 'failed'; readonly end: EntryOf<'crash'> }
  | { readonly type: 'lost'; readonly loss: EntryOf<'lost'> }
  /** It is still there. */
  | { readonly type: 'open'; readonly where: SegmentKind };

/** What is known of one event. */
export interface EventLife {
  readonly link: Link;
  readonly index: number;
  readonly batch: Batch;
  /** What it is; `undefined` where the trace has not kept it. */
  readonly value: TraceValue | undefined;
  /** Where it came from; `null`: the worker of its producer has not told yet. */
  readonly run: Run<Call> | null;
  /** Its place among the events that {@link Run.maker} returned; `null`: the trace does not tell. */
  readonly place: number | null;
  /** The callback that was given it; `null` before. */
  readonly call: Call | null;
  /**
   * One after the other without a gap: they add up to the time from `startUs` to `endUs`. Every event travels, lies in a mailbox and
   * is worked on, if only for no time that a clock shows; the other segments are left out where they are empty.
   */
  readonly segments: readonly Segment[];
  /** When it was made; where that is not known, when it was sent. */
  readonly startUs: number;
  /** When it was handled or lost; of one that is still there, the latest time in the trace. */
  readonly endUs: number;
  readonly fate: Fate;
}

/** The latest that is known of the consumer of an event. */
export interface Now {
  readonly atMs: number;
  /** What it is at work on; `null`: nothing. */
  readonly stretch: Stretch | null;
}

/** Milliseconds as whole microseconds. */
export function microseconds(ms: number): number {
  return Math.round(ms * 1_000);
}

/** The life of the event at `index` of a subscription, which was sent with `batch`. */
export function lifeOf(batch: Batch, index: number, now: Now): EventLife {
  const { link, sent, taken, calls } = batch;
  const { run, offset } = runAt(batch, index);
  const call = calls.find(({ from, count }) => index >= from && index < from + count) ?? null;
  const arrivedMs = arrival(batch, now);
  const where = whereabouts(batch, call, arrivedMs < now.atMs);
  const fate = fateOf(batch, index, { call, where });
  const course = new Course(run?.maker?.end ?? sent ?? taken);
  for (const { place, until } of run?.waits ?? []) course.go(place, until);
  if (sent) course.go('out', sent);
  if (taken || where === 'mailbox') course.pass('edge', arrivedMs);
  if (taken) course.go('mailbox', taken);
  if (calls[0]) course.go(link.isQueueing ? 'demand' : 'turn', calls[0].begin);
  if (call) course.go('turn', call.begin);
  course.pass(where, fate.type === 'open' ? now.atMs : endOf(fate).atMs);
  const { segments, startUs, endUs } = course;
  const value = sent?.events[index - batch.first];
  const place = run && run.from !== null ? run.from + offset : null;
  return { link, index, batch, value, run, place, call, segments, startUs, endUs, fate };
}

/** The entry with which an event was over. */
export function endOf(fate: Exclude<Fate, { readonly type: 'open' }>): TraceEntry {
  return fate.type === 'lost' ? fate.loss : fate.end;
}

/** Where a batch is cut into events whose lives are the same: the index of the first of each part, and that behind the last. */
export function cutsOf({ first, count, runs, calls, link }: Batch): readonly number[] {
  const cuts = new Set([first]);
  let at = first;
  for (const run of runs) cuts.add((at += run.count));
  for (const call of calls) cuts.add(call.from).add(call.from + call.count);
  for (const { from, to } of link.losses) cuts.add(from).add(to);
  cuts.add(first + count);
  return [...cuts].filter((cut) => cut >= first && cut <= first + count).sort((a, b) => a - b);
}

/** Moments one after the other, also where clocks of different workers disagree a little: none is before the one before. */
class Course {
  readonly segments: Segment[] = [];
  readonly startUs: number;
  endUs: number;
  #since: Seq;

  constructor(start: TraceEntry | null) {
    this.startUs = microseconds(start?.atMs ?? 0);
    this.endUs = this.startUs;
    this.#since = start?.seq ?? 0;
  }

  /** It was there until this entry. */
  go(kind: SegmentKind, until: TraceEntry): void {
    this.pass(kind, until.atMs);
    this.#since = until.seq;
  }

  pass(kind: SegmentKind, untilMs: number): void {
    const fromUs = this.endUs;
    const toUs = Math.max(fromUs, microseconds(untilMs));
    this.endUs = toUs;
    if (toUs === fromUs && !EVERYBODYS.has(kind)) return;
    const last = this.segments.at(-1);
    if (last?.kind === kind) this.segments[this.segments.length - 1] = { ...last, toUs };
    else this.segments.push({ kind, fromUs, toUs, since: this.#since });
  }
}

function runAt(
  { first, runs }: Batch,
  index: number,
): { readonly run: Run<Call> | null; readonly offset: number } {
  let offset = index - first;
  for (const run of runs) {
    if (offset < run.count) return { run, offset };
    offset -= run.count;
  }
  return { run: null, offset };
}

/**
 * When a batch had arrived at the latest: as its consumer began the stretch of work at whose end it took the batch. Had it been there
 * before, the consumer, who was free, would have taken it then. The trace has no entry for it.
 */
function arrival(batch: Batch, now: Now): number {
  const latestMs = batch.taken ? batch.taken.atMs : now.atMs;
  const earliestMs = reachableMs(batch);
  let stretch = batch.taken ? batch.stretch : now.stretch;
  while (stretch?.before && stretch.sinceMs > earliestMs && isHiccup(stretch, stretch.before))
    stretch = stretch.before;
  return Math.min(latestMs, Math.max(earliestMs, stretch?.sinceMs ?? Infinity));
}

/** Longer than this, ms, a stage that has something to do does not pause, even on a busy machine. */
const HICCUP_MS = 20;

/** A stage paused although the next batch had been sent to it before: it was its turn later, and it did not lack work. */
function isHiccup({ sinceMs, opener }: Stretch, { untilMs }: Stretch): boolean {
  return opener !== null && sinceMs - untilMs <= HICCUP_MS && reachableMs(opener) <= untilMs;
}

function whereabouts({ link, taken, calls }: Batch, call: Call | null, hasArrived: boolean): SegmentKind {
  if (call) return 'work';
  if (calls[0]) return 'turn';
  if (taken) return link.isQueueing ? 'demand' : 'turn';
  return hasArrived ? 'mailbox' : 'edge';
}

function fateOf(
  { link, lost }: Batch,
  index: number,
  { call, where }: { readonly call: Call | null; readonly where: SegmentKind },
): Fate {
  if (call?.end?.type === 'end') return { type: 'handled', end: call.end };
  const loss = lost ?? link.losses.find(({ from, to }) => index >= from && index < to)?.entry;
  if (loss) return { type: 'lost', loss };
  return call?.end ? { type: 'failed', end: call.end } : { type: 'open', where };
}
