import { EngineError } from '../errors.ts';
import type { OpenWire } from './stream-protocol.ts';

/** Who knows whose code runs, and can read stages for it. */
export interface StreamRuntime {
  /** How the code that runs opens a reading; `null` when it is not the code of a stage. */
  openWire(): OpenWire | null;
}

let ambient: StreamRuntime | null = null;

/** Makes readings belong to the stages of this runtime from now on; returns the one before. For whoever hosts stages. */
export function streamsOn(runtime: StreamRuntime | null): StreamRuntime | null {
  const before = ambient;
  ambient = runtime;
  return before;
}

/**
 * How the code that runs opens a reading.
 *
 * @param action - What is wanted, for the error.
 * @throws {EngineError} `outside_callback`.
 */
export function openWireFor(action: string): OpenWire {
  const open = ambient?.openWire() ?? null;
  if (open === null) throw new EngineError('outside_callback', { action });
  return open;
}
