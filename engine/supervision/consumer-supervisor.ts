import { EngineError, didYouMean } from '../errors.ts';
import { consumer } from '../stage/define.ts';
import {
  InitRefusal,
  stop,
  withOptions,
  type ChildContext,
  type Consumer,
  type SubscribeTo,
} from '../stage/definition.ts';
import { self } from '../stage/self.ts';
import { run } from '../stage/steps.ts';
import { scopeFor } from '../task/task-scope.ts';
import { describe } from '../trace/trace-value.ts';
import { ExitSignal, TryAgain } from './child-messages.ts';
import { isChildRequest } from './child-requests.ts';
import { Children, type At, type ChildTemplate } from './children.ts';
import { DEFAULT_LIMITS, type RestartLimits } from './restart-intensity.ts';

/** What `start` of a child may answer: nothing starts it; `{ info }` too, and hands `info` to whoever called `startChild`. */
export type ChildStart = void | { readonly info: unknown } | InitRefusal;

/** How a consumerSupervisor makes its children. */
export interface ChildSpec<Event> {
  /**
   * What the child does with its event, on any worker of the run. When it returns, the child ends with `"normal"`; a throw is a
   * failure. Its event crosses workers as data, and nobody gets what it returns.
   */
  readonly run: (event: Event, child: ChildContext) => unknown;
  /**
   * Runs first, where the supervisor runs. It may leave the event out (`ignore()`) or refuse it (`stop(reason)`); what it
   * throws, and anything else it returns, is a refusal as well. A refused event is reported and counts as done (GS-224).
   * Written behind `run`, it takes the type of its event from there.
   */
  readonly start?: (event: Event) => ChildStart | Promise<ChildStart>;
  /** `"transient"`: run again after a failure. `"temporary"`: never. Children are never permanent: events would pile up. */
  readonly restart: 'temporary' | 'transient';
  /**
   * How long a child that is told to end may take, ms, if it has looked at its `signal`; any other ends at once, and goes no
   * further than its next `sleep`. Default 5,000; Infinity waits for ever, `"brutalKill"` for nobody.
   */
  readonly shutdownMs?: number | 'brutalKill';
  /** For counting only. Default `"worker"`. */
  readonly type?: 'worker' | 'supervisor';
}

/** What `init` of a consumerSupervisor may set; the rest stays as defined. */
export interface ConsumerSupervisorOptions extends Partial<RestartLimits> {
  /** Producers to subscribe to. Its `maxDemand` is how many children there may be for it. */
  readonly subscribeTo?: readonly SubscribeTo[];
}

/** A consumerSupervisor: one child per event. */
export interface ConsumerSupervisorDefinition<Event, Arg = void> extends ConsumerSupervisorOptions {
  readonly child: ChildSpec<Event>;
  /** The only one there is: children are alike, and one that ends concerns no other. */
  readonly strategy: 'oneForOne';
  /** Runs first, with what `start` was given. */
  readonly init?: (arg: Arg) => ConsumerSupervisorOptions | InitRefusal | void;
}

const KEYS = ['child', 'strategy', 'maxRestarts', 'maxSeconds', 'subscribeTo', 'init'];
const INIT_KEYS = ['maxRestarts', 'maxSeconds', 'subscribeTo'];
const CHILD_KEYS = ['run', 'start', 'restart', 'shutdownMs', 'type'];
const AT = 'this consumerSupervisor';
/** OTP's default for workers. */
const DEFAULT_SHUTDOWN_MS = 5_000;

/**
 * Defines a consumer that starts a child for each event: a pool whose size is demand. It asks for `maxDemand` events, so
 * there are at most so many children of a subscription; children that end are counted, and once there are `minDemand` of
 * them it asks for as many events again. Children run on all workers of the run.
 *
 * @throws {EngineError} `definition_unknown_key`, `definition_missing_callback`, `definition_not_function`,
 *   `option_out_of_range`, `option_unknown`.
 * @example
 * const downloads = consumerSupervisor({
 *   strategy: 'oneForOne',
 *   child: {
 *     restart: 'transient',
 *     run: async (url: string) => {
 *       await sleep(100);
 *       console.log('Fetched', url);
 *     },
 *   },
 * });
 *
 * export default pipeline(({ start, subscribe }) => {
 *   subscribe(start('downloads', downloads), { to: start('urls', urls), maxDemand: 4 });
 * });
 */
