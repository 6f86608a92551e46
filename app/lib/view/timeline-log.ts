import type { PlanView, StageId, TraceEntry, WorkerId } from 'sluice';
import { Marks } from './marks.ts';
import { alikeUpTo, type RunLog } from './run-logs.ts';
import { isBlocked } from './stage-doing.ts';
import { StagesNow } from './stages-now.ts';
import { Moments, NumberColumn, Spans, type Moment } from './timeline-columns.ts';
import { isLandmark, markOf, type MarkKind } from './timeline-marks.ts';

/** What one stage did on one worker. A stage that was started again elsewhere has a lane on each. */
export interface LaneLog {
  readonly stage: StageId;
  readonly worker: WorkerId;
  /** Entries applied when it first ran there. */
  readonly since: number;
  /** From the entry before which a callback began to the one with which it ended. */
  readonly busy: Spans;
  /** While it has something to pass on, and nobody asks. */
  readonly blocked: Spans;
  /** While it takes no message, as somebody froze it. A callback that had begun goes on. */
  readonly frozen: Spans;
  /** Its lives: from the position after it had started to the one with which it ended. */
  readonly lives: Spans;
  readonly marks: ReadonlyMap<MarkKind, Moments>;
}

/** One worker as a whole: busy while a callback of any of its stages runs. */
export interface WorkerLog {
  readonly worker: WorkerId;
  readonly busy: Spans;
}

interface Lane extends LaneLog {
  readonly marks: Map<MarkKind, Moments>;
}

interface Worker {
  readonly busy: Spans;
  /** Callbacks that run: those that wait for something may do so side by side. */
  running: number;
}

/** What the timeline must remember of a trace. A longer version of it costs only what is new. */
export class TimelineLog implements RunLog {
  readonly #plan: PlanView;
  /** In the order in which they came to be; a stage's last one is where it runs. */
  #lanes = new Map<StageId, Lane[]>();
  #workers = new Map<WorkerId, Worker>();
  /** Latest time of the first n entries, by n - 1: the clock of the run, which never goes back. */
  readonly #clock = new NumberColumn();
  readonly #landmarks = new NumberColumn();
  readonly #asks = new NumberColumn();
  #now: StagesNow;
  readonly #marks = new Marks<StagesNow>();
  #entries: readonly TraceEntry[] = [];
  #known = 0;

  constructor(plan: PlanView) {
    this.#plan = plan;
    this.#now = StagesNow.of(plan);
  }

  get entries(): readonly TraceEntry[] {
    return this.#entries;
  }

  /** How many of them are known. */
  get known(): number {
    return this.#known;
  }

  /** The lanes of a stage, the oldest first; empty before it has started. */
  lanesOf(stage: StageId): readonly LaneLog[] {
    return this.#lanes.get(stage) ?? [];
  }

  /** Workers on which anything has run, by their number. */
  get workers(): readonly WorkerLog[] {
    return [...this.#workers]
      .map(([worker, { busy }]) => ({ worker, busy }))
      .sort((a, b) => a.worker - b.worker);
  }

  /** Milliseconds at the moment after `n` entries. */
  msAt(n: number): number {
    return n <= 0 ? 0 : this.#clock.at(Math.min(n, this.#clock.length) - 1) || 0;
  }

  /** Entries applied at a time, ms. */
  nAtMs(ms: number): number {
    return this.#clock.firstAbove(ms);
  }

  /** The moments one jumps between, as positions. */
  get landmarks(): NumberColumn {
    return this.#landmarks;
  }

  /** The asks, as positions. */
  get asks(): NumberColumn {
    return this.#asks;
  }

  update(entries: readonly TraceEntry[], to = entries.length): void {
    let known = alikeUpTo(this.#entries, entries, Math.min(this.#known, to));
    if (known < this.#known) known = this.#goBackTo(known);
    for (let i = known; i < to; i += 1) {
      if (this.#marks.isDue(i)) this.#marks.add(i, this.#now.copy());
      const entry = entries[i];
      if (entry) this.#add(entry, i + 1);
    }
    this.#entries = entries;
    this.#known = to;
  }

  #add(entry: TraceEntry, n: number): void {
    const at = { n, ms: entry.atMs };
    this.#clock.push(Math.max(entry.atMs, this.msAt(n - 1)));
    if (isLandmark(entry)) this.#landmarks.push(n);
    if (entry.type === 'ask') this.#asks.push(n);
    const lane = this.#laneOf(entry, n);
    if (lane) this.#note(lane, entry, at);
    const other = this.#now.apply(entry);
    if (lane) this.#noteBlocked(lane, at);
    const beside = other === null || other === entry.stage ? null : this.#lanes.get(other)?.at(-1);
    if (beside) this.#noteBlocked(beside, at);
  }

  #note(lane: Lane, entry: TraceEntry, at: Moment): void {
    const kind = markOf(entry);
    if (kind) mark(lane, kind, at);
    switch (entry.type) {
      case 'start':
        if (entry.life !== undefined || lane.lives.length > 0) mark(lane, 'restart', at);
        lane.lives.open(at);
        break;
      case 'begin':
        this.#begin(lane, { n: at.n - 1, ms: at.ms });
        break;
      case 'end':
        this.#rest(lane, at);
        break;
      case 'exit':
      case 'crash':
        this.#rest(lane, at);
        thaw(lane, at);
        lane.lives.close(at);
        break;
      case 'fault':
        if (entry.fault === 'freeze' && !lane.frozen.isOpen) lane.frozen.open(at);
        if (entry.fault === 'thaw') thaw(lane, at);
        break;
      default:
        break;
    }
  }

  #begin(lane: Lane, at: Moment): void {
    if (lane.busy.isOpen) return;
    lane.busy.open(at);
    const worker = this.#worker(lane.worker);
    if (worker.running === 0) worker.busy.open(at);
    worker.running += 1;
  }

  #rest(lane: Lane, at: Moment): void {
    if (!lane.busy.isOpen) return;
    lane.busy.close(at);
    const worker = this.#worker(lane.worker);
    worker.running -= 1;
    if (worker.running === 0) worker.busy.close(at);
  }

