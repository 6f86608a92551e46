import type { DispatcherSpec } from '../dispatcher/dispatcher.ts';
import { EngineError } from '../errors.ts';
import { checkKnown, checkOneOf } from '../source/source-options.ts';
import { demandOptions } from '../stage/demand.ts';
import { describe } from '../trace/trace-value.ts';
import { checkAtOnce } from '../window/at-once.ts';
import type { WindowSpec } from '../window/window.ts';
import type { DraftOptions } from './draft.ts';
import type { LayerOptions } from './operation.ts';

const BOUNDED = ['stages', 'bufferSize', 'bufferKeep', 'onInit', 'maxDemand', 'minDemand'];
const LAYER = [...BOUNDED, 'window'];

/** The options that are known to whatever begins a layer. */
const KNOWN = {
  layer: LAYER,
  /** Others say who feeds it. */
  routed: [...LAYER, 'dispatcher'],
  partition: [...LAYER, 'dispatcher', 'key', 'hash'],
  /** Of all there is, without a window. */
  bounded: BOUNDED,
  into: ['dispatcher'],
};

/** Options before they have been checked: what they say they are they need not be. */
interface GivenOptions extends LayerOptions {
  readonly window?: unknown;
  readonly key?: unknown;
  readonly hash?: unknown;
}

/**
 * Checks the options of a layer.
 *
 * @param at - The function they were given to, for the error.
 * @param kind - What begins the layer.
 * @throws {EngineError} `option_unknown`, `option_out_of_range`.
 */
export function layerOptions(at: string, given: unknown, kind: keyof typeof KNOWN): DraftOptions {
  const options = recordOf(at, given);
  checkKnown(at, options, KNOWN[kind]);
  const { stages, bufferSize, bufferKeep, dispatcher, onInit, maxDemand, minDemand, window } = options;
  if (stages !== undefined && !isCount(stages, 1)) throw outOfRange('stages', at, 'an integer >= 1', stages);
  if (bufferSize !== undefined && bufferSize !== Infinity && !isCount(bufferSize, 0))
    throw outOfRange('bufferSize', at, 'an integer >= 0 or Infinity', bufferSize);
  if (bufferKeep !== undefined) checkOneOf(at, 'bufferKeep', bufferKeep, ['first', 'last']);
  if (onInit !== undefined && typeof onInit !== 'function')
    throw outOfRange('onInit', at, 'a function that gets { index, total }', onInit);
  if (dispatcher !== undefined) checkDispatcher(at, dispatcher);
  demandOptions(
    { ...(maxDemand !== undefined && { maxDemand }), ...(minDemand !== undefined && { minDemand }) },
    at,
  );
  return {
    ...(stages !== undefined && { stages }),
    ...(bufferSize !== undefined && { bufferSize }),
    ...(bufferKeep !== undefined && { bufferKeep }),
    ...(dispatcher !== undefined && { dispatcher }),
    ...(onInit !== undefined && { onInit }),
    ...(maxDemand !== undefined && { maxDemand }),
    ...(minDemand !== undefined && { minDemand }),
    ...(window !== undefined && { window: windowOf(window, at) }),
  };
}

/**
 * Options as they may be looked at.
 *
 * @throws {EngineError} `option_out_of_range`.
 */
export function recordOf(at: string, given: unknown): GivenOptions {
  if (given === undefined) return {};
  if (isRecord(given)) return given;
  throw outOfRange('options', at, 'an object such as { stages: 2 }', given);
}

/**
 * The data of a window.
 *
 * @throws {EngineError} `option_out_of_range`.
 */
export function windowOf(window: unknown, at: string): WindowSpec {
  if (isRecord(window) && isWindow(window)) return window.spec;
  throw outOfRange('window', at, 'a window such as Window.count(10)', window);
}

/**
 * Refuses what is no function, or one that does not answer at once.
 *
 * @param argument - What it is to the operator.
 * @throws {EngineError} `flow_not_function`, `flow_async`.
 */
export function checkFunction(at: string, argument: string, value: unknown): void {
  if (typeof value !== 'function') {
    throw new EngineError('flow_not_function', { at, argument, received: describe(value) });
  }
  // Only what `map` makes goes on as it is: promises, as the type of its flow says.
  if (at !== 'map') checkAtOnce(at, argument, value);
}

/**
 * Refuses what cannot dispatch.
 *
 * @throws {EngineError} `option_out_of_range`.
 */
export function checkDispatcher(at: string, value: unknown): DispatcherSpec {
  if (isDispatcher(value)) return value;
  throw outOfRange('dispatcher', at, 'a dispatcher such as broadcastDispatcher()', value);
}

/**
 * Refuses what is no count.
 *
 * @throws {EngineError} `option_out_of_range`.
 */
export function checkAtLeastOne(at: string, argument: string, value: unknown): void {
  if (!isCount(value, 1)) throw outOfRange(argument, at, 'an integer >= 1', value);
}

function isCount(value: unknown, least: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least;
}

/** The options are whatever a program gave: each is looked at before it is used. */
function isRecord(value: unknown): value is GivenOptions {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDispatcher(value: unknown): value is DispatcherSpec {
  return (
    typeof value === 'object' && value !== null && 'create' in value && typeof value.create === 'function'
  );
}

function isWindow(value: object): value is { readonly spec: WindowSpec } {
  return 'spec' in value && typeof value.spec === 'object' && value.spec !== null && 'type' in value.spec;
}

function outOfRange(option: string, at: string, requirement: string, received: unknown): EngineError {
  return new EngineError('option_out_of_range', { option, at, requirement, received: describe(received) });
}
