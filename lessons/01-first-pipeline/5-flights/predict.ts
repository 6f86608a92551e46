import { receivedBy } from '../../checks/events.ts';
import type { Outcomes } from '../../schema.ts';

/** Reads a run to its end: how many flights the filter let through. */
export const outcomes: Outcomes = {
  'late-flights': (run) => {
    const read = run.entries.filter((entry) => entry.type === 'end' && entry.callback === 'handleDemand');
    const last = read.at(-1);
    // The list is read to its end when an answer stays empty.
    if (last?.type !== 'end' || last.count > 0) return null;
    const late = receivedBy(run, 'consumer');
    return {
      actual: { kind: 'number', number: late.length },
      says: `The filter let ${late.length.toLocaleString('en')} flights through.`,
      at: late.at(-1)?.at ?? null,
    };
  },
};
