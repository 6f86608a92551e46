import type { RunUpdate } from 'sluice';
import { accountByNumbers } from './killed-account.ts';
import { EventAccount } from './event-account.ts';
import type { Sharing } from './maker-account.ts';
import { Unexplained } from './unexplained.ts';

/**
 * What a run on workers, at rest, does not account for; `null` when it accounts for all. Event by event where every worker
 * could tell its story to the end; by numbers where one was killed.
 */
export function unexplainedIn(
  update: RunUpdate,
  sharingOf: (stage: string) => Sharing,
  journal: Parameters<EventAccount['close']>[1] | null,
): string | null {
  const { end } = update;
  // What nobody starts again is gone for good: a run that has lost that with its worker ends, and has told.
  const isLost = end?.type === 'failed' && end.error.code === 'stages_lost';
  if (end?.type !== 'stopped' && !isLost) return `the run ended by itself: ${JSON.stringify(end)}`;
  if (update.dropped > 0) return `${update.dropped} entries were not kept`;
  const killed = update.entries.some((entry) => entry.type === 'fault' && entry.fault === 'killWorker');
  try {
    if (killed) accountByNumbers(update, (stage) => sharingOf(stage).kind !== 'all');
    else followEvents(update, sharingOf, journal);
    return null;
  } catch (error) {
    if (error instanceof Unexplained) return error.message;
    throw error;
  }
}

function followEvents(
  { entries, stages }: RunUpdate,
  sharingOf: (stage: string) => Sharing,
  journal: Parameters<EventAccount['close']>[1] | null,
): void {
  const account = new EventAccount(sharingOf);
  for (const entry of entries) account.take(entry);
  const standing = {
    stage: (id: string) => {
      const own = stages.find(({ stage }) => stage === id);
      if (!own || own.status === 'exited' || own.status === 'crashed') return null;
      return { buffered: own.buffered, mode: 'forward', isBusy: own.status === 'busy' } as const;
    },
    isHeldUp: () => false,
  };
  account.close(standing, journal);
}
