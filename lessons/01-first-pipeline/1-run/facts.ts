import type { Seq } from 'sluice';
import { counted } from '../../checks/verdict.ts';
import type { Facts, RunSoFar } from '../../schema.ts';

/** How many events had been asked for when the batch with the `nth` had been handled; `null` before that. */
export function askedByEvent(
  { entries }: RunSoFar,
  nth: number,
): { readonly asked: number; readonly at: Seq } | null {
  let asked = 0;
  let begun = 0;
  for (const entry of entries) {
    if (entry.type === 'ask') asked += entry.count;
    if (entry.type === 'begin' && entry.callback === 'handleEvents') begun += entry.count ?? 0;
    // The ask that a batch leads to follows its end.
    if (entry.type === 'end' && entry.callback === 'handleEvents' && begun >= nth) {
      return { asked, at: entry.seq };
    }
  }
  return null;
}

export const facts: Facts = {
  'asked-by-tenth': (run) => String(askedByEvent(run, 10)?.asked),
  'first-ask': ({ entries }) => String(entries.find((entry) => entry.type === 'ask')?.count),
  'second-ask': ({ entries }) => String(entries.filter((entry) => entry.type === 'ask')[1]?.count),
  'largest-batch': ({ entries }) => {
    const counts = entries.map((entry) =>
      entry.type === 'begin' && entry.callback === 'handleEvents' ? (entry.count ?? 0) : 0,
    );
    return counted(Math.max(...counts), 'number');
  },
};
