import { EngineError } from '../errors.ts';
import type { SubscriptionId } from '../ids.ts';
import {
  assignerOf,
  checkEventTime,
  eventTimeOf,
  isEventTime,
  type Assigner,
  type EventTime,
} from './assigner.ts';
import { AssignLog } from './assign-log.ts';
import { Cells, type Cell } from './cells.ts';
import { LateEvents } from './late-events.ts';
import { PeriodicTriggers } from './trigger.ts';
import { Watermark, type Batch } from './watermark.ts';
import type {
  OpenWindow,
  TriggerName,
  WindowContext,
  WindowReducer,
  WindowSpec,
  WindowTimer,
  Windows,
} from './window.ts';

/** Windows that may lie between the first and the last that are not over: all of them are done one day, the empty ones too. */
export const MAX_SPAN = 1_000_000;

/** What the end of the time for late events calls its timer; with it, the first window that is not concerned. */
const LATENESS = 'lateness';

/**
 * Fixed and sliding windows of event time. They are done in ascending order, the empty ones between others included, once
 * the watermark has passed them (FL-141); what is open at the end is done then (FL-145).
 */
export class AlignedWindows<Accumulator> implements Windows {
  readonly #spec: WindowSpec;
  readonly #context: WindowContext;
  readonly #assigner: Assigner;
  readonly #by: EventTime;
  readonly #cells: Cells<Accumulator>;
  readonly #open = new Map<number, Cell<Accumulator>>();
  readonly #watermark: Watermark;
  readonly #late: LateEvents;
  readonly #log: AssignLog | null;
  readonly #periodic: PeriodicTriggers;
  /** The earliest window that is not done; `Infinity` before the first event. */
  #base = Infinity;
  /** The earliest window that the watermark has not passed. */
  #over = -Infinity;
  /** The latest window that an event has come for. */
  #highest = -Infinity;

  constructor(spec: WindowSpec, reducer: WindowReducer<Accumulator>, context: WindowContext) {
    this.#spec = spec;
    this.#context = context;
    this.#assigner = assignerOf(spec);
    this.#by = eventTimeOf(spec);
    this.#cells = new Cells(spec, reducer, context);
    this.#watermark = new Watermark(spec, context);
    this.#late = new LateEvents(spec, context);
    this.#log = AssignLog.of(context);
    this.#periodic = new PeriodicTriggers(spec, context);
  }

  get open(): number {
    return this.#cells.open;
  }

  get late(): number {
    return this.#late.count;
  }

  join(upstream: SubscriptionId): void {
    this.#watermark.join(upstream);
  }

  leave(upstream: SubscriptionId): void {
    this.#watermark.leave(upstream);
  }

