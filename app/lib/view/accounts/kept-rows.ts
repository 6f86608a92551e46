import { sum } from 'd3-array';
import { placedOf, type Handout } from './handout.ts';
import type { MakerLog } from './maker-log.ts';
import { rowState } from './row-fate.ts';
import { rowAt, type RunAccounts } from './run-accounts.ts';

/** Handouts in a row of which everything is placed: before them nothing is held back. */
const ALL_PLACED = 8;

/** An event that a stage has made and nobody was sent yet. */
export interface Kept {
  readonly row: number;
  readonly place: 'held' | 'buffer' | 'lane';
}

/** The events that a stage had made and nobody was sent, after the first `at` entries, in the order of their rows. */
export function keptAt(accounts: RunAccounts, maker: MakerLog, at: number): readonly Kept[] {
  const kept: Kept[] = [];
  const stored = maker.buffered.at(at);
  let missing = stored + sum(maker.queues.values(), (queue) => queue.at(at));
  let placed = 0;
  for (let i = maker.handoutsBefore(at) - 1; i >= 0 && (missing > 0 || placed < ALL_PLACED); i -= 1) {
    const handout = maker.handouts[i];
    if (!handout) continue;
    const own = keptOf(accounts, maker, handout, at);
    placed = own.some(({ place }) => place === 'held') ? 0 : placed + 1;
    missing -= own.filter(({ place }) => place !== 'held').length;
    kept.push(...own);
  }
  return kept.sort((a, b) => a.row - b.row);
}

function keptOf(accounts: RunAccounts, maker: MakerLog, handout: Handout, at: number): readonly Kept[] {
  const kept: Kept[] = [];
  const add = (offset: number, place: Kept['place']) => {
    const row = rowAt(handout, offset);
    if (row !== null) kept.push({ row, place });
  };
  const { stored, queued } = handout;
  if (stored && stored.n <= at) {
    const gone = new Set<number>();
    for (const move of stored.moves) {
      if (move.n > at) continue;
      for (let i = 0; i < move.count; i += 1) gone.add(move.offset + i);
    }
    for (let i = 0; i < stored.count; i += 1) {
      if (!gone.has(stored.offset + i)) add(stored.offset + i, 'buffer');
    }
  }
  if (queued.some(({ n }) => n <= at)) {
    const end = stored?.offset ?? handout.count;
    for (let offset = 0; offset < end; offset += 1) {
      const row = rowAt(handout, offset);
      if (row !== null && rowState(accounts, maker, row, at)?.fate === 'queued') add(offset, 'lane');
    }
  }
  const somewhere = placedOf(handout, maker.isForAll, at);
  for (let offset = somewhere; offset < handout.count; offset += 1) add(offset, 'held');
  return kept;
}

/** Events that a stage has emitted and that are nowhere after the first `at` entries: held back, or about to be shared out. */
export function unplacedAt(maker: MakerLog, at: number): number {
  let unplaced = 0;
  let placed = 0;
  for (let i = maker.handoutsBefore(at) - 1; i >= 0 && placed < ALL_PLACED; i -= 1) {
    const handout = maker.handouts[i];
    if (!handout) continue;
    const left = handout.count - placedOf(handout, maker.isForAll, at);
    placed = left > 0 ? 0 : placed + 1;
    unplaced += left;
  }
  return unplaced;
}
