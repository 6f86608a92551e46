import type { PlanView, Seq, StageId, TraceEntry, TraceReason } from 'sluice';
import { errorReason } from './error-reason.ts';

/** Stages that ended otherwise than in good order, all at once. */
export interface Incident {
  /** Entries applied when the first of them had ended. */
  readonly n: number;
  readonly seq: Seq;
  readonly atMs: number;
  /** How it came: a callback threw, a worker died, or somebody ended the stage. */
  readonly how: 'crash' | 'worker' | 'end';
  readonly stages: readonly StageId[];
  readonly reason: TraceReason;
}

/** Reasons for which a stage ends in good order: it has nothing left that it would lose. */
const ORDERLY: ReadonlySet<unknown> = new Set(['normal']);

/** The ends of stages that may have cost events. A longer version of the trace costs only what is new. */
export class IncidentLog {
  readonly #stages: ReadonlySet<StageId>;
  #entries: readonly TraceEntry[] = [];
  #incidents: readonly Incident[] = [];

  constructor(plan: PlanView) {
    this.#stages = new Set(plan.stages.map(({ id }) => id));
  }

  update(entries: readonly TraceEntry[]): readonly Incident[] {
    let known = Math.min(this.#entries.length, entries.length);
    while (known > 0 && this.#entries[known - 1] !== entries[known - 1]) known -= 1;
    // What a worker took along is one incident, told by several entries: the last one is read again.
    const last = this.#incidents.findLast(({ n }) => n <= known);
    const from = Math.min(known, last ? last.n - 1 : known);
    const kept = this.#incidents.filter(({ n }) => n <= from);
    const added: Incident[] = [];
    for (let i = from; i < entries.length; i += 1) {
      const entry = entries[i];
      if (entry) this.#take(added, entry, i + 1);
    }
    if (added.length > 0 || kept.length < this.#incidents.length) this.#incidents = [...kept, ...added];
    this.#entries = entries;
    return this.#incidents;
  }

  #take(incidents: Incident[], entry: TraceEntry, n: number): void {
    const { seq, atMs, stage } = entry;
    if (entry.type === 'fault' && entry.fault === 'killWorker') {
      const reason = `worker ${entry.on + 1} died`;
      incidents.push({ n, seq, atMs, how: 'worker', stages: [], reason });
      return;
    }
    if (!this.#stages.has(stage)) return;
    if (entry.type === 'crash') {
      const reason = errorReason(entry.error);
      incidents.push({ n, seq, atMs, how: 'crash', stages: [stage], reason });
    }
    if (entry.type !== 'exit' || ORDERLY.has(entry.reason)) return;
    const at = incidents.findIndex((one) => one.how === 'worker' && one.seq === entry.cause);
    const died = incidents[at];
    if (died) incidents[at] = { ...died, stages: [...died.stages, stage] };
    else incidents.push({ n, seq, atMs, how: 'end', stages: [stage], reason: entry.reason });
  }
}
