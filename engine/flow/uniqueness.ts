import { MAX_PICTURED, Pictured } from '../trace/trace-value.ts';
import type { Seen } from './fuse.ts';
import type { Mapper, Reduction } from './operation.ts';

const NONE: Seen = [];

/** What the `uniq`s among mappers have seen at the beginning of a window (FL-046): one empty set for each. */
export function nothingSeen(mappers: readonly Mapper[]): () => Seen {
  const count = mappers.filter(({ type }) => type === 'uniq').length;
  return count === 0 ? () => NONE : () => Array.from({ length: count }, () => new Set());
}

/** Events in the order of their arrival. */
class Kept extends Pictured {
  readonly events: unknown[] = [];

  picture(): unknown {
    return this.events.slice(-MAX_PICTURED).reverse();
  }
}

/**
 * What stands in for a reduction where there is a `uniq` and none (FL-047): as in Flow, the events are kept, and come out
 * at triggers, latest first, and again at each further trigger.
 */
export const KEPT_UNTIL_TRIGGER: Extract<Reduction, { readonly type: 'reduce' }> = {
  type: 'reduce',
  written: 'reduce',
  init: () => new Kept(),
  fn: (kept: Kept, event: unknown) => {
    kept.events.push(event);
    return kept;
  },
  view: {
    show: (kept) => (kept instanceof Kept ? kept.events.toReversed() : []),
    // Only `onTrigger` could have changed it, and that needs a reduction.
    resume: (shown) => shown,
  },
};
