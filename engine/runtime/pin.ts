import { EngineError } from '../errors.ts';
import type { WorkerId } from '../ids.ts';
import { checkKnown } from '../source/source-options.ts';
import { describe } from '../trace/trace-value.ts';

/** Options of a stage that is started in a pipeline. */
export interface StageStartOptions {
  /** Pins it to a worker, counted from 1 as in the picture. The run gets as many workers, if it may have them. */
  readonly worker?: number;
}

/**
 * Where a program pins something.
 *
 * @param at - What is pinned, for the error.
 * @param given - What it was given as its worker, counted from 1; `undefined` pins nothing.
 * @throws {EngineError} `option_out_of_range`.
 */
export function pinOf(at: string, given: unknown): { readonly worker?: WorkerId } {
  if (given === undefined) return {};
  if (typeof given === 'number' && Number.isInteger(given) && given >= 1) return { worker: given - 1 };
  const requirement = 'the number of a worker, an integer >= 1';
  throw new EngineError('option_out_of_range', {
    option: 'worker',
    at,
    requirement,
    received: describe(given),
  });
}

/**
 * Where the options of a stage pin it.
 *
 * @throws {EngineError} `start_options`, `option_unknown`, `option_out_of_range`.
 */
export function pinOfStage(stage: string, given: unknown): { readonly worker?: WorkerId } {
  if (given === undefined) return {};
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new EngineError('start_options', { stage, received: describe(given) });
  }
  const at = `the stage "${stage}"`;
  checkKnown(at, given, ['worker']);
  return pinOf(at, 'worker' in given ? given.worker : undefined);
}