  take(id: SubscriptionId, events: readonly unknown[], out: unknown[]): void {
    const batch = this.#watermark.batch(id, events, out);
    const { upstream } = batch;
    const by = this.#by;
    const log = this.#log;
    const { length } = events;
    let from = 0;
    // The event time of events[from]; the program's function is called once per event.
    let timeMs = length > 0 ? by(events[0]) : NaN;
    while (from < length) {
      checkEventTime(this.#spec, timeMs, events[from]);
      log?.time(timeMs);
      const start = this.#assigner.paneStart(timeMs);
      const end = this.#assigner.paneEnd(timeMs);
      let latestMs = timeMs;
      let to = from + 1;
      let nextMs = NaN;
      // Events that fall into the same windows are one run.
      for (; to < length; to++) {
        nextMs = by(events[to]);
        if (!(nextMs >= start && nextMs < end && isEventTime(nextMs))) break;
        if (nextMs > latestMs) latestMs = nextMs;
        log?.time(nextMs);
      }
      if (latestMs > upstream.latestMs) upstream.latestMs = latestMs;
      this.#assign(batch, from, to, timeMs);
      from = to;
      timeMs = nextMs;
    }
    log?.record(id, length, upstream.latestMs);
    this.#late.record();
    this.#pass(out);
  }

  wake(timer: WindowTimer, out: unknown[]): void {
    if (timer.windowTimer === LATENESS && typeof timer.id === 'number') return this.#close(timer.id, out);
    if (this.#watermark.wake(timer)) return this.#pass(out);
    const name = this.#periodic.due(timer);
    if (name !== null) this.trigger(name, out);
  }

  trigger(name: TriggerName, out: unknown[]): void {
    for (const cell of this.#ascending()) this.#cells.fire(cell, name, out);
  }

  finish(out: unknown[]): void {
    this.#close(this.#highest + 1, out);
  }

  peek(limit: number): readonly OpenWindow[] {
    return this.#ascending().slice(0, limit);
  }

  #ascending(): Cell<Accumulator>[] {
    return [...this.#open].sort(([a], [b]) => a - b).map(([, cell]) => cell);
  }

  /** A run of events enters the windows that cover it, or is late for them. */
  #assign(batch: Batch, from: number, to: number, timeMs: number): void {
    const { id, events, out } = batch;
    const last = this.#assigner.last(timeMs);
    let over = NaN;
    for (let index = this.#assigner.first(timeMs); index <= last; index++) {
      const cell = this.#open.get(index);
      // Flow's rule: as long as a window is open it takes events, even though it may be over (FL-142).
      const open = cell && this.#spec.outOfOrdernessMs === null;
      if (Number.isNaN(over)) over = this.#overFor(batch);
      const late = !open && index < over && !(this.#takesLate && index >= this.#base);
      if (late) {
        const missed = this.#assigner.idOf(index);
        this.#late.add(events, from, to, missed, index);
        this.#log?.missed(missed, from, to);
        continue;
      }
      const entered = cell ?? this.#begin(index, timeMs);
      this.#log?.entered(entered, from, to);
      this.#cells.add(entered, events, from, to, id, out);
    }
  }

  /** The earliest window that is not over for events of this batch. */
  #overFor({ upstream, othersMs }: Batch): number {
    const boundMs = this.#spec.outOfOrdernessMs;
    // Flow looks at what the same upstream has sent; with a bound it is the watermark of this moment that counts.
    const eventMs = boundMs === null ? upstream.latestMs : Math.min(othersMs, upstream.latestMs - boundMs);
    return Math.max(this.#over, this.#assigner.first(eventMs));
  }

  #begin(index: number, timeMs: number): Cell<Accumulator> {
    const base = Math.min(index, this.#base);
    const highest = Math.max(index, this.#highest);
    if (highest - base > MAX_SPAN) {
      const { type } = this.#spec;
      throw new EngineError('window_gap', {
        type,
        eventMs: timeMs,
        windows: highest - base,
        limit: MAX_SPAN,
      });
    }
    this.#base = base;
    this.#highest = highest;
    return this.#cellAt(index);
  }

  /** A window; one that no event has come for begins here. */
  #cellAt(index: number): Cell<Accumulator> {
    const open = this.#open.get(index);
    if (open) return open;
    const cell = this.#cells.create(this.#assigner.idOf(index));
    this.#open.set(index, cell);
    return cell;
  }

  /** The watermark may have moved on: what it has passed is done, or takes late events from here on. */
  #pass(out: unknown[]): void {
    if (!this.#watermark.advance()) return;
    const before = Math.max(this.#over, this.#base);
    const over = this.#assigner.first(this.#watermark.eventMs);
    this.#over = Math.max(this.#over, over);
    if (over <= before) return;
    if (!this.#takesLate) return this.#close(over, out);
    for (let index = before; index < over; index++) this.#cells.fire(this.#cellAt(index), 'watermark', out);
    this.#context.after(this.#spec.allowedLatenessMs, { windowTimer: LATENESS, id: over });
  }

  /** All windows before one are done. */
  #close(end: number, out: unknown[]): void {
    for (; this.#base < end; this.#base++) {
      this.#cells.done(this.#cellAt(this.#base), out);
      this.#open.delete(this.#base);
    }
  }

  get #takesLate(): boolean {
    return this.#spec.allowedLatenessMs > 0;
  }
}
