import type { StageId } from '../ids.ts';

/** Batches on their way that are remembered, and arrays that are kept to be filled again. */
const MAX_KEPT = 8;
/** A smaller array is sooner made than looked for. */
const MIN_SIZE = 64;

/**
 * Arrays of numbers that one stage lends to another: the engine's own source fills one, its consumer, of the engine too, reads it
 * and gives it back. What is never given back, because somebody else has got it, is soon forgotten and stays theirs.
 */
export class LentBatches {
  readonly #lent: (number[] | null)[] = new Array<number[] | null>(MAX_KEPT).fill(null);
  readonly #lenders: StageId[] = new Array<StageId>(MAX_KEPT).fill('');
  readonly #spare: number[][] = [];
  #latest = 0;

  /** An array of this length that nobody uses any more. */
  spare(size: number): number[] | null {
    const last = this.#spare.pop();
    return last?.length === size ? last : null;
  }

  lend(lender: StageId, batch: number[]): void {
    if (batch.length < MIN_SIZE) return;
    this.#latest = (this.#latest + 1) % MAX_KEPT;
    this.#lent[this.#latest] = batch;
    this.#lenders[this.#latest] = lender;
  }

  /** A batch has been read. Does nothing unless this very stage has lent it: one that came by another may be kept there. */
  giveBack(lender: StageId, batch: readonly unknown[]): void {
    for (let at = 0; at < MAX_KEPT; at++) {
      const lent = this.#lent[at];
      if (lent !== batch || !lent) continue;
      this.#lent[at] = null;
      if (this.#lenders[at] === lender && this.#spare.length < MAX_KEPT) this.#spare.push(lent);
      return;
    }
  }
}
