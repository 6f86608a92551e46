import type { PlanView, TraceEntry } from 'sluice';
import type { RunStatus, RunView } from '../../sandbox/run-view.ts';

/** What is kept of a run to compare others with: what it ran and what it recorded, without its console. */
export interface KeptRun extends Pick<RunView, 'placement' | 'workers' | 'problems'> {
  /** Unique on the page, from 1. */
  readonly id: number;
  /** "Run 3", "The solution", the name of a file. */
  readonly name: string;
  readonly plan: PlanView;
  readonly entries: readonly TraceEntry[];
  /** It came to its end, instead of being ended. */
  readonly isOver: boolean;
}

/** Runs that are kept by themselves: the last ones. */
const MOST_KEPT = 5;
/** What a page keeps in all, in entries: a recording that was opened may be a long one. */
const MOST_ENTRIES = 400_000;

/** Whether a run came to its end by itself: of another one nobody knows what would have come next. */
export function isRunOver(status: RunStatus): boolean {
  return status === 'finished' || status === 'failed';
}

/** The runs that a page remembers: the last ones, those that were pinned, and what was opened beside them. In memory only. */
export class RunShelf {
  /** The latest first; those that are pinned stay. */
  kept: readonly KeptRun[] = $state.raw([]);
  pinned: readonly number[] = $state.raw([]);
  #runs = 0;
  #ids = 0;

  /** Keeps a run that is over; `name`: what it is called, else it is counted. `null` where there is nothing to keep. */
  keep(run: RunView, name: string | null = null): KeptRun | null {
    const { plan, entries, status, placement, workers, problems } = run;
    if (!plan || entries.length === 0) return null;
    const known = this.kept.find((own) => own.entries[0] === entries[0]);
    if (known?.entries === entries) return known;
    if (name === null && !known) this.#runs += 1;
    this.#ids += known ? 0 : 1;
    const kept: KeptRun = {
      id: known?.id ?? this.#ids,
      name: name ?? known?.name ?? `Run ${this.#runs}`,
      plan,
      entries,
      placement,
      workers,
      problems,
      isOver: isRunOver(status),
    };
    this.kept = this.#withRoom([kept, ...this.kept.filter(({ id }) => id !== kept.id)]);
    return kept;
  }

  /** Keeps a run until the page is left, or lets it go as others. */
  pin({ id }: KeptRun): void {
    this.pinned = this.pinned.includes(id) ? this.pinned.filter((own) => own !== id) : [...this.pinned, id];
  }

  isPinned({ id }: KeptRun): boolean {
    return this.pinned.includes(id);
  }

  /** Whether a run that is shown is this one. */
  isSame({ entries }: KeptRun, run: Pick<RunView, 'entries'>): boolean {
    return entries[0] === run.entries[0];
  }

  #withRoom(runs: readonly KeptRun[]): readonly KeptRun[] {
    let free = MOST_KEPT;
    let entries = 0;
    return runs.filter((own, i) => {
      if (!this.isPinned(own)) free -= 1;
      entries += own.entries.length;
      return i === 0 || this.isPinned(own) || (free >= 0 && entries <= MOST_ENTRIES);
    });
  }
}
