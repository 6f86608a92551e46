import type { StageId } from '../ids.ts';
import type { Drafted } from './flow-mark.ts';

/** How one run of a flow is followed and ended. */
export interface FlowRunOptions {
  /** Ends the run, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told now and then while the run goes on, and once when it is over. */
  readonly onProgress?: (progress: FlowProgress) => void;
}

/** How far a flow is. Counts are totals since it began. */
export interface FlowProgress {
  /** Its name. */
  readonly flow: StageId;
  /** In the order of the plan. */
  readonly layers: readonly LayerProgress[];
  /** Events that came too late for their windows, over all layers. */
  readonly late: number;
  /** Windows open now, over all layers. */
  readonly windows: number;
}

/** What the stages of one layer have done so far. */
export interface LayerProgress {
  /** Events they have handled; of sources 0. */
  readonly eventsIn: number;
  /** Events they have sent on. */
  readonly eventsOut: number;
  /** Windows open now. */
  readonly windows: number;
  /** Events that came too late for their windows. */
  readonly late: number;
}

/** Runs flows here and now. */
export interface FlowRunner {
  /** For its side effects; resolves when it has ended (FL-171). */
  run(flow: Drafted, options?: FlowRunOptions): Promise<void>;
  /** Everything its last layer emits, in the order in which it comes. */
  toArray(flow: Drafted, options?: FlowRunOptions): Promise<unknown[]>;
  /** The same one by one. Each enumeration is a run of its own (FL-010), which leaving it ends (FL-173). */
  iterate(flow: Drafted, options?: FlowRunOptions): AsyncIterableIterator<unknown>;
}

let installed: FlowRunner | null = null;

/** Says who runs flows from now on. For the runtime, which is loaded after the flows. */
export function runFlowsWith(runner: FlowRunner): void {
  installed = runner;
}

/** Who runs flows. */
export function flowRunner(): FlowRunner {
  if (installed === null) throw new Error('The runtime that runs flows has not been loaded');
  return installed;
}
