import type { PlanView, StageId, TraceEntry } from 'sluice';
import { bisectRight } from 'd3-array';
import { Marks } from './marks.ts';
import { alikeUpTo, RunLogs, type RunLog } from './run-logs.ts';
import { isBlocked, isBusy } from './stage-doing.ts';
import { StagesNow, type StageNow } from './stages-now.ts';

/** What a stage's time goes into: its callbacks, waiting while it has something that nobody asks for, or neither. */
export type Doing = 'busy' | 'blocked' | 'idle';

/**
 * How a stage has spent the last second of the run, or all of it while it is shorter. Shares of that time, 0 to 1: `busy` =
 * one of its callbacks ran; `blocked` = it had events to pass on and nobody asked. What is left it was idle.
 */
export interface StageLoad {
  readonly busy: number;
  readonly blocked: number;
  /** The largest share that was busy in any whole second of the run so far, or in the last one. */
  readonly mostBusy: number;
}

/** The time over which shares are counted, ms. */
export const LOAD_WINDOW_MS = 1_000;

/** When a stage began to do something else, and how long it had been busy and blocked by then, ms. */
interface Track {
  readonly atMs: number[];
  readonly busyMs: number[];
  readonly blockedMs: number[];
  readonly doing: Doing[];
}

/** What is known after some entries. */
interface Known {
  readonly now: StagesNow;
  readonly lengths: ReadonlyMap<StageId, number>;
}

/** How every stage has spent its time. A longer version of the trace costs only what is new. */
export class StageLoadLog implements RunLog {
  #entries: readonly TraceEntry[] = [];
  #known = 0;
  #now: StagesNow;
  readonly #tracks = new Map<StageId, Track>();
  readonly #peaks = new Map<StageId, number[]>();
  readonly #marks = new Marks<Known>();

  constructor(plan: PlanView) {
    this.#now = StagesNow.of(plan);
    for (const { id } of plan.stages)
      this.#tracks.set(id, { atMs: [], busyMs: [], blockedMs: [], doing: [] });
  }

  get entries(): readonly TraceEntry[] {
    return this.#entries;
  }

  /** How many of them are known. */
  get known(): number {
    return this.#known;
  }

