import type { StageId, SubscriptionId, TraceEntry, WorkerId } from 'sluice';
import { group } from 'd3-array';
import { asPart, atOnce, type Steps } from '../../view/steps.ts';
import { plural } from '../../view/value-label.ts';
import { WorkerClocks } from '../../view/worker-clocks.ts';

/** The two sides of Little's law for what goes to one stage: L = λ · W. */
export interface LittleSides {
  /** Who handled the events; `null`: all stages together. */
  readonly stage: StageId | null;
  /** How many were on their way or in hand on average: counted over time, event for event. */
  readonly inside: number;
  /** Events handled per second. */
  readonly perSecond: number;
  /** How long each took on average from being sent until it was handled, ms; from their own times. */
  readonly meanMs: number;
  /** `perSecond` · `meanMs`: how many there must have been. */
  readonly product: number;
  /** By how much the two differ, as a part of the greater one. */
  readonly difference: number;
}

/** Little's law in one run. */
export interface Little {
  readonly all: LittleSides;
  /** By who handled them; those that handled most first. */
  readonly stages: readonly LittleSides[];
  /** What was observed: from the first event that was sent to the last entry, ms. */
  readonly spanMs: number;
  /** Events that were still inside when it ended, and those that were lost on their way: what makes the two sides differ. */
  readonly left: number;
  readonly lost: number;
}

/** Entries between two looks at the clock. */
const STEP_ENTRIES = 4_096;

/** Of the time that counting takes, how much the clocks of the workers are compared. */
const COMPARING = 0.3;

/** How far the two sides may differ, as a part of the greater one, and still count as equal. */
export const LITTLE_TOLERANCE = 0.05;

/** A subscription's account: in and out by the clock, and each event by its own times. */
interface Passage {
  readonly consumer: StageId;
  /** Where its events are sent from, by whose clock all of it is counted; `null` before the first. */
  sender: WorkerId | null;
  /** Sent and not yet handled. */
  inside: number;
  lost: number;
  sinceMs: number;
  /** Events inside times ms. */
  area: number;
  handled: number;
  /** Ms from being sent to being handled, over all handled. */
  spentMs: number;
  /** Oldest first: when so many were sent. */
  readonly sent: { readonly atMs: number; count: number }[];
  first: number;
}

/**
 * Both sides of Little's law, each by an account of its own: how many events were between being sent and being handled, as an
 * average over time; and how many were handled per second, times how long each took. They agree when a run ends as empty as it
 * began. `null` where no event was handled, or no time passed.
 */
export function littleOf(entries: readonly TraceEntry[]): Little | null {
  return atOnce(littleIn(entries)).little;
}

/** The same in steps. */
export function* littleIn(entries: readonly TraceEntry[]): Steps<{ readonly little: Little | null }> {
  const clocks = yield* asPart(clocksIn(entries), { from: 0, to: COMPARING });
  /** When an entry was made by the clock of whoever sends what it is about. */
  const sendersMs = ({ sender }: Passage, { worker, atMs }: TraceEntry) =>
    sender === null ? atMs : atMs - clocks.aheadMs(sender, worker);
  const passages = new Map<SubscriptionId, Passage>();
  const handling = new Map<StageId, { readonly passage: Passage; readonly count: number }>();
  let fromMs = Infinity;
  let toMs = 0;
  for (const [i, entry] of entries.entries()) {
    if (i % STEP_ENTRIES === STEP_ENTRIES - 1) yield COMPARING + (1 - COMPARING) * (i / entries.length);
    toMs = Math.max(toMs, entry.atMs);
    switch (entry.type) {
      case 'subscribe':
        passages.set(entry.subscription, newPassage(entry.stage));
        break;
      case 'dispatch': {
        fromMs = Math.min(fromMs, entry.atMs);
        const passage = passages.get(entry.subscription);
        if (!passage) break;
        passage.sender = entry.worker;
        step(passage, entry.atMs, entry.count);
        passage.sent.push({ atMs: entry.atMs, count: entry.count });
        break;
      }
      case 'begin': {
        const passage = entry.subscription === undefined ? undefined : passages.get(entry.subscription);
        if (entry.callback !== 'handleEvents' || !passage) handling.delete(entry.stage);
        else handling.set(entry.stage, { passage, count: entry.count ?? 0 });
        break;
      }
      case 'end': {
        const done = handling.get(entry.stage);
        handling.delete(entry.stage);
        if (!done) break;
        const atMs = sendersMs(done.passage, entry);
        step(done.passage, atMs, -done.count);
        leave(done.passage, atMs, done.count);
        break;
      }
      case 'lost': {
        const passage = entry.subscription === undefined ? undefined : passages.get(entry.subscription);
        if (!passage || entry.where === 'buffer' || entry.where === 'held' || entry.where === 'dispatcher')
          break;
        // They never come out: they count for as long as they were there, and are not handled.
        step(passage, sendersMs(passage, entry), -entry.count);
        drop(passage, entry.count);
      }
    }
  }
  if (toMs <= fromMs) return { little: null };
  const spanMs = toMs - fromMs;
  const all = [...passages.values()];
  for (const passage of all) step(passage, toMs, 0);
  if (all.every(({ handled }) => handled === 0)) return { little: null };
  const byStage = group(all, ({ consumer }) => consumer);
  const little = {
    all: sidesOf(null, all, spanMs),
    stages: [...byStage]
      .map(([stage, own]) => sidesOf(stage, own, spanMs))
      .filter(({ perSecond }) => perSecond > 0)
      .sort((a, b) => b.perSecond - a.perSecond),
    spanMs,
    left: all.reduce((sum, { inside }) => sum + inside, 0),
    lost: all.reduce((sum, { lost }) => sum + lost, 0),
  };
  return { little };
}

