import type { StageId, TraceEntry } from 'sluice';

/** What the entries of one stage come to. */
export interface StageFigures {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly calls: number;
  readonly asks: number;
  readonly asked: number;
  readonly sent: number;
  readonly taken: number;
  readonly discarded: number;
  readonly dropped: number;
  readonly late: number;
  readonly lost: number;
  readonly windows: number;
  readonly tasks: number;
  readonly restarts: number;
  readonly crashes: number;
  readonly faults: number;
  readonly warnings: number;
  readonly printed: number;
}

type Count = Exclude<keyof StageFigures, 'firstMs' | 'lastMs'>;

const NOTHING: Readonly<Record<Count, number>> = {
  calls: 0,
  asks: 0,
  asked: 0,
  sent: 0,
  taken: 0,
  discarded: 0,
  dropped: 0,
  late: 0,
  lost: 0,
  windows: 0,
  tasks: 0,
  restarts: 0,
  crashes: 0,
  faults: 0,
  warnings: 0,
  printed: 0,
};

/** Counts entries as they go by. */
export class ReplayFigures {
  readonly #stages = new Map<StageId, Record<keyof StageFigures, number>>();
  #entries = 0;
  #lastMs = 0;

  /** Entries counted. */
  get entries(): number {
    return this.#entries;
  }

  /** The latest time among them, ms. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /** By stage, in the order in which they first did something. */
  get stages(): ReadonlyMap<StageId, StageFigures> {
    return this.#stages;
  }

  add(entry: TraceEntry): void {
    this.#entries += 1;
    this.#lastMs = Math.max(this.#lastMs, entry.atMs);
    const own = this.#stages.get(entry.stage) ?? { ...NOTHING, firstMs: entry.atMs, lastMs: entry.atMs };
    this.#stages.set(entry.stage, own);
    own.lastMs = Math.max(own.lastMs, entry.atMs);
    for (const [what, count] of countsOf(entry)) own[what] += count;
  }
}

/** What one entry adds to which counts. */
function countsOf(entry: TraceEntry): readonly (readonly [Count, number])[] {
  switch (entry.type) {
    case 'begin':
      return [['calls', 1]];
    case 'ask':
      return [
        ['asks', 1],
        ['asked', entry.count],
      ];
    case 'dispatch':
      return [['sent', entry.count]];
    case 'deliver':
      return [['taken', entry.count]];
    case 'discard':
      return [['discarded', entry.count]];
    case 'drop':
      return [['dropped', entry.count]];
    case 'late':
      return [['late', entry.count]];
    case 'lost':
      return [['lost', entry.count]];
    case 'window':
      return entry.phase === 'fire' ? [['windows', 1]] : [];
    case 'task':
      return entry.phase === 'start' ? [['tasks', 1]] : [];
    case 'restart':
      return [['restarts', 1]];
    case 'crash':
      return [['crashes', 1]];
    case 'fault':
      return [['faults', 1]];
    case 'warning':
      return [['warnings', 1]];
    case 'log':
      return [['printed', 1]];
    default:
      return [];
  }
}
