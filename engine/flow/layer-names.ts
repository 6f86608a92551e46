import type { StageId } from '../ids.ts';

/**
 * Names for the stages of a flow: a layer is called what it does, its stages are numbered from 1 where there are several. A
 * second layer that does the same is `map b`, the next `map c`. The same flow always gets the same names.
 */
export class LayerNames {
  readonly #prefix: string;
  /** Layers so far, by what they do. */
  readonly #counts = new Map<string, number>();

  /** @param prefix - Before every name: `counts/`, or nothing. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Of the stages of one more layer. */
  layer(base: string, stages: number): readonly StageId[] {
    const count = (this.#counts.get(base) ?? 0) + 1;
    this.#counts.set(base, count);
    const name = this.#prefix + (count === 1 ? base : `${base} ${letters(count)}`);
    return Array.from({ length: stages }, (_, i) => (stages === 1 ? name : `${name} ${i + 1}`));
  }
}

/** 1 is `a`, 26 is `z`, 27 is `aa`. */
function letters(count: number): string {
  const rest = count - 1;
  const last = String.fromCharCode('a'.charCodeAt(0) + (rest % 26));
  return rest < 26 ? last : letters(Math.floor(rest / 26)) + last;
}
