import { Replay, type PipelineState, type PlanView, type Seq, type TraceEntry } from 'sluice';
import { bisector } from 'd3-array';
import { timer, type Timer } from 'd3-timer';
import type { RunView } from '../sandbox/run-view.ts';
import { Quickness } from '../view/quickness.ts';
import type { Steps } from '../view/steps.ts';

/** How many entries lead up to a moment that is shown, and how long they take. */
const LEAD_ENTRIES = 8;
const LEAD_MS = 2_000;

/** How long it may work ahead in one frame, and how much it does before it looks at the clock. */
const AHEAD_MS = 6;
const AHEAD_ENTRIES = 2_048;

const bySeq = bisector((entry: TraceEntry) => entry.seq);

/** How quickly it plays: so many entries a second, or so many times as fast as it happened. */
export type Pace =
  { readonly by: 'entry'; readonly perSecond: number } | { readonly by: 'time'; readonly times: number };

/** Longest pause that is played by the clock, ms: nothing happens in it. */
const MAX_PAUSE_MS = 1_500;

export interface PlayheadOptions {
  /** With reduced motion a moment is shown at once, without what led up to it. */
  readonly reducedMotion?: () => boolean;
}

/** Which moment of a run is shown: every view reads it, and whoever holds it may move it. */
export class Playhead {
  readonly #run: () => Pick<RunView, 'plan' | 'entries'>;
  readonly #reducedMotion: () => boolean;
  #position = $state.raw(0);
  #following = $state.raw(true);
  #playing = $state.raw(false);
  #quick = $state.raw(false);
  #jumps = $state.raw(0);
  #moment: number | null = $state.raw(null);
  #isAhead = $state.raw(false);
  #timer: Timer | null = null;
  #replay: { readonly plan: PlanView; readonly first: TraceEntry | undefined; readonly of: Replay } | null =
    null;
  readonly #state = $derived.by(() => this.#replayed()?.at(this.at) ?? null);

  pace: Pace = $state.raw({ by: 'entry', perSecond: 6 });

  /** @param run - The run at this moment; read anew each time, so that a live run can be followed. */
  constructor(
    run: () => Pick<RunView, 'plan' | 'entries'>,
    { reducedMotion = () => false }: PlayheadOptions = {},
  ) {
    this.#run = run;
    this.#reducedMotion = reducedMotion;
  }

  get entries(): readonly TraceEntry[] {
    return this.#run().entries;
  }

  /** The pipeline at this moment; `null` until there is a plan. */
  get state(): PipelineState | null {
    return this.#state;
  }

  /** The pipeline at the end of what is recorded, whatever moment is shown; `null` until there is a plan. */
  latest(): PipelineState | null {
    return this.#replayed()?.at(this.length) ?? null;
  }

  /** Entries applied: 0 = before the first. */
  get at(): number {
    return this.#following ? this.length : Math.min(this.#position, this.length);
  }

  get length(): number {
    return this.entries.length;
  }

  /** The entry that brought the picture to where it is; `null` before the first. */
  get entry(): TraceEntry | null {
    return this.entries[this.at - 1] ?? null;
  }

  /** True while it stays at the newest entry. */
  get following(): boolean {
    return this.#following;
  }

  get playing(): boolean {
    return this.#playing;
  }

  /** True while it plays so fast that no entry can be told from the next. */
  get quick(): boolean {
    return this.#quick;
  }

  /** Entries applied at the moment that was asked for last; `null` where none was. It stays when one looks around. */
  get moment(): number | null {
    return this.#moment;
  }

  /** Rises with every move that is no motion: what flies is then placed, not animated. */
  get jumps(): number {
    return this.#jumps;
  }

  /** Stays at the newest entry from now on. Call it when a run begins. */
  follow(): void {
    this.pause();
    this.#jumps += 1;
    this.#moment = null;
    this.#following = true;
  }

  /** Shows the state after the first `n` entries. */
  seek(n: number): void {
    this.pause();
    this.#jumps += 1;
    this.#moveTo(n);
  }

  /** Moves by entries, forward or back. One step forward animates like the run itself. */
  stepBy(entries: number): void {
    this.pause();
    if (entries !== 1) this.#jumps += 1;
    this.#moveTo(this.at + entries);
  }

  /** Moves to the next (1) or the previous (-1) entry that `isStop` accepts; stays where there is none. */
  stepTo(direction: 1 | -1, isStop: (entry: TraceEntry) => boolean): void {
    const entries = this.entries;
    for (let n = this.at + direction; n >= 1 && n <= entries.length; n += direction) {
      const entry = entries[n - 1];
      if (entry && isStop(entry)) return this.seek(n);
    }
  }

