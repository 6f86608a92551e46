import type { EventLife, Fate, SegmentKind } from './event-life.ts';
import type { Certainty } from './event-lineage.ts';
import { lostWords } from './entry-sentence.ts';
import { countText, plural } from './value-label.ts';

/** A segment in words: its name, and what it means. */
export interface SegmentWords {
  readonly label: string;
  readonly why: string;
}

/** What an event did for a while. */
export function segmentWords(kind: SegmentKind, { link, call }: EventLife): SegmentWords {
  const { producer, consumer } = link;
  switch (kind) {
    case 'held':
      return { label: 'held back', why: `${producer} let nothing go while demand was held back` };
    case 'buffer':
      return { label: 'in the buffer', why: `nobody had asked ${producer} for it` };
    case 'partition':
      return {
        label: 'in a partition',
        why: `the consumer of its partition had not asked ${producer} for it`,
      };
    case 'out':
      return { label: 'given out', why: `the dispatcher of ${producer} had it` };
    case 'edge':
      return {
        label: 'on the way',
        why: `sent, and ${consumer} was free: it travelled, or the run was held`,
      };
    case 'mailbox':
      return { label: 'in the mailbox', why: `${consumer} was at work on what came before` };
    case 'demand':
      return {
        label: 'waits for demand',
        why: `${consumer} had it and waited to be asked for events itself`,
      };
    case 'turn':
      return {
        label: 'waits its turn',
        why: `${consumer} had it and worked on events of the same delivery before it`,
      };
    case 'work':
      return {
        label: 'work',
        why:
          call === null || call.count === 1
            ? `${consumer} handled it`
            : `${consumer} handled the ${countText(call.count)} events of its batch together`,
      };
  }
}

/** "in the mailbox": completes "it waited 80 ms …". */
export function whereWords(kind: SegmentKind): string {
  return WHERE[kind];
}

const WHERE: Readonly<Record<SegmentKind, string>> = {
  held: 'held back',
  buffer: 'in the buffer',
  partition: 'in the queue of its partition',
  out: 'at the dispatcher',
  edge: 'on the way',
  mailbox: 'in the mailbox',
  demand: 'for demand from further down',
  turn: 'for its turn in the batch',
  work: 'being worked on',
};

/** How it ended, in a sentence. */
export function fateSentence({ link, fate, call }: EventLife): string {
  const { consumer } = link;
  switch (fate.type) {
    case 'handled':
      return call && call.count > 1
        ? `${consumer} has handled it, together with ${plural(call.count - 1, 'other event')} of its batch.`
        : `${consumer} has handled it.`;
    case 'failed':
      return `${consumer} crashed while it handled it: ${fate.end.error.message}`;
    case 'lost':
      return `It was lost: it is one of ${plural(fate.loss.count, 'event')} at ${fate.loss.stage} ${lostWords(fate.loss.where)}.`;
    case 'open':
      return `It is still there: ${STILL[fate.where]}.`;
  }
}

const STILL: Readonly<Record<Extract<Fate, { readonly type: 'open' }>['where'], string>> = {
  held: 'held back',
  buffer: 'in the buffer',
  partition: 'in the queue of its partition',
  out: 'about to be sent',
  edge: 'on the way',
  mailbox: 'in the mailbox of its consumer',
  demand: 'taken, and waiting for demand from further down',
  turn: 'taken, and waiting for its turn',
  work: 'being worked on',
};

/** How sure it is that these came of each other, in a sentence; `null` where there is no doubt. */
export function certaintySentence(certainty: Certainty): string | null {
  switch (certainty) {
    case 'sure':
      return null;
    case 'placed':
      return 'The callback returned as many events as it was given: the one at the same place is taken for it.';
    case 'batch':
      return 'A run records what a callback was given and what it returned, not which of these came of which.';
  }
}

/** A time of microseconds as it is shown, exact to the microsecond: "80 ms", "1.204 ms", "3.2 s". */
export function spanText(us: number): string {
  if (us >= 10_000_000) return `${(us / 1_000_000).toFixed(1)} s`;
  if (us >= 100_000) return `${countText(Math.round(us / 1_000))} ms`;
  if (us % 1_000 === 0) return `${us / 1_000} ms`;
  return us >= 10_000 ? `${(us / 1_000).toFixed(1)} ms` : `${(us / 1_000).toFixed(2)} ms`;
}
