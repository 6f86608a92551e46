import { EngineError } from '../errors.ts';
import type { Seq, StageId, SubscriptionId, WorkerId } from '../ids.ts';
import type { PlanView } from '../trace/plan-view.ts';
import type { TraceEntry, TraceError, TraceEvent } from '../trace/trace-entry.ts';
import { traceError } from '../trace/trace-value.ts';
import type { FromWorker, LinkAccount, ToWorker } from '../transport/protocol.ts';
import type { MergedCounters } from './merged-counters.ts';
import type { Placement } from './placement.ts';
import { namesIn } from './plan.ts';

/**
 * How far the clock of the trace is moved on as a worker dies. It has to pass all that any worker has recorded and not told
 * yet: none is let record a tenth of that ahead of its reader (RUN-7).
 */
const CLOCK_MARGIN = 1_000_000;

/** What the loss of a worker needs of its run. */
export interface WorkerLossesOn {
  readonly plan: PlanView;
  readonly placement: Placement;
  readonly workers: number;
  readonly counters: MergedCounters;
  /** Milliseconds since the stages were told to start. */
  readonly nowMs: () => number;
  /** The greatest number of an entry that is known. */
  readonly lastSeq: () => Seq;
  /** Takes entries that no worker can write any more. */
  readonly record: (entries: readonly TraceEntry[]) => void;
  /** Posts to a worker at once. */
  readonly post: (worker: WorkerId, message: ToWorker) => void;
  /** The message that begins a worker's part in the run. */
  readonly startMessage: () => Extract<ToWorker, { readonly type: 'start' }>;
}

/** A worker that is being replaced. */
interface Replacement {
  /** Workers that have not yet said that they know of the loss. */
  readonly waiting: Set<WorkerId>;
  readonly links: LinkAccount[];
  readonly cause: Seq;
  /** What the new worker is to be told once it has begun. */
  readonly held: ToWorker[];
  readonly sinceMs: number;
  isReady: boolean;
  isCounted: boolean;
}

/**
 * Workers that die while a run goes on, and those in their place (FLT-6 … FLT-8). A new one begins once it has come to the same
 * plan, and once every other worker has ended for its own stages what ran on the old one: until then nobody can mistake
 * the one for the other.
 */
export class WorkerLosses {
  readonly #on: WorkerLossesOn;
  readonly #replaced: number[];
  readonly #replacements = new Map<WorkerId, Replacement>();
  /** The latest life of every stage, where it is not the first. */
  readonly #lives = new Map<StageId, number>();
  /** The clock of the entries written here. */
  #lamport = 0;

  constructor(on: WorkerLossesOn) {
    this.#on = on;
    this.#replaced = Array.from({ length: on.workers }, () => 0);
  }

  /** Whether a worker is in place of one that is gone, and has not begun yet. */
  isReplacing(worker: WorkerId): boolean {
    return this.#replacements.has(worker);
  }

  /** A replacement that was not ready within that time; `undefined` when there is none. */
  overdue(withinMs: number): WorkerId | undefined {
    const nowMs = this.#on.nowMs();
    for (const [worker, { isReady, sinceMs }] of this.#replacements) {
      if (!isReady && nowMs - sinceMs > withinMs) return worker;
    }
    return undefined;
  }

  /** Takes note of lives that have begun. */
  note(entries: readonly TraceEntry[]): void {
    for (const entry of entries) if (entry.type === 'start') this.#saw(entry.stage, entry.life ?? 1);
  }

  /** Keeps a message for a worker that has not begun yet; `false`: it can be posted. */
  holds(worker: WorkerId, message: ToWorker): boolean {
    const replacement = this.#replacements.get(worker);
    if (!replacement || message.type === 'ping' || message.type === 'stop') return false;
    replacement.held.push(message);
    return true;
  }

