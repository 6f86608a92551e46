import { EngineError, didYouMean } from '../errors.ts';
import type { StageKind } from '../trace/trace-entry.ts';
import { describe } from '../trace/trace-value.ts';
import type { StageCallbacks, StageDefinition, StageOptions } from './definition.ts';

const COMMON = [
  'init',
  'handleSubscribe',
  'handleCancel',
  'handleCall',
  'handleCast',
  'handleInfo',
  'terminate',
];
const OPTIONS = ['dispatcher', 'subscribeTo', 'bufferSize', 'bufferKeep', 'demand'];

const CALLBACKS_OF: Readonly<Record<StageKind, readonly string[]>> = {
  producer: [...COMMON, 'handleDemand', 'formatDiscarded'],
  producerConsumer: [...COMMON, 'handleEvents', 'formatDiscarded'],
  consumer: [...COMMON, 'handleEvents'],
};

const OPTIONS_OF: Readonly<Record<StageKind, readonly string[]>> = {
  producer: ['dispatcher', 'bufferSize', 'bufferKeep', 'demand'],
  producerConsumer: ['dispatcher', 'subscribeTo', 'bufferSize', 'bufferKeep'],
  consumer: ['subscribeTo'],
};

/**
 * Sorts what was given to `producer`, `producerConsumer` or `consumer` into callbacks and options.
 *
 * @throws {EngineError} `definition_unknown_key`, `definition_missing_callback`, `definition_not_function`, `option_unknown`,
 *   `option_out_of_range`.
 */
export function checkDefinition(kind: StageKind, given: StageCallbacks & StageOptions): StageDefinition {
  if (typeof given !== 'object' || given === null) {
    throw new EngineError('not_a_definition', { name: kind, received: describe(given) });
  }
  const callbacks: Record<string, unknown> = {};
  const options: Record<string, unknown> = {};
  const known = [...CALLBACKS_OF[kind], ...OPTIONS_OF[kind]];
  let unknown: string | null = null;
  for (const [key, value] of Object.entries(given)) {
    if (OPTIONS.includes(key)) {
      options[key] = value;
    } else if (!CALLBACKS_OF[kind].includes(key)) {
      unknown ??= key;
    } else if (typeof value === 'function') {
      callbacks[key] = value;
    } else if (value !== undefined) {
      throw new EngineError('definition_not_function', { kind, callback: key, received: describe(value) });
    }
  }
  const checked = checkOptions(kind, options, `this ${kind}`);
  if (unknown !== null) {
    const nearest = didYouMean(unknown, known);
    throw new EngineError('definition_unknown_key', {
      kind,
      key: unknown,
      nearest,
      allowed: known.join(', '),
    });
  }
  const needed = kind === 'producer' ? 'handleDemand' : 'handleEvents';
  if (!callbacks[needed]) throw new EngineError('definition_missing_callback', { kind, callback: needed });
  return { kind, callbacks, options: checked, written: new Error() };
}

/**
 * Checks options of a stage, in the order GenStage does (GS-015).
 *
 * @param at - Whose options they are, for the error.
 * @throws {EngineError} `option_unknown`, `option_out_of_range`.
 */
export function checkOptions(kind: StageKind, options: unknown, at: string): StageOptions {
  const allowed = OPTIONS_OF[kind];
  if (!isRecord(options)) {
    const received = describe(options);
    const requirement = 'an object such as { bufferSize: 100 }';
    throw new EngineError('option_out_of_range', { option: 'options', at, requirement, received });
  }
  const check = (
    option: keyof StageOptions,
    requirement: string,
    isRight: (value: unknown) => boolean,
  ): void => {
    const value = options[option];
    if (value === undefined || !allowed.includes(option) || isRight(value)) return;
    throw new EngineError('option_out_of_range', { option, at, requirement, received: describe(value) });
  };
  check('dispatcher', 'a dispatcher such as demandDispatcher()', isDispatcher);
  check(
    'subscribeTo',
    'a list of stage names or { to: name, … }',
    (value) => Array.isArray(value) && value.every(isTarget),
  );
  check(
    'bufferSize',
    'an integer >= 0 or Infinity',
    (value) => typeof value === 'number' && (Number.isInteger(value) || value === Infinity) && value >= 0,
  );
  check('bufferKeep', '"first" or "last"', (value) => value === 'first' || value === 'last');
  check('demand', '"forward" or "accumulate"', (value) => value === 'forward' || value === 'accumulate');
  for (const [option, value] of Object.entries(options)) {
    if (allowed.includes(option) || value === undefined) continue;
    const nearest = didYouMean(option, allowed);
    throw new EngineError('option_unknown', { option, at, nearest, allowed: allowed.join(', ') });
  }
  return options;
}

/** The options are whatever a learner gave: their keys are looked at one by one. */
function isRecord(value: unknown): value is StageOptions {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDispatcher(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && 'create' in value && typeof value.create === 'function'
  );
}

function isTarget(value: unknown): boolean {
  if (typeof value === 'string') return true;
  return typeof value === 'object' && value !== null && 'to' in value && typeof value.to === 'string';
}
