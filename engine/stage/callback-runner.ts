import { EngineError, didYouMean } from '../errors.ts';
import type { Seq, StageId } from '../ids.ts';
import type { CallbackName, EntryOf, LostWhere, TraceEvent } from '../trace/trace-entry.ts';
import { describe, traceError, traceValue } from '../trace/trace-value.ts';
import { putArraysBack } from './array-integrity.ts';
import type { Reason, StageCallbacks, Subscription } from './definition.ts';
import { enter, type Inside } from './self.ts';
import type { StageContext } from './stage-context.ts';
import type { Steps } from './steps.ts';

/** Thrown within the kernel, and nowhere else, to leave everything a message still had to do: the stage ends. */
export class Ending {
  readonly reason: Reason;
  /** What broke, and where; `null` for an orderly end. */
  readonly crash: { readonly callback: CallbackName | null; readonly error: unknown } | null;
  readonly cause: Seq | null;

  constructor(reason: Reason, crash: Ending['crash'], cause: Seq | null) {
    this.reason = reason;
    this.crash = crash;
    this.cause = cause;
  }
}

/** The reply in a step: `[]` when it holds none. */
type Reply = readonly [] | readonly [unknown];

/** A step that has been read: the events it emits, and the entry that recorded it. */
export interface Taken {
  readonly events: readonly unknown[];
  readonly mode: 'automatic' | 'manual';
  readonly reply: Reply;
  readonly ending: Ending | null;
  readonly cause: Seq | null;
}

/** What a `begin` entry says besides the callback's name. */
export type Beginning = Omit<
  EntryOf<'begin'>,
  'type' | 'callback' | 'seq' | 'atMs' | 'worker' | 'stage' | 'cause'
>;

/** Told that a callback has returned; answers with the demand still pending, for the trace. */
export interface Handling {
  returned(): number | undefined;
}

/** What a callback has returned, as the learner made it. */
interface ReturnedStep {
  readonly events?: unknown;
  readonly state?: unknown;
  readonly reply?: unknown;
  readonly mode?: unknown;
  readonly stop?: unknown;
}

const NOTHING_RETURNED: ReturnedStep = {};
/** Events of one step: V8 keeps longer arrays as dictionaries, and one without items can claim to hold billions. */
const MAX_EMITTED = 33_554_432;
const NO_EVENTS: readonly unknown[] = [];
const NO_REPLY: Reply = [];
const STEP_KEYS = ['events', 'state', 'stop', 'hibernate'];
const CALL_KEYS = ['events', 'state', 'reply', 'stop', 'hibernate'];
const SUBSCRIBE_KEYS = ['mode', 'state', 'stop'];
/** What a step may hold, where that is more or less than usual. */
const KEYS_OF: Readonly<Partial<Record<CallbackName, readonly string[]>>> = {
  handleCall: CALL_KEYS,
  handleSubscribe: SUBSCRIBE_KEYS,
};

/** Calls a learner's callbacks, reads what they return, and keeps the state between them. */
export class CallbackRunner {
  readonly id: StageId;
  readonly callbacks: StageCallbacks;
  readonly context: StageContext;
  /** Counts the starts of the stage from 1; this is the one that runs. */
  readonly life: number;
  readonly #inside: Inside;
  state: unknown = undefined;
  /** Entry of the callback that runs, or ran last. */
  began: Seq | null = null;
  /** The callback that runs, or ran last. */
  latest: CallbackName | null = null;
  emitted = 0;
  calls = 0;
  /** In callbacks, and in what the engine does for them between two. */
  busyMs = 0;

  constructor(
    stage: {
      readonly id: StageId;
      readonly callbacks: StageCallbacks;
      readonly life: number;
      readonly inside: Inside;
    },
    context: StageContext,
  ) {
    this.id = stage.id;
    this.callbacks = stage.callbacks;
    this.context = context;
    this.life = stage.life;
    this.#inside = stage.inside;
  }

  record(event: TraceEvent, cause: Seq | null): Seq {
    return this.context.record(this.id, event, cause);
  }

