import type { DispatcherSpec } from '../dispatcher/dispatcher.ts';
import { EngineError } from '../errors.ts';
import { producer } from '../stage/define.ts';
import type { Producer } from '../stage/definition.ts';
import { DEFAULT_BUFFER_SIZE } from '../stage/producing.ts';
import { discard, self } from '../stage/self.ts';
import { describe } from '../trace/trace-value.ts';
import { isArrival } from './arrival.ts';
import { EventInbox, type Overflow } from './event-inbox.ts';
import { STOP, checkCount, checkKnown, checkOneOf, understanding } from './source-options.ts';

/** Options of a source that cannot be slowed. */
export interface EventsOptions {
  /**
   * What becomes of events that nobody wants yet once the buffer is full: the oldest of them go, the new ones go, or the
   * stage crashes. What goes is told in the trace, as with any full buffer.
   */
  readonly overflow: Overflow;
  /** Events kept that nobody wants yet. Integer >= 0 or Infinity; default 10,000. */
  readonly bufferSize?: number;
  /** Who gets which events. Default: `demandDispatcher()`. */
  readonly dispatcher?: DispatcherSpec;
}

/** Options of a source that listens for one kind of event. */
export interface ListenOptions<Event> extends EventsOptions {
  /** Makes an event of the stage, plain data, of what the listener is given; left out, it is the first of that. */
  readonly map?: (...given: never[]) => Event;
}

/** Begins to hand over events; what it returns ends that. */
export type OpenEvents<Event> = (
  push: (event: Event) => void,
  end: () => void,
  fail: (error: unknown) => void,
) => (() => void) | void;

type Listener = (...given: unknown[]) => void;

/** What can be listened to as in Node. */
export interface ListenedEmitter {
  on(name: string, listener: Listener): unknown;
  off(name: string, listener: Listener): unknown;
}

const AT = 'fromEvents';

/**
 * Defines a producer of events that come whether anybody wants them or not: of a DOM `EventTarget`, of a Node
 * `EventEmitter`, of anything that calls back. Such a source cannot be slowed, so it must say what becomes of events that
 * do not fit. While it listens, the run goes on; however the stage ends, it listens no more.
 *
 * @param open - Called when the stage starts. Or what to listen to, and the name of the event.
 * @throws {EngineError} `source_not_readable`, `option_unknown`, `option_out_of_range`.
 * @example
 * const places = fromEvents(target, 'click', { overflow: 'dropOldest', bufferSize: 100, map: (event: MouseEvent) => event.x });
 * @example
 * const prices = fromEvents<number>(
 *   (push, end, fail) => feed.listen({ onPrice: push, onClose: end, onError: fail }),
 *   { overflow: 'fail', bufferSize: 1_000 },
 * );
 */
export function fromEvents<Event>(open: OpenEvents<Event>, options: EventsOptions): Producer<void, Event>;
export function fromEvents<Event = unknown>(
  target: EventTarget | ListenedEmitter,
  name: string,
  options: ListenOptions<Event>,
): Producer<void, Event>;
export function fromEvents<Event>(
  source: OpenEvents<Event> | EventTarget | ListenedEmitter,
  name: string | EventsOptions,
  listen?: ListenOptions<Event>,
): Producer<void, Event> {
  if (typeof source === 'function') {
    return eventSource(AT, typeof name === 'string' ? undefined : name, [], source);
  }
  const add = listenerOn(source, String(name));
  return eventSource(AT, listen, ['map'], (push) =>
    add((...given) => {
      // What the listener is given is of the type that the caller says, by `map` or by the event's.
      push(listen?.map ? listen.map(...(given as never[])) : (given[0] as Event));
    }),
  );
}

/**
 * Defines a producer of whatever `open` hands over, with the buffer that its overflow needs.
 *
 * @param at - The function that learners call, for errors.
 * @param more - Options it has besides those of every such source.
 * @throws {EngineError} `option_unknown`, `option_out_of_range`.
 */
function eventSource<Event>(
  at: string,
  options: EventsOptions | undefined,
  more: readonly string[],
  open: OpenEvents<Event>,
): Producer<void, Event> {
  checkOneOf(at, 'overflow', options?.overflow, ['dropOldest', 'dropNewest', 'fail']);
  const { overflow = 'fail', bufferSize = DEFAULT_BUFFER_SIZE, dispatcher } = options ?? {};
  checkKnown(at, options ?? {}, ['overflow', 'bufferSize', 'dispatcher', ...more]);
  checkCount(at, 'bufferSize', bufferSize);
  const definition = producer<Event, EventInbox<Event>>({
    init: () => new EventInbox({ overflow, bufferSize, open }),
    handleDemand: (demand, inbox) => inbox.want(demand),
    handleInfo: (message, inbox) => {
      if (message === STOP) return { stop: 'normal' };
      const { events, dropped } = inbox.take();
      if (dropped > 0) discard(dropped);
      if (inbox.takeEnd()) self().queueInfo(STOP);
      return { events };
    },
    ...(overflow === 'fail' && { formatDiscarded: (count, inbox) => inbox.refuse(count) }),
    bufferSize,
    bufferKeep: overflow === 'dropOldest' ? 'last' : 'first',
    ...(dispatcher && { dispatcher }),
  });
  return understanding(definition, (message) => message === STOP || isArrival(message));
}

/** Adds a listener, and gives what takes it away again. */
function listenerOn(source: EventTarget | ListenedEmitter, name: string): (listener: Listener) => () => void {
  if (typeof source === 'object' && source !== null) {
    if ('addEventListener' in source) {
      return (listener) => {
        source.addEventListener(name, listener);
        return () => source.removeEventListener(name, listener);
      };
    }
    if ('on' in source && 'off' in source) {
      return (listener) => {
        source.on(name, listener);
        return () => void source.off(name, listener);
      };
    }
  }
  throw new EngineError('source_not_readable', {
    at: AT,
    requirement: 'an EventTarget, an EventEmitter, or a function that is given push, end and fail',
    received: describe(source),
  });
}
