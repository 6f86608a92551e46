import type { EntryOf, PlanView, Seq, StageId, TraceEntry, TraceReason } from 'sluice';
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
  /** Somebody made it fail: no callback is to blame. */
  readonly injected: boolean;
  /**
   * Who has ended them. `itself`: they did, or somebody outside. `restart`: their supervisor, to start them again with another
   * child. `keeper`: their supervisor, as it ends itself.
   */
  readonly by: 'itself' | 'restart' | 'keeper';
}

/** Reasons for which a stage ends in good order: it has nothing left that it would lose. */
const ORDERLY: ReadonlySet<unknown> = new Set(['normal']);

/** The ends of stages that may have cost events. A longer version of the trace costs only what is new. */
export class IncidentLog {
  readonly #stages: ReadonlySet<StageId>;
  #entries: readonly TraceEntry[] = [];
  #incidents: readonly Incident[] = [];
  readonly #plan: PlanView;
  /** Entries that ended something. */
  readonly #ends = new Set<Seq>();
  /** Entries that tell that somebody made a stage fail. */
  readonly #injected = new Set<Seq>();
  /** What was begun and ended, and what supervisors set about starting again, in order. */
  #turns: readonly Turn[] = [];

  constructor(plan: PlanView) {
    this.#plan = plan;
    this.#stages = new Set(plan.stages.map(({ id }) => id));
  }

  update(entries: readonly TraceEntry[]): readonly Incident[] {
    let known = Math.min(this.#entries.length, entries.length);
    while (known > 0 && this.#entries[known - 1] !== entries[known - 1]) known -= 1;
    // What a worker took along is one incident, told by several entries: the last one is read again.
    const last = this.#incidents.findLast(({ n }) => n <= known);
    const from = last?.how === 'worker' ? Math.min(known, last.n - 1) : known;
    const kept = this.#incidents.filter(({ n }) => n <= from);
    const added: Incident[] = [];
    const turns = this.#turns.filter(({ n }) => n <= from);
    for (let i = from; i < entries.length; i += 1) {
      const entry = entries[i];
      if (!entry) continue;
      this.#take(added, turns, entry, i + 1);
      const turn = turnOf(entry, i + 1);
      if (!turn) continue;
      turns.push(turn);
      if (turn.what === 'end') this.#ends.add(entry.seq);
    }
    this.#turns = turns;
    if (added.length > 0 || kept.length < this.#incidents.length) this.#incidents = [...kept, ...added];
    this.#entries = entries;
    return this.#incidents;
  }

  #take(incidents: Incident[], turns: readonly Turn[], entry: TraceEntry, n: number): void {
    const { seq, atMs, stage } = entry;
    if (entry.type === 'fault' && entry.fault === 'killWorker') {
      const reason = `worker ${entry.on + 1} died`;
      incidents.push({ n, seq, atMs, how: 'worker', stages: [], reason, injected: true, by: 'itself' });
      return;
    }
    if (!this.#stages.has(stage)) return;
    if (entry.type === 'fault' && entry.fault === 'crash') this.#injected.add(seq);
    if (entry.type === 'crash') {
      const reason = errorReason(entry.error);
      const injected = entry.cause !== null && this.#injected.has(entry.cause);
      incidents.push({ n, seq, atMs, how: 'crash', stages: [stage], reason, injected, by: 'itself' });
    }
    if (entry.type !== 'exit' || ORDERLY.has(entry.reason)) return;
    const at = incidents.findIndex((one) => one.how === 'worker' && one.seq === entry.cause);
    const died = incidents[at];
    if (died) incidents[at] = { ...died, stages: [...died.stages, stage] };
    else {
      const by = this.#whoEnded(turns, entry);
      incidents.push({
        n,
        seq,
        atMs,
        how: 'end',
        stages: [stage],
        reason: entry.reason,
        injected: false,
        by,
      });
    }
  }

  #whoEnded(turns: readonly Turn[], { stage, cause, reason }: EntryOf<'exit'>): Incident['by'] {
    // What was to be started again has been, once it has begun since then.
    const notBegun = new Set(childrenAround(this.#plan, stage));
    for (let i = turns.length - 1; i >= 0 && notBegun.size > 0; i -= 1) {
      const turn = turns[i];
      if (turn?.what === 'start') notBegun.delete(turn.id);
      if (turn?.what !== 'restart') continue;
      const child = startedWith(this.#plan, stage, turn.id);
      if (child !== null && notBegun.has(child)) return 'restart';
    }
    return isOrderly(reason) && cause !== null && this.#ends.has(cause) ? 'keeper' : 'itself';
  }
}

/** Something has begun or ended, or a supervisor sets about starting it again. `n` = entries applied. */
interface Turn {
  readonly n: number;
  readonly what: 'start' | 'end' | 'restart';
  readonly id: StageId;
}

function turnOf(entry: TraceEntry, n: number): Turn | null {
  switch (entry.type) {
    case 'start':
      return { n, what: 'start', id: entry.stage };
    case 'exit':
    case 'crash':
      return { n, what: 'end', id: entry.stage };
    case 'restart':
      return { n, what: 'restart', id: entry.child };
    default:
      return null;
  }
}

/** Children of supervisors that a stage is, or is below of, the nearest first. */
function childrenAround(plan: PlanView, stage: StageId): readonly StageId[] {
  const keeper = plan.supervisors?.find(({ children }) => children.some(({ id }) => id === stage));
  return keeper ? [stage, ...childrenAround(plan, keeper.id)] : [];
}

/**
 * Whether a stage is ended and started again when its supervisor, or one above that, starts `child` again: the child of that
 * supervisor that it is, or that has it below; `null` where not.
 */
export function startedWith({ supervisors = [] }: PlanView, stage: StageId, child: StageId): StageId | null {
  const keeper = supervisors.find(({ children }) => children.some(({ id }) => id === child));
  const ids = keeper?.children.map(({ id }) => id) ?? [];
  const below = (id: StageId): boolean =>
    id === stage ||
    supervisors.some((one) => one.id === id && one.children.some((grandchild) => below(grandchild.id)));
  switch (keeper?.strategy) {
    case 'oneForAll':
      return ids.find(below) ?? null;
    case 'restForOne':
      return ids.slice(ids.indexOf(child)).find(below) ?? null;
    default:
      return below(child) ? child : null;
  }
}

/** As a supervisor sees it: `"normal"`, `"shutdown"`, or `["shutdown", detail]`. */
export function isOrderly(reason: TraceReason): boolean {
  if (Array.isArray(reason)) return reason.length === 2 && reason[0] === 'shutdown';
  return reason === 'normal' || reason === 'shutdown';
}