  /** Records that events are lost here; none is no loss. */
  lose(where: LostWhere, count: number, cause: Seq | null): void {
    if (count > 0) this.context.lose(this.id, { where, count }, cause);
  }

  /** Runs one callback to its end; what it returned is not looked at. Throws {@link Ending} when it threw. */
  *call(
    callback: CallbackName,
    beginning: Beginning | null,
    invoke: () => unknown,
    cause: Seq | null,
  ): Steps<unknown> {
    const returned = this.begin(callback, beginning, invoke, cause);
    return isPromise(returned) ? yield* this.settle(callback, returned) : returned;
  }

  /** Runs one callback until it returns, perhaps a promise. Throws {@link Ending} when it threw. */
  begin(
    callback: CallbackName,
    beginning: Beginning | null,
    invoke: () => unknown,
    cause: Seq | null,
  ): unknown {
    const before = this.#enter(callback, beginning, cause);
    try {
      return invoke();
    } catch (error) {
      throw this.#crashed(callback, error);
    } finally {
      this.#leave(before);
    }
  }

  /** As {@link begin} with `handleEvents`. Every batch comes here: nothing is made on the way. */
  beginEvents(events: readonly unknown[], from: Subscription, cause: Seq | null): unknown {
    const beginning = this.context.tracing
      ? { subscription: from.id, count: events.length, events: this.context.kept.of(events) }
      : null;
    const before = this.#enter('handleEvents', beginning, cause);
    try {
      return this.context.slowed(this.id, this.callbacks.handleEvents?.(events, this.state, from));
    } catch (error) {
      throw this.#crashed('handleEvents', error);
    } finally {
      this.#leave(before);
    }
  }

  /** As {@link begin} with `handleDemand`, for as many events. */
  beginDemand(demand: number, cause: Seq | null): unknown {
    const before = this.#enter('handleDemand', this.context.tracing ? { demand } : null, cause);
    try {
      return this.context.slowed(this.id, this.callbacks.handleDemand?.(demand, this.state));
    } catch (error) {
      throw this.#crashed('handleDemand', error);
    } finally {
      this.#leave(before);
    }
  }

  /** Waits for the promise that a callback has returned. Throws {@link Ending} when it is rejected. */
  *settle(callback: CallbackName, returned: PromiseLike<unknown>): Steps<unknown> {
    const { context } = this;
    const waitingMs = context.nowMs();
    try {
      return yield returned;
    } catch (error) {
      throw this.#crashed(callback, error);
    } finally {
      putArraysBack();
      this.busyMs += context.nowMs() - waitingMs;
      // What follows begins now.
      context.lapMs();
    }
  }

  /**
   * Runs one callback and takes its step: the state is kept, the rest handed back. A step that stops is handed back as
   * an ending, for the caller to throw after what still has to happen.
   */
  *step(
    callback: CallbackName,
    beginning: Beginning | null,
    invoke: () => unknown,
    cause: Seq | null,
  ): Steps<Taken> {
    return this.take(callback, yield* this.call(callback, beginning, invoke, cause));
  }

  /** Takes what a callback has returned, as {@link step} does. A getter in it that throws is that callback's failure. */
  take(callback: CallbackName, returned: unknown, handling: Handling | null = null): Taken {
    try {
      return this.#take(callback, returned, handling);
    } catch (error) {
      throw error instanceof Ending ? error : this.#crashed(callback, error);
    }
  }

