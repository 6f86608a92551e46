import type { StageId, WorkerId } from '../ids.ts';
import { parseTraceError } from './codec.ts';
import type { Fields } from './fields.ts';
import type { TraceError } from './trace-entry.ts';

/** Why a run is over. */
export type RunEnd =
  /** Nothing is left to do: all demand is met, or nobody asks. */
  | { readonly type: 'idle' }
  /** Every stage has exited. */
  | { readonly type: 'exited' }
  /** Nothing is left to do, and at least one stage has crashed (its entry says why). */
  | {
      readonly type: 'crashed';
      /** Stages ended with their worker, and did not come back. */
      readonly error?: TraceError;
    }
  /** Somebody stopped it. */
  | { readonly type: 'stopped' }
  | RunFailure;

/** The run could not begin or go on. */
export interface RunFailure {
  readonly type: 'failed';
  /**
   * `load`: the program threw while it was loaded; `plan`: it is no valid pipeline, or differs between workers;
   * `watchdog`: a callback does not return; `platform`: a worker could not be made, died, or spoke nonsense.
   */
  readonly phase: 'load' | 'plan' | 'watchdog' | 'platform';
  readonly error: TraceError;
  /** The stage that hangs, as far as known. */
  readonly stage: StageId | null;
  readonly worker: WorkerId | null;
}

/** How a recording ends: as its run did, or `unfinished` where it was saved while the run went on. */
export type RecordedEnd = RunEnd | { readonly type: 'unfinished' };

const ENDS = ['idle', 'exited', 'crashed', 'stopped', 'failed', 'unfinished'] as const;
const PHASES = ['load', 'plan', 'watchdog', 'platform'] as const satisfies readonly RunFailure['phase'][];

/**
 * How a recording of unknown origin says that its run ended.
 *
 * @throws {EngineError} `field_damaged`, naming the field.
 */
export function parseRecordedEnd(f: Fields): RecordedEnd {
  const type = f.oneOf('type', ENDS);
  if (type === 'crashed')
    return { type, ...(f.has('error') && { error: parseTraceError(f.unknown('error')) }) };
  if (type !== 'failed') return { type };
  return {
    type,
    phase: f.oneOf('phase', PHASES),
    error: parseTraceError(f.unknown('error')),
    stage: f.isNull('stage') ? null : f.text('stage'),
    worker: f.numberOrNull('worker'),
  };
}
