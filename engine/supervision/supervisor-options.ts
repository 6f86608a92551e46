import { EngineError, didYouMean } from '../errors.ts';
import { describe } from '../trace/trace-value.ts';
import type { SupervisorView } from '../trace/plan-view.ts';
import { DEFAULT_LIMITS } from './restart-intensity.ts';

/** When a child is started again: always; unless it ended in an orderly way; never. */
export type Restart = SupervisorView['children'][number]['restart'];

/** Who is started again with a child: it alone; it and those declared after it; all children. */
export type Strategy = SupervisorView['strategy'];

/** Options of `supervise`. */
export interface SupervisorOptions {
  readonly strategy: Strategy;
  /** Restarts allowed within `maxSeconds`; one more ends the supervisor. Integer >= 0; default 3. */
  readonly maxRestarts?: number;
  /** Seconds. Integer >= 1; default 5. */
  readonly maxSeconds?: number;
}

const OPTIONS = ['strategy', 'maxRestarts', 'maxSeconds'];
const STRATEGIES = ['oneForOne', 'restForOne', 'oneForAll'] as const satisfies readonly Strategy[];
const RESTARTS = ['permanent', 'transient', 'temporary'] as const satisfies readonly Restart[];

/**
 * Checks the options of a supervisor and fills in the defaults.
 *
 * @param at - Whose options they are, for the error.
 * @throws {EngineError} `option_unknown`, `option_out_of_range`.
 */
export function supervisorOptions(given: unknown, at: string): Required<SupervisorOptions> {
  const options: Readonly<Record<string, unknown>> = isRecord(given) ? given : {};
  for (const option of Object.keys(options)) {
    if (OPTIONS.includes(option)) continue;
    const nearest = didYouMean(option, OPTIONS);
    throw new EngineError('option_unknown', { option, at, nearest, allowed: OPTIONS.join(', ') });
  }
  const { maxRestarts, maxSeconds }: Readonly<Record<string, unknown>> = { ...DEFAULT_LIMITS, ...options };
  const strategy = STRATEGIES.find((known) => known === options['strategy']);
  if (strategy === undefined) {
    throw refused('strategy', at, '"oneForOne", "restForOne" or "oneForAll"', options['strategy']);
  }
  if (!isInteger(maxRestarts) || maxRestarts < 0) {
    throw refused('maxRestarts', at, 'an integer >= 0', maxRestarts);
  }
  if (!isInteger(maxSeconds) || maxSeconds < 1)
    throw refused('maxSeconds', at, 'an integer >= 1', maxSeconds);
  return { strategy, maxRestarts, maxSeconds };
}

/**
 * The restart of a child; `"permanent"` when nothing is said.
 *
 * @throws {EngineError} `option_out_of_range`.
 */
export function restartOf(given: unknown, at: string): Restart {
  if (given === undefined) return 'permanent';
  const restart = RESTARTS.find((known) => known === given);
  if (restart !== undefined) return restart;
  throw refused('restart', at, '"permanent", "transient" or "temporary"', given);
}

function refused(option: string, at: string, requirement: string, received: unknown): EngineError {
  return new EngineError('option_out_of_range', { option, at, requirement, received: describe(received) });
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
