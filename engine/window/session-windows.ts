import type { SubscriptionId } from '../ids.ts';
import { checkEventTime, eventTimeOf, type EventTime } from './assigner.ts';
import { AssignLog } from './assign-log.ts';
import { Cells } from './cells.ts';
import { LateEvents } from './late-events.ts';
import { SessionStore, type Session } from './session.ts';
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

/** What the end of the time for late events calls its timers; they are numbered. */
const LATENESS = 'lateness';

/**
 * A window per key and run of events that are no further apart than the gap. An event that comes later than its successors
 * extends a session to the front, or joins two: what the later one has got is reduced once more, into the earlier one. A
 * session is done once the watermark has passed its end.
 */
export class SessionWindows<Accumulator> implements Windows {
  readonly #spec: WindowSpec;
  readonly #context: WindowContext;
  readonly #by: EventTime;
  readonly #key: (event: never) => unknown;
  readonly #cells: Cells<Accumulator>;
  readonly #store = new SessionStore<Accumulator>();
  readonly #watermark: Watermark;
  readonly #late: LateEvents;
  readonly #log: AssignLog | null;
  readonly #periodic: PeriodicTriggers;
  #begun = 0;
  #timers = 0;

  constructor(spec: WindowSpec, reducer: WindowReducer<Accumulator>, context: WindowContext) {
    this.#spec = spec;
    this.#context = context;
    this.#by = eventTimeOf(spec);
    this.#key = spec.key ?? (() => null);
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
    // Consecutive events that lie within one session are one run.
    let session: Session<Accumulator> | null = null;
    let from = 0;
    // No later session of its key is open, which an event might join to it.
    let last = false;
    for (let at = 0; at < events.length; at++) {
      // The types of the window have checked its functions against its events.
      const event = events[at] as never;
      const timeMs = this.#by(event);
      const key = this.#key(event);
      checkEventTime(this.#spec, timeMs, event);
      this.#log?.time(timeMs);
      if (timeMs > upstream.latestMs) upstream.latestMs = timeMs;
      if (session && last && key === session.key && timeMs >= session.startMs && timeMs <= session.endMs) {
        session.endMs = Math.max(session.endMs, timeMs + this.#spec.length);
        continue;
      }
      if (session) this.#take(session, id, events, from, at, out);
      session = this.#sessionFor(batch, at, timeMs, key);
      last = session !== null && session.siblings.at(-1) === session;
      from = at;
    }
    if (session) this.#take(session, id, events, from, events.length, out);
    this.#log?.record(id, events.length, upstream.latestMs);
    this.#late.record();
    this.#pass(out);
  }

  wake(timer: WindowTimer, out: unknown[]): void {
    if (timer.windowTimer === LATENESS && typeof timer.id === 'number') {
      for (const session of this.#store.dueAt(timer.id)) this.#done(session, out);
      return;
    }
    if (this.#watermark.wake(timer)) return this.#pass(out);
    const name = this.#periodic.due(timer);
    if (name !== null) this.trigger(name, out);
  }

  trigger(name: TriggerName, out: unknown[]): void {
    for (const session of this.#store.all()) this.#cells.fire(this.#named(session).cell, name, out);
  }

  finish(out: unknown[]): void {
    for (const session of this.#store.all()) this.#done(session, out);
  }

  peek(limit: number): readonly OpenWindow[] {
    return this.#store.first(limit).map((session) => this.#named(session).cell);
  }

  /** The session an event belongs to, which it extends, joins or begins; `null` where it is late. */
  #sessionFor(batch: Batch, at: number, timeMs: number, key: unknown): Session<Accumulator> | null {
    const keyId = this.#context.keyOf(key);
    const gap = this.#spec.length;
    const watermarkMs = this.#watermarkFor(batch);
    let earlier: Session<Accumulator> | null = null;
    let later: Session<Accumulator> | null = null;
    for (const session of this.#store.of(keyId, this.#takesLate ? -Infinity : watermarkMs)) {
      if (timeMs < session.startMs - gap) break;
      if (timeMs > session.endMs) continue;
      if (earlier) later = session;
      else earlier = session;
    }
    const endMs = timeMs + gap;
    if (!earlier) {
      if (endMs >= watermarkMs) return this.#begin(timeMs, endMs, key, keyId);
      const missed = { key, start: timeMs, end: endMs };
      this.#late.add(batch.events, at, at + 1, missed, keyId);
      this.#log?.missed(missed, at, at + 1);
      return null;
    }
    earlier.startMs = Math.min(earlier.startMs, timeMs);
    earlier.endMs = Math.max(earlier.endMs, endMs);
    if (later) this.#swallow(earlier, later, batch.out);
    if (earlier.lateness !== null && earlier.endMs >= watermarkMs) this.#store.revive(earlier);
    return earlier;
  }

  #begin(startMs: number, endMs: number, key: unknown, keyId: unknown): Session<Accumulator> {
    const cell = this.#cells.create({ key, start: startMs, end: endMs });
    this.#begun += 1;
    const session: Session<Accumulator> = {
      number: this.#begun,
      key,
      keyId,
      siblings: [],
      cell,
      startMs,
      endMs,
      queuedMs: endMs,
      lateness: null,
      kept: [],
      gone: false,
    };
    this.#store.add(session);
    return session;
  }

  /** `events[from]` … `events[to - 1]` of the batch enter a session. */
  #take(
    session: Session<Accumulator>,
    id: SubscriptionId,
    events: readonly unknown[],
    from: number,
    to: number,
    out: unknown[],
  ): void {
    this.#log?.entered(session.cell, from, to);
    this.#enter(session, id, events, from, to, out);
  }

  /** `events[from]` … `events[to - 1]` enter a session. */
  #enter(
    session: Session<Accumulator>,
    id: SubscriptionId,
    events: readonly unknown[],
    from: number,
    to: number,
    out: unknown[],
  ): void {
    const { kept } = session;
    if (kept) {
      if (this.#mayBeSwallowed(session)) {
        const last = kept.at(-1);
        const part = last?.upstream === id ? last : { upstream: id, events: [] };
        if (part !== last) kept.push(part);
        for (let i = from; i < to; i++) part.events.push(events[i]);
      } else session.kept = null;
    }
    // A trigger may fire on the way.
    if (this.#spec.punctuation || this.#context.tracing) this.#named(session);
    this.#cells.add(session.cell, events, from, to, id, out);
  }

  /** Whether there is, or may still come, an earlier session of the same key for an event in between to join it to. */
  #mayBeSwallowed(session: Session<Accumulator>): boolean {
    if (session.siblings[0] !== session) return true;
    return this.#watermark.eventMs < session.startMs + this.#spec.length;
  }

  /** The later session becomes part of the earlier one. */
  #swallow(earlier: Session<Accumulator>, later: Session<Accumulator>, out: unknown[]): void {
    earlier.endMs = Math.max(earlier.endMs, later.endMs);
    const kept = later.kept ?? [];
    this.#store.remove(later);
    this.#cells.forget(this.#named(later).cell);
    this.#log?.joined(later.cell, earlier.cell);
    for (const { upstream, events } of kept) this.#enter(earlier, upstream, events, 0, events.length, out);
  }

  /** The watermark may have moved on: sessions that it has passed are done, or take late events from here on. */
  #pass(out: unknown[]): void {
    if (!this.#watermark.advance()) return;
    const over = this.#store.takeOver(this.#watermark.eventMs);
    if (!this.#takesLate) {
      for (const session of over) this.#done(session, out);
      return;
    }
    if (over.length === 0) return;
    this.#timers += 1;
    for (const session of over) {
      this.#store.await(session, this.#timers);
      this.#cells.fire(this.#named(session).cell, 'watermark', out);
    }
    this.#context.after(this.#spec.allowedLatenessMs, { windowTimer: LATENESS, id: this.#timers });
  }

  #done(session: Session<Accumulator>, out: unknown[]): void {
    this.#store.remove(session);
    this.#cells.done(this.#named(session).cell, out);
  }

  /** Gives the window of a session its name as of now: it has grown since it began. */
  #named(session: Session<Accumulator>): Session<Accumulator> {
    session.cell.id = { key: session.key, start: session.startMs, end: session.endMs };
    return session;
  }

  /** Where the watermark is at this moment, in the middle of a batch. */
  #watermarkFor({ upstream, othersMs }: Batch): number {
    const boundMs = this.#spec.outOfOrdernessMs ?? 0;
    return Math.max(this.#watermark.eventMs, Math.min(othersMs, upstream.latestMs - boundMs));
  }

  get #takesLate(): boolean {
    return this.#spec.allowedLatenessMs > 0;
  }
}
