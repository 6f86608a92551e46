import { EngineError } from '../errors.ts';
import type { StageId } from '../ids.ts';
import type { StageDefinition, SubscribeOptions } from '../stage/definition.ts';
import { demandOptions } from '../stage/demand.ts';
import { checkOneOf } from '../source/source-options.ts';
import { describe } from '../trace/trace-value.ts';
import type { Beside, Draft, Spec } from './draft.ts';
import { isFlow } from './flow-mark.ts';

/**
 * Definitions to be started with a flow: each alone, or with the argument of its `init` and options of its subscriptions.
 *
 * @throws {EngineError} `flow_list`, `option_out_of_range`.
 */
export function specsOf(at: string, given: unknown): readonly Spec[] {
  const requirement = 'a list of at least one definition, or { definition, arg }';
  return listOf(at, requirement, given).map((one): Spec => {
    if (isDefinition(one)) return { definition: one, arg: undefined, own: false, options: {} };
    if (isObject(one) && 'definition' in one && isDefinition(one.definition)) {
      const { definition, arg, ...options }: { arg?: unknown; definition: StageDefinition } = {
        ...one,
        definition: one.definition,
      };
      return { definition, arg, own: false, options: checked(at, options) };
    }
    throw new EngineError('flow_list', { at, requirement, received: describe(one) });
  });
}

/**
 * Consumers to be started with a flow. They may also say what their end is to it.
 *
 * @throws {EngineError} `flow_list`, `option_out_of_range`.
 */
export function consumersOf(at: string, given: unknown): readonly Spec[] {
  return specsOf(at, given).map(({ options: { restart = 'transient', ...options }, ...spec }): Spec => {
    checkOneOf(at, 'restart', restart, ['permanent', 'transient', 'temporary']);
    const isOther = restart === 'permanent' || restart === 'temporary';
    return { ...spec, options, ...(isOther && { restart }) };
  });
}

/**
 * Stages that run beside a flow: each as what `start` returned, or its name; alone, or with options of the subscriptions.
 *
 * @throws {EngineError} `flow_list`, `option_out_of_range`.
 */
export function besideOf(at: string, given: unknown): readonly Beside[] {
  const requirement = 'a list of at least one stage, as start returned it, or { stage }';
  return listOf(at, requirement, given).map((one): Beside => {
    const id = idOf(one);
    if (id !== null) return { id, options: {} };
    if (isObject(one) && 'stage' in one) {
      const { stage, ...options } = one;
      const inner = idOf(stage);
      if (inner !== null) return { id: inner, options: checked(at, options) };
    }
    throw new EngineError('flow_list', { at, requirement, received: describe(one) });
  });
}

/**
 * Flows that come together.
 *
 * @throws {EngineError} `flow_list`.
 */
export function flowsOf(at: string, given: unknown): readonly Draft[] {
  const requirement = 'a flow, or a list of at least one flow';
  return listOf(at, requirement, isFlow(given) ? [given] : given).map((one) => flowOf(at, requirement, one));
}

/**
 * What was said about a flow.
 *
 * @throws {EngineError} `flow_list`.
 */
export function flowOf(at: string, requirement: string, given: unknown): Draft {
  if (isFlow(given)) return given.draft;
  throw new EngineError('flow_list', { at, requirement, received: describe(given) });
}

/**
 * A list with something in it.
 *
 * @throws {EngineError} `flow_list`.
 */
export function listOf(at: string, requirement: string, given: unknown): readonly unknown[] {
  if (Array.isArray(given) && given.length > 0) return given;
  throw new EngineError('flow_list', { at, requirement, received: describe(given) });
}

/** Whether it is what `producer`, `producerConsumer` or `consumer` make. */
export function isDefinition(value: unknown): value is StageDefinition {
  return isObject(value) && 'callbacks' in value && 'kind' in value && 'options' in value;
}

function idOf(handle: unknown): StageId | null {
  if (typeof handle === 'string') return handle;
  return isObject(handle) && 'id' in handle && typeof handle.id === 'string' ? handle.id : null;
}

function checked(at: string, options: SubscribeOptions): SubscribeOptions {
  demandOptions(options, at);
  return options;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