  #worker(id: WorkerId): Worker {
    const known = this.#workers.get(id);
    if (known) return known;
    const worker = { busy: new Spans(), running: 0 };
    this.#workers.set(id, worker);
    return worker;
  }

  #noteBlocked(lane: Lane, at: Moment): void {
    const isAtRest = lane.lives.isOpen && !lane.busy.isOpen && !lane.frozen.isOpen;
    const now = isAtRest ? this.#now.at(lane.stage) : undefined;
    const isNow = now !== undefined && isBlocked(now);
    if (isNow && !lane.blocked.isOpen) lane.blocked.open(at);
    // What ends it belongs to what comes next.
    if (!isNow && lane.blocked.isOpen) lane.blocked.close({ n: at.n - 1, ms: at.ms });
  }

  /** The lane an entry belongs to: a start on another worker begins a new one. */
  #laneOf({ stage, worker, type }: TraceEntry, n: number): Lane | null {
    const lanes = this.#lanes.get(stage);
    const last = lanes?.at(-1);
    if (last && (type !== 'start' || last.worker === worker)) return last;
    if (!this.#plan.stages.some(({ id }) => id === stage)) return null;
    const lane: Lane = {
      stage,
      worker,
      since: n,
      busy: new Spans(),
      blocked: new Spans(),
      frozen: new Spans(),
      lives: new Spans(),
      marks: new Map(),
    };
    this.#lanes.set(stage, [...(lanes ?? []), lane]);
    this.#worker(worker);
    return lane;
  }

  /** @returns To what is known again: a kept state at or before the first `n` entries. */
  #goBackTo(n: number): number {
    const mark = this.#marks.goBack(n);
    const back = mark?.n ?? 0;
    this.#now = mark?.state ?? StagesNow.of(this.#plan);
    this.#clock.truncate(back);
    for (const column of [this.#landmarks, this.#asks]) column.truncate(column.firstAbove(back));
    for (const worker of this.#workers.values()) {
      worker.busy.forget(back - 1, back);
      worker.running = 0;
    }
    const left = new Set<WorkerId>();
    for (const [stage, lanes] of this.#lanes) {
      const kept = lanes.filter(({ since }) => since <= back);
      for (const lane of kept) {
        forget(lane, back);
        left.add(lane.worker);
        if (lane.busy.isOpen) this.#worker(lane.worker).running += 1;
      }
      this.#lanes.set(stage, kept);
    }
    for (const id of this.#workers.keys()) if (!left.has(id)) this.#workers.delete(id);
    return back;
  }
}

function mark(lane: Lane, kind: MarkKind, at: Moment): void {
  let moments = lane.marks.get(kind);
  if (!moments) lane.marks.set(kind, (moments = new Moments()));
  moments.push(at);
}

/** As with what nobody asks for, the entry that ends it belongs to what comes next. */
function thaw(lane: Lane, { n, ms }: Moment): void {
  lane.frozen.close({ n: n - 1, ms });
}

/** Goes back to the first `n` entries. A callback begins before its entry; what nobody asks for, or is frozen, ends before one. */
function forget(lane: Lane, n: number): void {
  lane.busy.forget(n - 1, n);
  lane.blocked.forget(n, n - 1);
  lane.frozen.forget(n, n - 1);
  lane.lives.forget(n, n);
  for (const moments of lane.marks.values()) moments.forget(n);
}
