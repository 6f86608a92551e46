import type { PlacementPolicy } from 'sluice';

/** The most workers of a run on the page, whatever the machine: who runs where is something to see. */
export const MAX_WORKERS = 4;

/** Where a run goes. */
export interface WorkerSettings {
  /** The most workers it may have, 1 to {@link MAX_WORKERS}; `auto`: as many as its plan has use for. */
  readonly workers: number | 'auto';
  /** How stages are placed that the program does not pin. */
  readonly placement: PlacementPolicy;
}

/** Where runs go as long as nobody has chosen. */
export const DEFAULT_WORKER_SETTINGS: WorkerSettings = { workers: 'auto', placement: 'spread' };

/**
 * What the engine is to be told.
 *
 * @param extra - Workers beyond those: copies of a stage are to work at the same time.
 */
export function runOptionsOf(
  { workers, placement }: WorkerSettings,
  extra = 0,
): { readonly workers: number; readonly placement: PlacementPolicy } {
  return { workers: (workers === 'auto' ? MAX_WORKERS : workers) + extra, placement };
}
