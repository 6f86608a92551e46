import { busyness } from '../../checks/busy.ts';
import { callsAt } from '../../checks/events.ts';
import type { Outcomes } from '../../schema.ts';

/** Batches after which the printer's pace shows. */
const ENOUGH = 5;

/** Reads a run for how the printer spent its time. */
export const outcomes: Outcomes = {
  'printer-at-work': (run) => {
    const busy = busyness(run);
    if (!busy || callsAt(run, 'consumer', 'handleEvents').length < ENOUGH) return null;
    const percent = Math.round(busy.share * 100);
    return {
      actual: { kind: 'choice', choice: choiceOf(busy.share) },
      says: `Since its first number the printer was at work ${percent} % of the time.`,
      at: busy.longestWaitAt,
    };
  },
};

function choiceOf(share: number): string {
  if (share > 0.9) return 'always';
  return share > 0.4 ? 'half' : 'seldom';
}
