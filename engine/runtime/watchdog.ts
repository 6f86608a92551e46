import type { StageId, WorkerId } from '../ids.ts';

/** How long a worker may stay silent, ms. */
export const SILENCE_MS = 2_500;

/** A worker that does not answer, and what it was doing. */
export interface Silent {
  readonly worker: WorkerId;
  readonly waitedMs: number;
  readonly entered: { readonly stage: StageId; readonly callback: string } | null;
}

interface Watched {
  /** When the oldest unanswered ping was sent; `null` when all are answered. */
  askedAtMs: number | null;
  entered: { readonly stage: StageId; readonly callback: string } | null;
}

/** Notices workers that do not come back. Pure: its owner sends the pings and tells the time. */
export class Watchdog {
  readonly #watched = new Map<WorkerId, Watched>();
  readonly #heartbeatMs: number;
  #lastBeatMs: number | null = null;

  constructor(heartbeatMs: number) {
    this.#heartbeatMs = heartbeatMs;
  }

  /** From now on this worker has to answer. */
  watch(worker: WorkerId): void {
    this.#watched.set(worker, { askedAtMs: null, entered: null });
  }

  forget(worker: WorkerId): void {
    this.#watched.delete(worker);
  }

  entering(worker: WorkerId, stage: StageId, callback: string): void {
    const watched = this.#watched.get(worker);
    if (watched) watched.entered = { stage, callback };
  }

  answered(worker: WorkerId): void {
    const watched = this.#watched.get(worker);
    if (watched) watched.askedAtMs = null;
  }

  /** To be called every heartbeat, just before every worker is pinged. The first worker silent for too long, if any. */
  beat(nowMs: number): Silent | null {
    const sinceLastMs = this.#lastBeatMs === null ? 0 : nowMs - this.#lastBeatMs;
    this.#lastBeatMs = nowMs;
    // A late beat means that this side slept (a laptop lid, a hidden tab): answers may wait unread.
    if (sinceLastMs > Math.max(2 * this.#heartbeatMs, SILENCE_MS / 2)) {
      for (const watched of this.#watched.values()) watched.askedAtMs = null;
    }
    for (const [worker, watched] of this.#watched) {
      watched.askedAtMs ??= nowMs;
      const waitedMs = nowMs - watched.askedAtMs;
      if (waitedMs >= SILENCE_MS) return { worker, waitedMs, entered: watched.entered };
    }
    return null;
  }
}
