import type { TraceValue } from 'sluice';

const FNV_PRIME = 0x01000193;
const FNV_START = 0x811c9dc5;

/**
 * What a number of values come to, whatever order they came in: two digests are equal where the same values were added equally
 * often, and else by a chance of one in 2⁶⁴. Its size does not grow.
 */
export class ValueDigest {
  #count = 0;
  #low = 0;
  #high = 0;

  /** @param value - `undefined`: one that the trace has not kept. */
  add(value: TraceValue | undefined): void {
    const text = JSON.stringify(value) ?? '';
    this.#count += 1;
    this.#low = (this.#low + hash(text, FNV_START)) | 0;
    this.#high = (this.#high + hash(text, ~FNV_START)) | 0;
  }

  equals(other: ValueDigest): boolean {
    return this.#count === other.#count && this.#low === other.#low && this.#high === other.#high;
  }
}

/** FNV-1a over code units, and what mixes its bits well enough for sums: the end of MurmurHash3. */
function hash(text: string, start: number): number {
  let mixed = start;
  for (let i = 0; i < text.length; i += 1) mixed = Math.imul(mixed ^ text.charCodeAt(i), FNV_PRIME);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
