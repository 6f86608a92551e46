import type { TraceValue } from 'sluice';
import type { Handout } from './handout.ts';
import type { LinkLog } from './link-log.ts';
import type { MakerLog } from './maker-log.ts';
import type { RunAccounts } from './run-accounts.ts';

/** An event as it was sent on a subscription. */
export interface SentTo {
  readonly link: LinkLog;
  readonly index: number;
}

/**
 * What has become of an event that a stage emitted. `emitted`: nothing yet, as while demand accumulates. `unclear`: it went
 * somewhere, but the trace does not tell where.
 */
export type RowFate =
  'emitted' | 'sent' | 'buffered' | 'queued' | 'discarded' | 'dropped' | 'lost' | 'unclear';

/** One event of all that a stage has emitted, at a moment. */
export interface RowState {
  readonly row: number;
  /** `undefined` where the trace does not keep it. */
  readonly value: TraceValue | undefined;
  readonly fate: RowFate;
  /** Of `queued`: the partition it waits for, where that is known. */
  readonly partition: string | null;
  readonly sent: readonly SentTo[];
  /** Subscriptions whose selectors did not want it. */
  readonly refusedBy: readonly string[];
}

/** Where the `row`-th event of a stage is after the first `at` entries; `null` before it was emitted. */
export function rowState(accounts: RunAccounts, maker: MakerLog, row: number, at: number): RowState | null {
  const emission = maker.emissionAt(row);
  if (!emission || emission.n > at) return null;
  const value = emission.values[row - emission.row];
  const own: Own = { fate: 'emitted', partition: null, sent: [], refusedBy: [] };
  follow(accounts, maker, { handout: emission.handout, offset: row - emission.row, at }, own);
  return { row, value, ...own };
}

interface Own {
  fate: RowFate;
  partition: string | null;
  readonly sent: SentTo[];
  readonly refusedBy: string[];
}

function follow(
  accounts: RunAccounts,
  maker: MakerLog,
  { handout, offset, at }: { readonly handout: Handout; readonly offset: number; readonly at: number },
  own: Own,
): void {
  const { stored, lostAt } = handout;
  if (stored && stored.n <= at && offset >= stored.offset) {
    const move = stored.moves.find((one) => offset >= one.offset && offset < one.offset + one.count);
    if (!move || move.n > at) own.fate = 'buffered';
    else if (typeof move.to === 'string') own.fate = move.to;
    else {
      const place = { handout: move.to.handout, offset: move.to.offset + offset - move.offset, at };
      follow(accounts, maker, place, own);
    }
    return;
  }
  const shares = accounts.sharesOf(maker, handout).shares[offset] ?? [];
  for (const share of shares) {
    switch (share.to) {
      case 'sent':
        if (share.chunk.n <= at) {
          own.fate = 'sent';
          own.sent.push({ link: share.chunk.link, index: share.index });
        } else if (own.fate === 'emitted') {
          // It was queued for a partition until it was sent.
          const queued = handout.queued.find(({ n, moves }) => {
            return n <= at && moves.some(({ to }) => to !== 'lost' && to.chunk === share.chunk);
          });
          if (!queued) continue;
          own.fate = 'queued';
          own.partition = queued.partition;
        }
        break;
      case 'refused':
        if (share.n > at) break;
        own.refusedBy.push(share.link);
        if (own.fate === 'emitted') own.fate = 'sent';
        break;
      case 'queued':
        if (share.queued.n > at) break;
        own.fate = share.lostAt !== null && share.lostAt <= at ? 'lost' : 'queued';
        own.partition = share.queued.partition;
        break;
      case 'dropped':
      case 'unclear':
        if (share.n <= at) own.fate = share.to;
        break;
    }
  }
  if (shares.length === 0 && lostAt !== null && lostAt <= at) own.fate = 'lost';
}