  #take(callback: CallbackName, returned: unknown, handling: Handling | null): Taken {
    const step = this.#read(callback, returned);
    const { mode = 'automatic', stop } = step;
    const events = this.#events(callback, step);
    if ('state' in step) this.state = step.state;
    this.emitted += events.length;
    const pending = handling?.returned();
    let ended = this.began;
    if (this.context.tracing) {
      ended = this.record(
        {
          type: 'end',
          callback,
          count: events.length,
          emitted: this.context.kept.add(events),
          state: traceValue(this.state),
          ...(pending === undefined ? {} : { pending }),
        },
        this.began,
      );
    }
    // As in GenStage: a step that stops sends nothing.
    if (stop !== undefined) this.lose('step', events.length, ended);
    if (mode !== 'automatic' && mode !== 'manual') {
      throw this.#bad(callback, 'mode must be "automatic" or "manual"', returned, mode);
    }
    return {
      events,
      mode,
      reply: 'reply' in step ? [step.reply] : NO_REPLY,
      ending: stop === undefined ? null : new Ending(stop, null, ended),
      cause: ended,
    };
  }

  /** Whether the engine should warn of discarded events. Asked in the middle of an emission, so it cannot wait. */
  warnsOfDiscarded(count: number): boolean {
    if (!this.callbacks.formatDiscarded) return true;
    const invoke = () => this.callbacks.formatDiscarded?.(count, this.state);
    const returned = this.begin('formatDiscarded', { count }, invoke, this.began);
    if (isPromise(returned)) throw this.bad('formatDiscarded', 'it must answer at once', 'a promise');
    if (this.context.tracing) {
      const state = traceValue(this.state);
      this.record({ type: 'end', callback: 'formatDiscarded', count: 0, emitted: [], state }, this.began);
    }
    return Boolean(returned);
  }

  /** A learner's program cannot go on; the stage crashes. `reason` is what its watchers hear. */
  crash(callback: CallbackName | null, error: unknown, reason: Reason): Ending {
    return new Ending(reason, { callback, error }, this.began);
  }

  /** What was returned is no step: the stage ends with GenStage's reason. */
  bad(callback: CallbackName, requirement: string, returned: unknown): Ending {
    return this.#bad(callback, requirement, returned, returned);
  }

  #crashed(callback: CallbackName, error: unknown): Ending {
    return this.crash(callback, error, failure(error));
  }

  #bad(callback: CallbackName, requirement: string, returned: unknown, received: unknown): Ending {
    const details = { stage: this.id, callback, requirement, received: describe(received) };
    return this.crash(callback, new EngineError('bad_step', details), [
      'bad_return_value',
      traceValue(returned),
    ]);
  }

  /** The learner's code gets the word; hands back who had it before. */
  #enter(callback: CallbackName, beginning: Beginning | null, cause: Seq | null): Inside | null {
    const { context } = this;
    this.began = context.tracing ? this.record({ type: 'begin', callback, ...beginning }, cause) : cause;
    this.calls++;
    this.latest = callback;
    context.entering(this.id, callback, this.began);
    return enter(this.#inside);
  }

  #leave(before: Inside | null): void {
    const { context } = this;
    putArraysBack();
    enter(before);
    context.left();
    this.busyMs += context.lapMs();
  }

  /** What a callback has returned, if it holds nothing but what a step may hold. */
  #read(callback: CallbackName, returned: unknown): ReturnedStep {
    if (returned === undefined) return NOTHING_RETURNED;
    if (!isRecord(returned)) {
      throw this.bad(callback, 'it must return nothing or an object such as { events, state }', returned);
    }
    const keys = KEYS_OF[callback] ?? STEP_KEYS;
    for (const key in returned) {
      if (keys.includes(key)) continue;
      const requirement = `what it returns may only have ${keys.join(', ')}${didYouMean(key, keys)}`;
      throw this.#bad(callback, requirement, returned, key);
    }
    return returned;
  }

  #events(callback: CallbackName, step: ReturnedStep): readonly unknown[] {
    const { events } = step;
    if (events === undefined) return NO_EVENTS;
    if (!Array.isArray(events)) throw this.#bad(callback, 'events must be an array', step, events);
    if (events.length <= MAX_EMITTED) return events;
    const requirement = `one step may emit at most ${MAX_EMITTED.toLocaleString('en')} events`;
    throw this.#bad(callback, requirement, `${events.length} events`, events.length);
  }
}

/** A failure as a reason that may travel: GenStage's `{exception, stack}`. */
export function failure(error: unknown): Reason {
  const { name, message } = traceError(error);
  return { error: name, message };
}

/** Whether a callback has returned a promise: its stage is busy until that settles. What refuses to be looked at is none. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return 'then' in value && typeof value.then === 'function';
  } catch {
    return false;
  }
}

function isRecord(value: unknown): value is ReturnedStep {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}
