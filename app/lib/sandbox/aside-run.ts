import type { Copies, RunHandle, Scheduler } from 'sluice';
import type { RunView } from './run-view.ts';
import type { Sources } from './source-search.ts';

/** What is to be different when a run is made again. */
export interface RunChange {
  /** How often stages are started, by name. Default: each once. */
  readonly copies?: Copies;
  /** Default: that of the run which is made again. */
  readonly seed?: number;
  /** Default: the files that ran. */
  readonly files?: Sources;
}

/** Who waits for a run that is made again. */
export interface RerunOptions {
  /** Ends it; what there is by then is its result. */
  readonly signal?: AbortSignal;
  /** Told where it stands, a few times a second. */
  readonly onView?: (view: RunView) => void;
}

/** How long a run that is made again may take, ms: somebody waits for it. */
export const ASIDE_LIMIT_MS = 30_000;

/** Between two views for who waits, ms. */
const VIEW_EVERY_MS = 250;

export interface AsideRun extends RerunOptions {
  readonly scheduler: Scheduler;
  /** What the page shows of the run now. */
  readonly view: () => RunView;
}

/**
 * Waits for a run that nobody steers: until it is over, has spent its entries, was ended through `signal`, or has taken
 * {@link ASIDE_LIMIT_MS}. Never rejects.
 */
export async function asideRun(
  handle: RunHandle,
  { scheduler, view, signal, onView }: AsideRun,
): Promise<RunView> {
  const stop = () => handle.stop();
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  const cancelLimit = scheduler.after(ASIDE_LIMIT_MS, stop);
  let isSpent = false;
  let shownMs = -Infinity;
  const leave = handle.onChange(({ status }) => {
    if (status === 'spent' && !isSpent) {
      isSpent = true;
      stop();
    } else if (scheduler.nowMs() - shownMs >= VIEW_EVERY_MS) {
      shownMs = scheduler.nowMs();
      onView?.(view());
    }
  });
  await handle.done;
  leave();
  cancelLimit();
  signal?.removeEventListener('abort', stop);
  const last = view();
  // It has come as far as it may, as the run it is to be compared with.
  return isSpent ? { ...last, status: 'spent' } : last;
}