  /** A worker is gone, and another one in its place loads the program. `error`: what it died of by itself. */
  lose(worker: WorkerId, error: TraceError | null): void {
    const { workers, counters, plan, post } = this.#on;
    this.#replaced[worker] = (this.#replaced[worker] ?? 0) + 1;
    this.#lamport = Math.max(this.#lamport, Math.floor(this.#on.lastSeq() / workers)) + CLOCK_MARGIN;
    const names = namesIn(plan).filter((id) => this.#on.placement[id] === worker);
    const alive = names.filter((id) => counters.isAlive(id));
    const at = alive[0] ?? names[0] ?? plan.stages[0]?.id ?? '';
    const said = error ? { error } : {};
    const fault = this.#entry(worker, at, { type: 'fault', fault: 'killWorker', on: worker, ...said }, null);
    const exits = alive.map((id) => this.#entry(worker, id, { type: 'exit', reason: 'killed' }, fault.seq));
    const unsent = alive.flatMap((id) => {
      const count = counters.unsentAt(id);
      return count > 0 ? [this.#lost(worker, id, { count }, fault.seq)] : [];
    });
    this.#on.record([fault, ...exits, ...unsent]);
    counters.loseWorker(worker);
    for (const { waiting } of this.#replacements.values()) waiting.delete(worker);
    const others = Array.from({ length: workers }, (_, other) => other).filter(
      (other) => other !== worker && !this.#replacements.has(other),
    );
    this.#replacements.set(worker, {
      waiting: new Set(others),
      links: [],
      cause: fault.seq,
      held: [],
      sinceMs: this.#on.nowMs(),
      isReady: false,
      isCounted: false,
    });
    const ends = Object.fromEntries(exits.map(({ stage, seq }) => [stage, seq]));
    const replaced = this.#replaced[worker];
    for (const other of others) post(other, { type: 'lose', lost: worker, replaced, fault: fault.seq, ends });
    for (const pending of [...this.#replacements.keys()]) this.#proceed(pending);
  }

  /** The new worker has loaded the program. */
  ready(worker: WorkerId): void {
    const replacement = this.#replacements.get(worker);
    if (!replacement) return;
    replacement.isReady = true;
    this.#proceed(worker);
  }

  /** A worker has ended what ran on the one that is gone. */
  told({ worker, lost, replaced, lives, links }: Extract<FromWorker, { readonly type: 'lost' }>): void {
    const replacement = this.#replacements.get(lost);
    if (!replacement || replaced !== this.#replaced[lost]) return;
    for (const [stage, life] of Object.entries(lives)) this.#saw(stage, life);
    replacement.links.push(...links);
    replacement.waiting.delete(worker);
    this.#proceed(lost);
  }

  #proceed(worker: WorkerId): void {
    const replacement = this.#replacements.get(worker);
    if (!replacement || replacement.waiting.size > 0) return;
    if (!replacement.isCounted) {
      replacement.isCounted = true;
      this.#count(worker, replacement);
    }
    if (!replacement.isReady) return;
    this.#replacements.delete(worker);
    const own = Object.entries(this.#on.placement).filter(([, on]) => on === worker);
    const lives = Object.fromEntries(own.map(([id]) => [id, this.#lives.get(id) ?? 1]));
    const afterSeq = (this.#lamport + 1) * this.#on.workers;
    const takesOver = { afterSeq, elapsedMs: this.#on.nowMs(), lives };
    this.#on.post(worker, { ...this.#on.startMessage(), replaced: [...this.#replaced], takesOver });
    for (const message of replacement.held) this.#on.post(worker, message);
  }

  /** Events between the worker that is gone and the others, or within it, that nobody will get any more. */
  #count(worker: WorkerId, { links, cause }: Replacement): void {
    const { counters, placement } = this.#on;
    const isThere = (stage: StageId) => placement[stage] === worker;
    for (const link of links) counters.heardOf(link);
    const told = new Map<SubscriptionId, LinkAccount>(links.map((link) => [link.subscription, link]));
    const entries: TraceEntry[] = [];
    for (const { subscription, consumer, producer, ...counts } of counters.subscriptions) {
      if (!isThere(consumer) && !isThere(producer)) continue;
      const events = told.get(subscription)?.events;
      if (events !== undefined) counters.arrived(subscription, events);
      // What it had handled since it last told is not known: it counts as lost.
      const handled = counts.asked - counts.pending;
      const gone = isThere(consumer)
        ? Math.max(counts.dispatched, events ?? 0) - handled - counts.lost
        : counts.dispatched - (events ?? counts.dispatched);
      if (gone <= 0) continue;
      const stage = isThere(consumer) ? consumer : producer;
      entries.push(this.#lost(worker, stage, { count: gone, subscription }, cause));
      counters.lose(stage, gone, subscription);
    }
    if (entries.length > 0) this.#on.record(entries);
  }

  #lost(
    worker: WorkerId,
    stage: StageId,
    what: { readonly count: number; readonly subscription?: SubscriptionId },
    cause: Seq,
  ): TraceEntry {
    return this.#entry(worker, stage, { type: 'lost', where: 'worker', ...what, reason: 'killed' }, cause);
  }

  #entry(worker: WorkerId, stage: StageId, event: TraceEvent, cause: Seq | null): TraceEntry {
    this.#lamport += 1;
    const seq = this.#lamport * this.#on.workers + worker;
    return { seq, atMs: this.#on.nowMs(), worker, stage, cause, ...event };
  }

  #saw(stage: StageId, life: number): void {
    if (life > (this.#lives.get(stage) ?? 1)) this.#lives.set(stage, life);
  }
}

/** Why a run is over that has lost stages with their worker. */
export function lostWithWorker(stages: readonly StageId[]): TraceError {
  const named = stages.map((stage) => `"${stage}"`).join(', ');
  return traceError(new EngineError('stages_lost', { stages: named }));
}

/**
 * Whether anything that runs on a worker will be started again when that worker dies: by a supervisor elsewhere, or by one that
 * is itself started again.
 */
export function comesBack(plan: PlanView, placement: Placement, worker: WorkerId): boolean {
  const parents = new Map<StageId, StageId>([
    ...(plan.supervisors ?? []).flatMap(({ id, children }) =>
      children.flatMap((child) => (child.restart === 'temporary' ? [] : [[child.id, id] as const])),
    ),
    ...(plan.flows ?? []).flatMap(({ id, stages }) => stages.map((stage) => [stage, id] as const)),
  ]);
  const flows = new Set(plan.flows?.map(({ id }) => id));
  const revives = (id: StageId): boolean => {
    const parent = parents.get(id);
    if (parent === undefined) return false;
    // The coordinator of a flow starts no stage again: it ends with its stage, and its supervisor starts it again.
    return flows.has(parent) || placement[parent] === worker ? revives(parent) : true;
  };
  return namesIn(plan).some((id) => placement[id] === worker && revives(id));
}
