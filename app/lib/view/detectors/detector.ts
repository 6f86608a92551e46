import type { PlanView, Seq, StageId, SubscriptionId, TraceEntry, TraceType } from 'sluice';

/** Where to look, which rule holds, what to change: one after the other, and never the solution first. */
export type FindingHints = readonly [where: string, rule: string, change: string];

/** Something that a run shows and that is probably not meant. */
export interface Finding {
  /** Id in the registry of misconceptions. */
  readonly misconception: string;
  /** What happened, with its numbers, as a sentence. */
  readonly says: string;
  /** At most two sentences each. */
  readonly hints: FindingHints;
  /** The entry to show. */
  readonly at: Seq;
  /** Whom to look at. */
  readonly subject:
    | { readonly type: 'stage'; readonly id: StageId }
    /** By its name in the plan. */
    | { readonly type: 'edge'; readonly id: SubscriptionId };
}

/** How a run came to its end. */
export interface RunRest {
  /** Nothing was left to do and nobody had meddled with it: who waits now would wait for ever. */
  readonly atRest: boolean;
  /** Somebody did something to it from outside: stages that stand still need not be at fault. */
  readonly meddled: boolean;
  /** How many entries it recorded. */
  readonly entries: number;
  /** How long it took, ms. */
  readonly elapsedMs: number;
  /** For how long nothing had been recorded at its end, ms. */
  readonly silentMs: number;
}

/** Looks for one kind of mistake while the entries of one run pass. What it remembers does not grow with the run. */
export interface Watch {
  /** What it wants to see. */
  readonly types: readonly TraceType[];
  /** @param position - Entries before this one. */
  take(entry: TraceEntry, position: number): void;
  /** What the run shows, the first of its kind; `null`: nothing. Asked once, after the last entry. */
  finding(rest: RunRest): Finding | null;
}

/** Recognizes a mistake by what runs record. */
export interface Detector {
  /** What it may find, as ids in the registry. */
  readonly misconceptions: readonly string[];
  readonly watch: (plan: PlanView) => Watch;
}

/** Stages that a flow has planned: nobody has written what they do with demand. */
export function plannedByFlow({ flows = [] }: PlanView): ReadonlySet<StageId> {
  return new Set(flows.flatMap(({ stages }) => stages));
}

/** Producers that somebody has written. */
export function ownProducers(plan: PlanView): readonly StageId[] {
  const planned = plannedByFlow(plan);
  return plan.stages.flatMap(({ id, kind }) => (kind === 'producer' && !planned.has(id) ? [id] : []));
}
