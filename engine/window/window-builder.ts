import { EngineError, didYouMean } from '../errors.ts';
import type { WindowType } from '../trace/trace-entry.ts';
import { describe } from '../trace/trace-value.ts';
import { checkAtOnce } from './at-once.ts';
import { checkCount, durationMs } from './time-unit.ts';
import type { TimeUnit, TriggerStep, WindowId, WindowSpec } from './window.ts';

/** Options of {@link Window.session}. */
export interface SessionOptions<Event> {
  /** Whose session an event belongs to. Default: the key of its partition, or one session for all where there is none. */
  readonly key?: (event: Event) => unknown;
}

/** More windows than this would take every event: what was meant is most likely a longer step. */
const MAX_OVERLAP = 10_000;

const GLOBAL: WindowSpec = {
  type: 'global',
  length: 0,
  step: 0,
  by: null,
  key: null,
  punctuation: null,
  periodically: [],
  allowedLatenessMs: 0,
  outOfOrdernessMs: null,
  idleAfterMs: null,
  onLate: null,
};

const EVENT_TIME: readonly WindowType[] = ['fixed', 'sliding', 'session'];

/**
 * Events of a kind that the compiler cannot know: of a window whose methods are called before a flow gets it, such as
 * `Window.fixed(1, 'hour', ({ time }) => time).triggerEvery(10)`. A lone `Window.fixed(…)` takes the flow's.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- with `unknown` a learner would have to say the type each time
type Untold = any;

/**
 * Says how a layer of a flow splits its events before it reduces them, and when what was reduced is sent on. Immutable: each
 * method answers with a new window.
 *
 * Windows of event time (`fixed`, `sliding`, `session`) are over once an event of a later time has come from every upstream.
 * An upstream that is silent therefore holds them back until it ends, or for as long as {@link Window.idleAfter} says.
 *
 * @example
 * flow.partition({ key: (f) => f.origin, window: Window.fixed(1, 'hour', (f) => f.time) });
 */
export class Window<in Event> {
  /** The window as data. For the engine. */
  readonly spec: WindowSpec;

  private constructor(spec: WindowSpec) {
    this.spec = spec;
    Object.freeze(this);
  }

  /** All events together; the window is over when the input is (FL-120). */
  static global<Event = unknown>(): Window<Event> {
    return new Window(GLOBAL);
  }

  /**
   * Windows of so many events each, as they enter a stage. The last one may hold fewer, or none (FL-130).
   *
   * @throws {EngineError} `window_count`.
   */
  static count<Event = unknown>(events: number): Window<Event> {
    checkCount('Window.count', events);
    return new Window({ ...GLOBAL, type: 'count', length: events });
  }

  /**
   * Windows of equal length that follow one another in event time, aligned to the epoch (FL-140). Those without an event
   * count too.
   *
   * @param by - Event time of an event: milliseconds since the epoch, an integer.
   * @throws {EngineError} `window_count`, `window_unit`, `window_function`.
   * @example
   * Window.fixed(1, 'hour', (flight) => flight.time)
   */
  static fixed<Event = Untold>(count: number, unit: TimeUnit, by: (event: Event) => number): Window<Event> {
    const length = durationMs('Window.fixed', count, unit);
    checkFunction('Window.fixed', 'by', by);
    return new Window({ ...GLOBAL, type: 'fixed', length, step: length, by });
  }

  /**
   * Windows of equal length that begin every `step`, so that they overlap, aligned to the epoch. Each event belongs to all
   * that cover its event time.
   *
   * @param step - How far apart the windows begin, in the same unit; at most `count`.
   * @throws {EngineError} `window_count`, `window_unit`, `window_function`.
   * @example
   * Window.sliding(60, 15, 'minute', (flight) => flight.time) // four windows per flight
   */
  static sliding<Event = Untold>(
    count: number,
    step: number,
    unit: TimeUnit,
    by: (event: Event) => number,
  ): Window<Event> {
    const length = durationMs('Window.sliding', count, unit);
    const stepMs = durationMs('the step of Window.sliding', step, unit);
    if (step > count || length / stepMs > MAX_OVERLAP) {
      const requirement = `at most its length, ${count}, and at least a ${MAX_OVERLAP.toLocaleString('en')}th of it`;
      throw new EngineError('window_count', {
        at: 'the step of Window.sliding',
        requirement,
        received: describe(step),
      });
    }
    checkFunction('Window.sliding', 'by', by);
    return new Window({ ...GLOBAL, type: 'sliding', length, step: stepMs, by });
  }

  /**
   * A window per run of events that are no further apart than `gap` in event time, for each key on its own. Late events may join
   * two sessions: for as long as they may, a session keeps its events beside its state, and reduces them once more when it is
   * joined to an earlier one.
   *
   * @param by - Event time of an event: milliseconds since the epoch, an integer.
   * @throws {EngineError} `window_count`, `window_unit`, `window_function`, `option_unknown`.
   * @example
   * Window.session(30, 'minute', (click) => click.time, { key: (click) => click.user })
   */
  static session<Event = Untold>(
    gap: number,
    unit: TimeUnit,
    by: (event: Event) => number,
    options: SessionOptions<Event> = {},
  ): Window<Event> {
    const length = durationMs('Window.session', gap, unit);
    checkFunction('Window.session', 'by', by);
    for (const option of Object.keys(options)) {
      if (option === 'key') continue;
      const nearest = didYouMean(option, ['key']);
      throw new EngineError('option_unknown', { option, at: 'Window.session', nearest, allowed: 'key' });
    }
    const { key } = options;
    if (key !== undefined) checkFunction('Window.session', 'key', key);
    return new Window({ ...GLOBAL, type: 'session', length, by, key: key ?? null });
  }