function* clocksIn(entries: readonly TraceEntry[]): Steps<WorkerClocks> {
  const clocks = new WorkerClocks();
  for (const [i, entry] of entries.entries()) {
    if (i % STEP_ENTRIES === STEP_ENTRIES - 1) yield i / entries.length;
    clocks.add(entry);
  }
  return clocks;
}

/** Why the two sides of a run differ, in words; '' where nothing was left behind. */
export function apartWords({ left, lost }: Pick<Little, 'left' | 'lost'>): string {
  const still =
    left > 0 ? [`${plural(left, 'event was', 'events were')} still inside when the run ended`] : [];
  const gone = lost > 0 ? [`${plural(lost, 'event was', 'events were')} lost on the way`] : [];
  return [...still, ...gone].join(', and ');
}

function newPassage(consumer: StageId): Passage {
  return {
    consumer,
    sender: null,
    inside: 0,
    lost: 0,
    sinceMs: 0,
    area: 0,
    handled: 0,
    spentMs: 0,
    sent: [],
    first: 0,
  };
}

/**
 * Time passes until `atMs`, then so many more are inside. Entries stand in the order of causes: one of another worker may be
 * of an earlier time, and what has been counted for too long is then taken back.
 */
function step(passage: Passage, atMs: number, more: number): void {
  passage.area += passage.inside * (atMs - passage.sinceMs);
  passage.sinceMs = atMs;
  passage.inside = Math.max(0, passage.inside + more);
}

/** The oldest have been handled. */
function leave(passage: Passage, atMs: number, count: number): void {
  passage.handled += count;
  takeOldest(passage, count, (sentMs, taken) => (passage.spentMs += taken * (atMs - sentMs)));
}

function drop(passage: Passage, count: number): void {
  passage.lost += count;
  takeOldest(passage, count, () => undefined);
}

function takeOldest(passage: Passage, count: number, take: (sentMs: number, taken: number) => void): void {
  let left = count;
  for (let batch = passage.sent[passage.first]; batch && left > 0; batch = passage.sent[passage.first]) {
    const taken = Math.min(left, batch.count);
    take(batch.atMs, taken);
    batch.count -= taken;
    left -= taken;
    if (batch.count === 0) passage.first += 1;
  }
}

function sidesOf(stage: StageId | null, passages: readonly Passage[], spanMs: number): LittleSides {
  const total = (of: (passage: Passage) => number) => passages.reduce((sum, one) => sum + of(one), 0);
  const handled = total((one) => one.handled);
  const inside = total((one) => one.area) / spanMs;
  const perSecond = (handled / spanMs) * 1_000;
  const meanMs = handled === 0 ? 0 : total((one) => one.spentMs) / handled;
  const product = (perSecond * meanMs) / 1_000;
  const greater = Math.max(inside, product);
  const difference = greater <= 0 ? 0 : Math.abs(inside - product) / greater;
  return { stage, inside, perSecond, meanMs, product, difference };
}
