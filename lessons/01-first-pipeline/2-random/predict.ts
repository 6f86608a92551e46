import type { TraceEntry } from 'sluice';
import type { Outcomes } from '../../schema.ts';

/** What tells each happening from the others. */
const HAPPENINGS: Readonly<Record<string, (entry: TraceEntry) => boolean>> = {
  'first-ask': (entry) => entry.type === 'ask',
  'first-events': (entry) => entry.type === 'dispatch',
  'first-print': (entry) => entry.type === 'begin' && entry.callback === 'handleEvents',
};

/** Reads a run for the order in which its first things happened. */
export const outcomes: Outcomes = {
  'first-happenings': ({ entries }) => {
    const asks = entries.filter((entry) => entry.type === 'ask');
    const firsts = Object.entries(HAPPENINGS).map(([id, is]) => ({ id, at: entries.find(is)?.seq }));
    const all = [...firsts, { id: 'second-ask', at: asks[1]?.seq }];
    const known = all.flatMap(({ id, at }) => (at === undefined ? [] : [{ id, at }]));
    const last = known.at(-1);
    if (known.length < all.length || !last) return null;
    const order = known.sort((a, b) => a.at - b.at).map(({ id }) => id);
    return {
      actual: { kind: 'order', order },
      says: `The second ask, for ${asks[1]?.count}, came after a whole batch had been handled.`,
      at: last.at,
    };
  },
};
