import type { Seq, TraceEntry, WorkerId } from 'sluice';

interface Sent {
  readonly worker: WorkerId;
  readonly atMs: number;
}

/**
 * How far the clocks of a run's workers are apart, which begin as each of them does: by no more than what would have something
 * arrive before it was sent. Takes every entry in turn.
 */
export class WorkerClocks {
  /** What is under way. */
  readonly #sent = new Map<Seq, Sent>();
  /** The shortest time that anything took from one worker to another, by the clock of each, ms. */
  readonly #leastMs = new Map<string, number>();

  add({ type, seq, cause, worker, atMs }: TraceEntry): void {
    if (type === 'dispatch' || type === 'ask') this.#sent.set(seq, { worker, atMs });
    if ((type !== 'deliver' && type !== 'asked') || cause === null) return;
    const sent = this.#sent.get(cause);
    this.#sent.delete(cause);
    if (!sent || sent.worker === worker) return;
    const way = wayOf(sent.worker, worker);
    this.#leastMs.set(way, Math.min(this.#leastMs.get(way) ?? Infinity, atMs - sent.atMs));
  }

  /** By how much the clock of `to` is ahead of that of `from`, ms; below 0 where it is behind. */
  aheadMs(from: WorkerId, to: WorkerId): number {
    const there = this.#leastMs.get(wayOf(from, to)) ?? Infinity;
    const back = this.#leastMs.get(wayOf(to, from)) ?? Infinity;
    return Math.max(Math.min(there, 0), -back);
  }
}

function wayOf(from: WorkerId, to: WorkerId): string {
  return `${from} ${to}`;
}