export function consumerSupervisor<Event = unknown, Arg = void>(
  definition: ConsumerSupervisorDefinition<Event, Arg>,
): Consumer<Arg, Event> {
  if (typeof definition !== 'object' || definition === null) {
    throw new EngineError('not_a_definition', { name: 'consumerSupervisor', received: describe(definition) });
  }
  const { child, strategy, init, subscribeTo } = definition;
  const template = checkChild(child);
  if (strategy !== 'oneForOne') throw refused('strategy', '"oneForOne"', strategy);
  const limits = checkLimits(definition);
  if (child.restart !== 'temporary' && child.restart !== 'transient') {
    const requirement = '"temporary" or "transient", as a permanent child would hold its place for ever';
    throw refused('restart', requirement, child.restart);
  }
  checkKeys(definition, KEYS);
  const defined = consumer<Event, Children, Arg>({
    init: (arg) => {
      const chosen = init?.(arg) ?? {};
      if (chosen instanceof InitRefusal) return chosen;
      if (typeof chosen !== 'object' || chosen === null) return stop(['bad_return_value', chosen]);
      checkKeys(chosen, INIT_KEYS);
      const children = new Children(template, checkLimits({ ...limits, ...chosen }));
      return withOptions(children, chosen.subscribeTo ? { subscribeTo: chosen.subscribeTo } : {});
    },
    handleSubscribe: (_peer, options, children, from) => {
      children.subscribed(from, options, here());
      return { mode: 'manual' };
    },
    handleCancel: (_cancellation, children, from) => children.cancelled(from),
    handleEvents: (events, children, from) => toEnd(children.received(events, from, here())),
    handleCall: (request, children) => answer(request, children),
    handleCast: () => undefined,
    handleInfo: (message, children) => {
      if (message instanceof ExitSignal) return stepOf(children.ended(message, here()));
      if (message instanceof TryAgain) return stepOf(children.tryAgain(message, here()));
      const { me, scope } = here();
      const text = `"${me.id}" has received a message it does not know: ${describe(message)}`;
      scope.warn('unexpected_message', text, []);
      return undefined;
    },
    terminate: (_reason, children) => toEnd(children.terminateAll(here())),
    ...(subscribeTo !== undefined && { subscribeTo }),
  });
  // A child is given the event that its supervisor got: both types are those of one definition.
  const runChild = (event: unknown, context: ChildContext) => child.run(event as Event, context);
  return { ...defined, children: { restart: child.restart, run: runChild } };
}

/** The callback that runs. */
function here(): At {
  return { me: self(), scope: scopeFor('supervise children') };
}

/** Without a child that has to be waited for, a callback never becomes a promise. */
function toEnd<Result>(
  steps: Parameters<typeof run<Result | undefined>>[0],
): Result | undefined | Promise<Result | undefined> {
  return run(steps, () => false, undefined);
}

function stepOf(steps: ReturnType<Children['ended']>) {
  const step = (isTooMuch: boolean | undefined) => (isTooMuch ? { stop: 'shutdown' } : undefined);
  const stops = toEnd(steps);
  return stops instanceof Promise ? stops.then(step) : step(stops);
}

function answer(request: unknown, children: Children) {
  if (!isChildRequest(request)) {
    const requirement =
      'a consumerSupervisor answers startChild, terminateChild, countChildren and whichChildren only';
    const details = { stage: self().id, callback: 'handleCall', requirement, received: describe(request) };
    throw new EngineError('bad_step', details);
  }
  if (request === 'countChildren') return { reply: children.count() };
  if (request === 'whichChildren') return { reply: children.which() };
  const reply: unknown =
    request[0] === 'startChild'
      ? toEnd(children.startByHand(request[1], here()))
      : toEnd(children.terminate(request[1], here()));
  return reply instanceof Promise ? reply.then((value: unknown) => ({ reply: value })) : { reply };
}

// --- What is wrong with a definition (GS-220), in the order GenStage finds it ---------------------------------------

function checkChild<Event>(child: ChildSpec<Event>): ChildTemplate {
  if (typeof child !== 'object' || child === null || Array.isArray(child)) {
    throw refused('child', 'one child such as { restart: "temporary", run: (event) => … }', child);
  }
  const { run: runChild, start, restart, type = 'worker', shutdownMs = DEFAULT_SHUTDOWN_MS } = child;
  if (runChild === undefined) throw missing('child.run');
  for (const [name, value] of [
    ['run', runChild],
    ['start', start],
  ] as const) {
    if (value === undefined || typeof value === 'function') continue;
    const details = { kind: 'consumerSupervisor', callback: `child.${name}`, received: describe(value) };
    throw new EngineError('definition_not_function', details);
  }
  if (type !== 'worker' && type !== 'supervisor') throw refused('type', '"worker" or "supervisor"', type);
  if (shutdownMs !== 'brutalKill' && !(typeof shutdownMs === 'number' && shutdownMs >= 0)) {
    throw refused('shutdownMs', 'a number of milliseconds >= 0, Infinity or "brutalKill"', shutdownMs);
  }
  checkKeys(child, CHILD_KEYS);
  const begin = start && ((event: unknown) => start(event as Event));
  return { restart, type, shutdownMs, ...(begin && { start: begin }) };
}

function checkLimits({
  maxRestarts = DEFAULT_LIMITS.maxRestarts,
  maxSeconds = DEFAULT_LIMITS.maxSeconds,
}: Partial<RestartLimits>): RestartLimits {
  if (!isCount(maxRestarts)) throw refused('maxRestarts', 'an integer >= 0', maxRestarts);
  if (!isCount(maxSeconds)) throw refused('maxSeconds', 'an integer >= 0', maxSeconds);
  return { maxRestarts, maxSeconds };
}

function checkKeys(given: object, allowed: readonly string[]): void {
  for (const key of Object.keys(given)) {
    if (allowed.includes(key)) continue;
    const details = {
      kind: 'consumerSupervisor',
      key,
      nearest: didYouMean(key, allowed),
      allowed: allowed.join(', '),
    };
    throw new EngineError('definition_unknown_key', details);
  }
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0;
}

function missing(callback: string): EngineError {
  return new EngineError('definition_missing_callback', { kind: 'consumerSupervisor', callback });
}

function refused(option: string, requirement: string, received: unknown): EngineError {
  return new EngineError('option_out_of_range', {
    option,
    at: AT,
    requirement,
    received: describe(received),
  });
}