  /**
   * Windows of processing time: one per tick of each stage, also without an event (FL-150).
   *
   * @throws {EngineError} `window_count`, `window_unit`.
   */
  static periodic<Event = unknown>(count: number, unit: TimeUnit): Window<Event> {
    return new Window({ ...GLOBAL, type: 'periodic', length: durationMs('Window.periodic', count, unit) });
  }

  /**
   * Fires each time that so many more events have entered the window, as `["every", n]` (FL-121). A window has one trigger of
   * this kind or of {@link Window.trigger}.
   *
   * @throws {EngineError} `window_count`, `window_trigger_twice`.
   */
  triggerEvery(events: number): Window<Event> {
    checkCount('triggerEvery', events);
    return this.#punctuated('triggerEvery', { type: 'every', count: events });
  }

  /**
   * Fires every window that is open by the clock of each stage, as `["periodically", n, unit]`; may be given several times
   * (FL-127).
   *
   * @throws {EngineError} `window_count`, `window_unit`.
   */
  triggerPeriodically(count: number, unit: TimeUnit): Window<Event> {
    const ms = durationMs('triggerPeriodically', count, unit);
    return this.#with({ periodically: [...this.spec.periodically, { count, unit, ms }] });
  }

  /**
   * A trigger of your own, with a state per window (FL-125). `fn` gets the events of a batch that enter a window, before any
   * operator, and answers what becomes of them.
   *
   * @throws {EngineError} `window_function`, `window_trigger_twice`.
   * @example
   * Window.global().trigger(() => 0, (words: string[], seen) => {
   *   const end = words.indexOf('.') + 1;
   *   if (end === 0) return { state: seen };
   *   return { trigger: `sentence ${seen}`, before: words.slice(0, end), after: words.slice(end), state: seen + 1 };
   * })
   */
  trigger<State, Own extends Event = Event>(
    init: () => State,
    fn: (events: Own[], state: State) => TriggerStep<State, Own>,
  ): Window<Own> {
    checkFunction('trigger', 'init', init);
    checkFunction('trigger', 'fn', fn);
    return this.#punctuated('trigger', { type: 'custom', init, fn });
  }

  /**
   * Lets a window that is over take events for so long by the clock: it fires as `"watermark"`, and as `"done"` when that
   * time has passed (FL-144). Of windows of event time (FL-146).
   *
   * @throws {EngineError} `window_count`, `window_unit`, `window_no_event_time`.
   */
  allowedLateness(count: number, unit: TimeUnit): Window<Event> {
    this.#checkEventTime('allowedLateness');
    return this.#with({ allowedLatenessMs: durationMs('allowedLateness', count, unit, 0) });
  }

  /**
   * How much later than events of a later event time an event may come: a window is over when an event that much later than
   * its end has come from every upstream. An event is late if its window is over, whatever batches they come in. Of windows
   * of event time.
   *
   * @throws {EngineError} `window_count`, `window_unit`, `window_no_event_time`.
   */
  outOfOrderness(count: number, unit: TimeUnit): Window<Event> {
    this.#checkEventTime('outOfOrderness');
    return this.#with({ outOfOrdernessMs: durationMs('outOfOrderness', count, unit, 0) });
  }

  /**
   * An upstream that has sent nothing for so long by the clock no longer holds windows back, until it sends again; what it
   * then brings may be late. While all are silent nothing moves. Of windows of event time.
   *
   * @throws {EngineError} `window_count`, `window_unit`, `window_no_event_time`.
   */
  idleAfter(count: number, unit: TimeUnit): Window<Event> {
    this.#checkEventTime('idleAfter');
    return this.#with({ idleAfterMs: durationMs('idleAfter', count, unit) });
  }

  /**
   * Is told of every event that came too late for a window, and of that window. Of windows of event time.
   *
   * @throws {EngineError} `window_function`, `window_no_event_time`.
   */
  onLate<Own extends Event = Event>(fn: (event: Own, id: WindowId) => void): Window<Own> {
    this.#checkEventTime('onLate');
    checkFunction('onLate', 'fn', fn);
    return this.#with({ onLate: fn });
  }

  #with(change: Partial<WindowSpec>): Window<Event> {
    return new Window({ ...this.spec, ...change });
  }

  #punctuated(at: string, punctuation: NonNullable<WindowSpec['punctuation']>): Window<Event> {
    const { punctuation: before } = this.spec;
    if (before) {
      const first = before.type === 'every' ? `triggerEvery(${before.count})` : 'trigger';
      throw new EngineError('window_trigger_twice', { at, first });
    }
    return this.#with({ punctuation });
  }

  #checkEventTime(at: string): void {
    const { type } = this.spec;
    if (EVENT_TIME.includes(type)) return;
    throw new EngineError('window_no_event_time', { at, type });
  }
}

function checkFunction(at: string, what: string, value: unknown): void {
  if (typeof value !== 'function') {
    throw new EngineError('window_function', { at, what, received: describe(value) });
  }
  checkAtOnce(at, what, value);
}
