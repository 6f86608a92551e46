import type { DispatcherSpec } from '../dispatcher/dispatcher.ts';
import { EngineError, didYouMean } from '../errors.ts';
import type { StageCallbacks, StageDefinition } from '../stage/definition.ts';
import { describe } from '../trace/trace-value.ts';

/** What a source sends itself, behind its buffer, once nothing more will come. GenStage's own word. */
export const STOP = 'stop';

/** Options of a source that is read as far as events are wanted. */
export interface SourceOptions {
  /** Who gets which events. Default: `demandDispatcher()`. */
  readonly dispatcher?: DispatcherSpec;
  /** `"accumulate"` holds demand back until the mode is set to `"forward"`. Default `"forward"`. */
  readonly demand?: 'forward' | 'accumulate';
  /** What the source does once its last consumer has left: live on, or end with `"normal"`. Default `"continue"`. */
  readonly onCancel?: 'continue' | 'stop';
}

const COMMON = ['dispatcher', 'demand', 'onCancel'];

/**
 * Refuses options that a source does not have. `dispatcher` and `demand` are the stage's own and checked there.
 *
 * @param at - The function they were given to, for the error.
 * @param more - Names of options this source has besides the common ones.
 * @throws {EngineError} `option_unknown`, `option_out_of_range`.
 */
export function checkSourceOptions(at: string, options: SourceOptions, more: readonly string[] = []): void {
  checkKnown(at, options, [...COMMON, ...more]);
  checkOneOf(at, 'onCancel', options.onCancel ?? 'continue', ['continue', 'stop']);
}

/**
 * Refuses options that are none of those allowed.
 *
 * @throws {EngineError} `option_unknown`.
 */
export function checkKnown(at: string, options: object, allowed: readonly string[]): void {
  for (const [option, value] of Object.entries(options)) {
    if (allowed.includes(option) || value === undefined) continue;
    const nearest = didYouMean(option, allowed);
    throw new EngineError('option_unknown', { option, at, nearest, allowed: allowed.join(', ') });
  }
}

/**
 * Refuses a value that is none of those an option may have.
 *
 * @throws {EngineError} `option_out_of_range`.
 */
export function checkOneOf(at: string, option: string, value: unknown, choices: readonly string[]): void {
  if (choices.some((choice) => choice === value)) return;
  const requirement = choices.map((choice) => `"${choice}"`).join(' or ');
  throw new EngineError('option_out_of_range', { option, at, requirement, received: describe(value) });
}

/**
 * Refuses what is no count of events.
 *
 * @throws {EngineError} `option_out_of_range`.
 */
export function checkCount(at: string, option: string, value: unknown): void {
  if (value === Infinity || (typeof value === 'number' && Number.isInteger(value) && value >= 0)) return;
  const requirement = 'an integer >= 0 or Infinity';
  throw new EngineError('option_out_of_range', { option, at, requirement, received: describe(value) });
}

/** The options of the stage itself, among those of a source. */
export function stageOptionsOf({ dispatcher, demand }: SourceOptions): SourceOptions {
  return { ...(dispatcher && { dispatcher }), ...(demand && { demand }) };
}

/** Counts the consumers of a source, if it is to end with the last of them (GS-203). */
export function endingWithConsumers<State extends { consumers: number }>(
  onCancel: SourceOptions['onCancel'],
): {
  readonly handleSubscribe?: (peer: unknown, options: unknown, state: State) => void;
  readonly handleCancel?: (end: unknown, state: State) => { readonly stop: 'normal' } | undefined;
} {
  if (onCancel !== 'stop') return {};
  return {
    handleSubscribe: (_peer, _options, state) => {
      state.consumers += 1;
    },
    handleCancel: (_end, state) => {
      state.consumers -= 1;
      return state.consumers === 0 ? { stop: 'normal' } : undefined;
    },
  };
}

/** The definition of a source: infos that are not its own are warned of, as where there is no `handleInfo` (GS-206). */
export function understanding<Definition extends StageDefinition>(
  definition: Definition,
  understands: (message: unknown) => boolean,
): Definition {
  const callbacks: StageCallbacks = { ...definition.callbacks, understands };
  return { ...definition, callbacks };
}
