import type { Outcomes } from '../../schema.ts';
import { askedByEvent } from './facts.ts';

/** Reads a run of the counting pipeline for what was predicted. */
export const outcomes: Outcomes = {
  'first-message': ({ entries }) => {
    const first = entries.find(({ type }) => type === 'ask' || type === 'dispatch');
    if (first?.type === 'ask') {
      return {
        actual: { kind: 'choice', choice: 'ask' },
        says: `The first message was an ask for ${first.count}, from “${first.stage}”.`,
        at: first.seq,
      };
    }
    if (first?.type === 'dispatch') {
      return {
        actual: { kind: 'choice', choice: 'events' },
        says: `The first message carried ${first.count} events, from “${first.stage}”.`,
        at: first.seq,
      };
    }
    return null;
  },
  'asked-by-tenth': (run) => {
    const tenth = askedByEvent(run, 10);
    if (!tenth) return null;
    return {
      actual: { kind: 'number', number: tenth.asked },
      says: `When the tenth number was printed, ${tenth.asked} had been asked for.`,
      at: tenth.at,
    };
  },
};