  /** Plays from here, or from the beginning when it stands at the end. */
  play(): void {
    if (this.#playing) return;
    if (this.at >= this.length) {
      this.#jumps += 1;
      this.#moveTo(0);
    }
    this.#playUntil(() => this.length);
  }

  toggle(): void {
    if (this.#playing) this.pause();
    else this.play();
  }

  pause(): void {
    this.#timer?.stop();
    this.#timer = null;
    this.#playing = false;
    this.#quick = false;
  }

  /** Whether it is time to go over a long run before somebody asks for its moments. */
  get worksAhead(): boolean {
    return this.#isAhead;
  }

  /**
   * Goes over a long run between frames, so that no jump has to go over all of it at once.
   *
   * @returns Stops it.
   */
  workAhead(): () => void {
    this.#isAhead = true;
    const working = timer(() => {
      const replayed = this.#replayed();
      const untilMs = performance.now() + AHEAD_MS;
      let isMore = true;
      while (isMore && performance.now() < untilMs) isMore = replayed?.prepare(AHEAD_ENTRIES) ?? false;
      if (!isMore) working.stop();
    });
    return () => {
      working.stop();
      this.#isAhead = false;
    };
  }

  /** Goes over a long run in steps, so that any moment of it is there at once afterwards. */
  *reading(): Steps<void> {
    const replayed = this.#replayed();
    for (let known = AHEAD_ENTRIES; replayed?.prepare(AHEAD_ENTRIES); known += AHEAD_ENTRIES) {
      yield Math.min(1, known / this.length);
    }
  }

  /** Entries applied when the one with this number has just happened. */
  positionOf(seq: Seq): number {
    return Math.min(bySeq.left(this.entries, seq) + 1, this.length);
  }

  /** Shows the entry with this number and what led up to it, and stops there. */
  showMoment(seq: Seq): void {
    this.pause();
    this.#jumps += 1;
    const target = this.positionOf(seq);
    this.#moment = target;
    if (this.#reducedMotion()) return this.#moveTo(target);
    const lead = Math.min(LEAD_ENTRIES, target);
    this.#moveTo(target - lead);
    this.#playUntil(() => target, { by: 'entry', perSecond: (lead / LEAD_MS) * 1_000 });
  }

  /** Kept from one version of the same run to the next: a longer trace costs only what is new. */
  #replayed(): Replay | null {
    const { plan, entries } = this.#run();
    if (!plan) return null;
    if (this.#replay?.plan === plan && this.#replay.first === entries[0]) this.#replay.of.update(entries);
    else this.#replay = { plan, first: entries[0], of: new Replay(plan, entries) };
    return this.#replay.of;
  }

  #moveTo(n: number): void {
    this.#following = false;
    this.#position = Math.max(0, Math.min(Math.round(n), this.length));
  }

  #playUntil(end: () => number, given?: Pace): void {
    this.#following = false;
    this.#playing = true;
    let due = 0;
    let lastMs = 0;
    const quickness = new Quickness(this.#position);
    this.#timer = timer((elapsedMs) => {
      const pace = given ?? this.pace;
      const passedMs = elapsedMs - lastMs;
      lastMs = elapsedMs;
      const last = end();
      if (pace.by === 'entry') {
        due += (passedMs / 1_000) * pace.perSecond;
        const whole = Math.floor(due);
        due -= whole;
        if (whole > 0) this.#moveTo(Math.min(this.#position + whole, last));
      } else {
        due = this.#playTime(due + passedMs * pace.times, { last, times: pace.times });
      }
      this.#quick = quickness.at(elapsedMs, this.#position);
      if (this.#position >= last) this.pause();
    });
  }

  /**
   * Goes on by the clock of the run.
   *
   * @param due - How far to go, ms of the run.
   * @returns What is left of it: too little for the next entry.
   */
  #playTime(due: number, { last, times }: { readonly last: number; readonly times: number }): number {
    const { entries } = this;
    let left = due;
    let n = this.#position;
    let atMs = entries[n - 1]?.atMs ?? 0;
    for (; n < last; n += 1) {
      const entry = entries[n];
      if (!entry) break;
      // Of several workers an entry may be a little earlier than the one before it.
      const gap = Math.min(Math.max(0, entry.atMs - atMs), MAX_PAUSE_MS * times);
      if (gap > left) break;
      left -= gap;
      atMs = Math.max(atMs, entry.atMs);
    }
    if (n > this.#position) this.#moveTo(n);
    return left;
  }
}
