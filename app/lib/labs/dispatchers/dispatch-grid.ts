import type { PlanView, TraceEntry } from 'sluice';
import {
  CELL_WORDS,
  deliveryColumns,
  deliveryRows,
  type CellKind,
} from '../../inspect/deliveries/deliveries-view.ts';
import { accountsOfRuns } from '../../view/accounts/accounts-of-runs.ts';
import { SOURCE } from './dispatcher-programs.ts';

/** What a cell of the grid shows: who has an order, and how far it is. */
export type GridMark = 'packed' | 'working' | 'mailbox' | 'kept' | 'none';

/** One order of the grid. */
export interface GridRow {
  readonly number: number;
  /** The order as it would be written; empty before it was made. */
  readonly title: string;
  readonly cells: readonly { readonly mark: GridMark; readonly means: string }[];
}

/** Every order × every packer, by what was delivered. */
export interface DispatchGrid {
  readonly packers: readonly string[];
  /** As many as there are orders in all, made or not. */
  readonly rows: readonly GridRow[];
}

const MARKS: Readonly<Partial<Record<CellKind, GridMark>>> = {
  handled: 'packed',
  working: 'working',
  taken: 'mailbox',
  sent: 'mailbox',
  queued: 'kept',
};

/** What marks mean, for the key of the grid. */
export const MARK_WORDS: readonly { readonly mark: GridMark; readonly word: string }[] = [
  { mark: 'packed', word: 'packed' },
  { mark: 'working', word: 'being packed' },
  { mark: 'mailbox', word: 'sent, waits in its mailbox' },
  { mark: 'kept', word: 'kept back for it by the dispatcher' },
];

/**
 * The grid of a run after its first `at` entries.
 *
 * @param packers - Columns before the run has a plan.
 * @param orders - Rows in all.
 */
export function dispatchGrid(
  run: { readonly plan: PlanView | null; readonly entries: readonly TraceEntry[] },
  {
    at,
    orders,
    packers,
  }: { readonly at: number; readonly orders: number; readonly packers: readonly string[] },
): DispatchGrid {
  const accounts = run.plan && accountsOfRuns.of(run.plan, run.entries);
  const maker = accounts?.maker(SOURCE) ?? null;
  const columns = run.plan && accounts && maker ? deliveryColumns(run.plan, accounts, maker, at) : null;
  const names = columns?.map(({ consumer }) => consumer) ?? packers;
  const made =
    accounts && maker && columns ? deliveryRows(accounts, maker, columns, { from: 0, to: orders, at }) : [];
  const rows = Array.from({ length: orders }, (_, i): GridRow => {
    const row = made[i];
    if (!row) return { number: i + 1, title: '', cells: names.map(() => NOT_MADE) };
    const cells = row.cells.map(({ kind }) => ({
      mark: MARKS[kind] ?? ('none' as const),
      means: CELL_WORDS[kind].means,
    }));
    return { number: row.number, title: row.title, cells };
  });
  return { packers: names, rows };
}

const NOT_MADE = { mark: 'none', means: 'not made yet' } as const;
