import type { PlanView, TraceEntry, TraceValue } from 'sluice';
import { bisector } from 'd3-array';
import { keptAt } from '../../view/accounts/kept-rows.ts';
import { RunAccounts } from '../../view/accounts/run-accounts.ts';
import { CRASHABLE, type Crashable } from './crash-programs.ts';

/** Where an order is. `waiting`: on its way to the stage, or in its mailbox. */
export type Spot = 'book' | 'buffer' | 'waiting' | 'hand';

/** Where an order is, and what has become of it, at one moment. */
export interface OrderAt {
  readonly id: number;
  /** It has come in. */
  readonly isIn: boolean;
  /** The stage that has it, and where; the copy that has come furthest where there are two. `null`: no stage has it. */
  readonly place: { readonly stage: Crashable; readonly spot: Spot } | null;
  /** It was sent, and no stage has it any more. */
  readonly isAstray: boolean;
  readonly isAcknowledged: boolean;
  /** Rows that it has in the table. */
  readonly rows: number;
  /** How often the table was asked to save it, and had it. */
  readonly repeats: number;
}

/** The crash of a run: `n` = entries applied just before it. */
export interface CrashMoment {
  readonly n: number;
  readonly stage: Crashable;
  readonly atMs: number;
}

/** What the program prints of each order. */
type Saying = 'came in' | 'acknowledged' | 'saved' | 'known';

/** Orders that come in; as the program says. */
export const ORDERS = 24;

const byTime = bisector((entry: TraceEntry) => entry.atMs);

/** Every order of a run at every moment of it, from its trace alone. */
export class OrderPlaces {
  readonly entries: readonly TraceEntry[];
  readonly crash: CrashMoment | null;
  readonly accounts: RunAccounts;
  /** Entries applied when something had been said of an order, in order. */
  readonly #said: Readonly<Record<Saying, ReadonlyMap<number, readonly number[]>>>;

  constructor(plan: PlanView, entries: readonly TraceEntry[]) {
    this.entries = entries;
    this.accounts = new RunAccounts(plan);
    this.accounts.update(entries);
    this.crash = crashIn(entries);
    this.#said = {
      'came in': saidIn(entries, 'came in'),
      acknowledged: saidIn(entries, 'acknowledged'),
      saved: saidIn(entries, 'saved'),
      known: saidIn(entries, 'known'),
    };
  }

  /** How long the run took, ms. */
  get endMs(): number {
    return this.entries.at(-1)?.atMs ?? 0;
  }

  /** When the last of the orders was saved, or was last heard of, or a stage crashed, ms: nothing but timers comes after it. */
  get restMs(): number {
    const saidMs = this.entries.findLast(({ type }) => type === 'log')?.atMs ?? 0;
    return Math.max(saidMs, this.crash?.atMs ?? 0);
  }

  /** Entries up to a time, those of it included. */
  positionAt(atMs: number): number {
    return byTime.right(this.entries, atMs);
  }

  /** All orders after the first `n` entries. */
  at(n: number): readonly OrderAt[] {
    const places = this.#placesAt(n);
    return Array.from({ length: ORDERS }, (_, i): OrderAt => {
      const id = i + 1;
      const isIn = this.#times('came in', id, n) > 0;
      const isAcknowledged = this.#times('acknowledged', id, n) > 0;
      const rows = this.#times('saved', id, n);
      const sent = places.get(id) ?? null;
      const isAstray = isIn && sent === null && rows === 0 && this.#wasSent(id, n);
      return {
        id,
        isIn,
        place: sent ?? (isIn && !isAcknowledged ? { stage: 'orders', spot: 'book' } : null),
        isAstray,
        isAcknowledged,
        rows,
        repeats: this.#times('known', id, n),
      };
    });
  }

  #times(saying: Saying, id: number, n: number): number {
    return this.#said[saying].get(id)?.filter((at) => at <= n).length ?? 0;
  }

  #wasSent(id: number, n: number): boolean {
    return (
      this.accounts
        .maker('orders')
        ?.chunks.some((chunk) => chunk.n <= n && chunk.values.some((value) => idOf(value) === id)) ?? false
    );
  }

  #placesAt(n: number): ReadonlyMap<number, { readonly stage: Crashable; readonly spot: Spot }> {
    const places = new Map<number, { readonly stage: Crashable; readonly spot: Spot }>();
    // From the first stage on, so that the copy that has come furthest stays.
    for (const stage of CRASHABLE) {
      for (const link of this.accounts.links) {
        if (link.consumer !== stage) continue;
        for (const { status, first, count } of link.openAt(n)) {
          for (let index = first; index < first + count; index += 1) {
            const chunk = link.chunkAt(index);
            const id = idOf(chunk?.values[index - chunk.first]);
            if (id !== null) places.set(id, { stage, spot: status === 'working' ? 'hand' : 'waiting' });
          }
        }
      }
      const maker = this.accounts.maker(stage);
      if (!maker) continue;
      for (const { row } of keptAt(this.accounts, maker, n)) {
        const emission = maker.emissionAt(row);
        const id = idOf(emission?.values[row - emission.row]);
        if (id !== null) places.set(id, { stage, spot: 'buffer' });
      }
    }
    return places;
  }
}

function crashIn(entries: readonly TraceEntry[]): CrashMoment | null {
  const n = entries.findIndex((entry) => entry.type === 'fault' && entry.fault === 'crash');
  const entry = entries[n];
  const stage = CRASHABLE.find((name) => name === entry?.stage);
  return entry && stage ? { n, stage, atMs: entry.atMs } : null;
}

function saidIn(entries: readonly TraceEntry[], saying: Saying): ReadonlyMap<number, readonly number[]> {
  const said = new Map<number, number[]>();
  for (const [i, entry] of entries.entries()) {
    if (entry.type !== 'log' || entry.values[0] !== saying) continue;
    for (const id of entry.values.slice(1)) {
      if (typeof id !== 'number') continue;
      const times = said.get(id) ?? [];
      times.push(i + 1);
      said.set(id, times);
    }
  }
  return said;
}

function idOf(value: TraceValue | undefined): number | null {
  if (typeof value !== 'object' || value === null || !('id' in value)) return null;
  return typeof value.id === 'number' ? value.id : null;
}
