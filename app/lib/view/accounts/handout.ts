import type { Seq, TraceValue } from 'sluice';
import type { Chunk } from './link-log.ts';

/** What became of events that nobody was sent. */
export type Fate = 'discarded' | 'dropped' | 'lost';

/** Events that left a store together. */
interface Move {
  readonly offset: number;
  readonly count: number;
  readonly n: number;
  /** Given to the dispatcher again, or gone. */
  readonly to: { readonly handout: Handout; readonly offset: number } | Fate;
}

/** Events of a handout that nobody had asked for: its last ones, in the order in which they came. */
export interface Stored {
  readonly n: number;
  /** Of the first of them within the handout. */
  readonly offset: number;
  readonly count: number;
  readonly moves: Move[];
}

/** Events of a handout that wait in the dispatcher for one partition. */
export interface Queued {
  readonly n: number;
  readonly partition: string;
  readonly count: number;
  /** At most 1,000 of them; none where the trace does not tell. */
  readonly values: readonly TraceValue[];
  /** Where they have gone, in their order: sent in part of a batch, or lost. */
  readonly moves: {
    readonly n: number;
    readonly count: number;
    readonly to: { readonly chunk: Chunk; readonly offset: number } | 'lost';
  }[];
}

/** Rows of a grid that stand one below the other. */
interface Rows {
  readonly row: number;
  readonly count: number;
}

/**
 * Events that a dispatcher was given at once: as a callback has returned them, or out of the buffer. Which of them went where
 * is worked out when it is looked at.
 */
export interface Handout {
  /** Entries applied when it was made. */
  readonly n: number;
  /** The entry that all its dispatches have as their cause. */
  readonly seq: Seq;
  readonly atMs: number;
  readonly count: number;
  /** Its events, as rows of all that the stage has emitted. */
  readonly rows: readonly Rows[];
  /** Batches sent of it, in their order. */
  sent: readonly Chunk[];
  refused: readonly { readonly n: number; readonly link: string; readonly count: number }[];
  queued: readonly Queued[];
  /** Events that the program wanted nobody to have. */
  dropped: readonly { readonly n: number; readonly count: number }[];
  stored: Stored | null;
  /** Entries applied when what is left of it was lost; `null` while it is not. */
  lostAt: number | null;
}

/** What a callback has returned as events. `life`: which life of its stage it was, from 1. */
export interface Emission {
  readonly n: number;
  readonly atMs: number;
  /** Number of its first event among all that the stage has emitted. */
  readonly row: number;
  readonly count: number;
  /** At most 1,000 of them. */
  readonly values: readonly TraceValue[];
  readonly handout: Handout;
  readonly life: number;
}

/**
 * How many events of a handout are somewhere after the first `at` entries: the others are held back, or the stage is in the
 * middle of sharing them out.
 */
export function placedOf(handout: Handout, isForAll: boolean, at = Infinity): number {
  const { stored, count, lostAt } = handout;
  if ((stored && stored.n <= at) || (lostAt !== null && lostAt <= at)) return count;
  return sharedOf(handout, isForAll, at);
}

/** How many of its first events a dispatcher has sent, queued or dropped after the first `at` entries. */
export function sharedOf(
  { sent, refused, queued, dropped }: Handout,
  isForAll: boolean,
  at = Infinity,
): number {
  if (isForAll) {
    let most = 0;
    for (const { n, link, count } of sent) {
      if (n > at) continue;
      const own = refused.find((one) => one.link === link.id)?.count ?? 0;
      most = Math.max(most, count + own);
    }
    return most;
  }
  return countOf(sent, at) + countOf(queued, at) + countOf(dropped, at);
}

function countOf(parts: readonly { readonly n: number; readonly count: number }[], at: number): number {
  let sum = 0;
  for (const { n, count } of parts) if (n <= at) sum += count;
  return sum;
}