  update(entries: readonly TraceEntry[], to = entries.length): void {
    const known = alikeUpTo(this.#entries, entries, Math.min(this.#known, to));
    const from = known < this.#known ? this.#goBack(known) : known;
    for (let i = from; i < to; i += 1) {
      if (this.#marks.isDue(i)) this.#marks.add(i, this.#knownNow());
      const entry = entries[i];
      if (entry) this.#add(entry);
    }
    this.#entries = entries;
    this.#known = to;
  }

  /** What a stage is doing after all entries that are known; `null` where it does not run. */
  doing(stage: StageId): Doing | null {
    const now = this.#now.at(stage);
    return now?.isAlive ? doingOf(now) : null;
  }

  /**
   * How a stage has spent the time before a moment; `null` before the run has lasted any.
   *
   * @param nowMs - Since the run began.
   */
  load(stage: StageId, nowMs: number): StageLoad | null {
    const track = this.#tracks.get(stage);
    const fromMs = Math.max(0, nowMs - LOAD_WINDOW_MS);
    const spanMs = nowMs - fromMs;
    if (!track || spanMs <= 0) return null;
    const [from, to] = [spentBy(track, fromMs), spentBy(track, nowMs)];
    const busy = (to.busyMs - from.busyMs) / spanMs;
    return {
      busy,
      blocked: (to.blockedMs - from.blockedMs) / spanMs,
      mostBusy: Math.max(busy, this.#mostBefore(stage, track, nowMs)),
    };
  }

  /** The largest share of the whole seconds that were over by then; kept, as they do not change any more. */
  #mostBefore(stage: StageId, track: Track, nowMs: number): number {
    const peaks = this.#peaks.get(stage) ?? [];
    this.#peaks.set(stage, peaks);
    const whole = Math.floor(nowMs / LOAD_WINDOW_MS);
    for (let i = peaks.length; i < whole; i += 1) {
      const busyMs =
        spentBy(track, (i + 1) * LOAD_WINDOW_MS).busyMs - spentBy(track, i * LOAD_WINDOW_MS).busyMs;
      peaks.push(Math.max(peaks[i - 1] ?? 0, busyMs / LOAD_WINDOW_MS));
    }
    return peaks[whole - 1] ?? 0;
  }

  #knownNow(): Known {
    return {
      now: this.#now.copy(),
      lengths: new Map(Array.from(this.#tracks, ([id, { atMs }]) => [id, atMs.length])),
    };
  }

  /** Goes back to where something is known within the first `known` entries; returns how many entries are applied then. */
  #goBack(known: number): number {
    this.#peaks.clear();
    const mark = this.#marks.goBack(known);
    if (!mark) return 0;
    const { now, lengths } = mark.state;
    this.#now = now;
    for (const [id, track] of this.#tracks) {
      const length = lengths.get(id) ?? 0;
      for (const column of [track.atMs, track.busyMs, track.blockedMs, track.doing]) column.length = length;
    }
    return mark.n;
  }

  #add(entry: TraceEntry): void {
    const other = this.#now.apply(entry);
    this.#note(this.#now.at(entry.stage), entry.atMs);
    if (other !== null && other !== entry.stage) this.#note(this.#now.at(other), entry.atMs);
  }

  /** Adds a change of what a stage is doing to its track. */
  #note(now: StageNow | undefined, entryMs: number): void {
    const track = now && this.#tracks.get(now.view.id);
    if (!track) return;
    const doing = now.isAlive ? doingOf(now) : 'idle';
    const last = track.doing.length - 1;
    if ((track.doing[last] ?? 'idle') === doing) return;
    // The clocks of two workers may differ by a little: no stage goes back in time.
    const atMs = Math.max(entryMs, track.atMs[last] ?? 0);
    const sinceMs = atMs - (track.atMs[last] ?? atMs);
    track.atMs.push(atMs);
    track.busyMs.push((track.busyMs[last] ?? 0) + (track.doing[last] === 'busy' ? sinceMs : 0));
    track.blockedMs.push((track.blockedMs[last] ?? 0) + (track.doing[last] === 'blocked' ? sinceMs : 0));
    track.doing.push(doing);
  }
}

/** How the stages of runs have spent their time. Views of the same run share what is known of it. */
export const loadsOfRuns = new RunLogs((plan) => new StageLoadLog(plan));

function doingOf(now: StageNow): Doing {
  if (isBusy(now)) return 'busy';
  return !now.isFrozen && isBlocked(now) ? 'blocked' : 'idle';
}

/** How long a stage had been busy and blocked at a moment, ms. */
function spentBy(track: Track, ms: number): { readonly busyMs: number; readonly blockedMs: number } {
  const i = bisectRight(track.atMs, ms) - 1;
  if (i < 0) return { busyMs: 0, blockedMs: 0 };
  const since = ms - (track.atMs[i] ?? ms);
  const doing = track.doing[i];
  return {
    busyMs: (track.busyMs[i] ?? 0) + (doing === 'busy' ? since : 0),
    blockedMs: (track.blockedMs[i] ?? 0) + (doing === 'blocked' ? since : 0),
  };
}

/** "62 %"; "<1 %" of what is more than nothing. */
export function shareText(share: number): string {
  if (share > 0 && share < 0.005) return '<1 %';
  return `${Math.round(share * 100)} %`;
}

/** "62 % busy", or "97 % blocked" of a stage that is held up longer than it works. */
export function loadText({ busy, blocked }: StageLoad): string {
  return blocked > busy ? `${shareText(blocked)} blocked` : `${shareText(busy)} busy`;
}

/** "busy 62 % of the last second, blocked 10 %, at most 97 % busy in a second". */
export function loadWords({ busy, blocked, mostBusy }: StageLoad): string {
  return [
    `busy ${shareText(busy)} of the last second`,
    ...(blocked >= 0.005 ? [`blocked ${shareText(blocked)}`] : []),
    `at most ${shareText(mostBusy)} busy in a second`,
  ].join(', ');
}
