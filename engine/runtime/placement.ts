import { EngineError } from '../errors.ts';
import type { StageId, WorkerId } from '../ids.ts';
import type { PlanView } from '../trace/plan-view.ts';
import { downstreamOrder } from './downstream-order.ts';

/** Which worker runs which stage. The same on every worker of a run. */
export type Placement = Readonly<Record<StageId, WorkerId>>;

/**
 * How stages are placed that are not pinned. `spread`: neighbours apart, about as many on each worker. `pack`: on as few
 * workers as hold them, neighbours together.
 */
export type PlacementPolicy = 'spread' | 'pack';

/** The most workers a run gets unless it asks for more. */
const DEFAULT_MAX_WORKERS = 4;

/** Stages that a worker takes before the next is used, where they are packed; more only when all workers have as many. */
export const PACKED_STAGES = 4;

/**
 * Workers for a run of `stages` stages when nobody asked for a number: one per stage, at most four, at most as many
 * as the machine has processors (but two even there, so that stages meet across a boundary).
 */
export function defaultWorkers(stages: number, processors: number): number {
  return Math.max(1, Math.min(stages, DEFAULT_MAX_WORKERS, Math.max(2, processors)));
}

/**
 * How many workers a plan has use for, `limit` at most: those its stages are placed on; where there are tasks, all.
 *
 * @throws {EngineError} `pin_out_of_range`.
 */
export function usefulWorkers(
  plan: PlanView,
  { limit, policy, hasTasks }: { limit: number; policy: PlacementPolicy; hasTasks: boolean },
): number {
  const most = Math.max(1, limit);
  const placement = placementOf(plan, most, policy);
  if (hasTasks) return most;
  return Math.max(0, ...plan.stages.map(({ id }) => placement[id] ?? 0)) + 1;
}

/**
 * Places what a plan runs. Stages that are pinned are where they are pinned to; the others are placed one after the other,
 * downstream, by the policy:
 *
 * - `spread`: the stages of one layer of a flow over all workers, as they do the same work at the same time; neighbours on
 *   different workers whenever there are two; and about as many on each.
 * - `pack`: each worker takes {@link PACKED_STAGES} stages before the next is used, first those with most neighbours there. When
 *   that is too few for all, each takes as many more as are needed to have about as many on each.
 *
 * Copies of a stage are placed after all others, apart from it and from each other, by either policy: they are
 * there to work at the same time.
 *
 * Supervisors, and coordinators of flows that are not pinned, have little to do. Where stages are spread they go where there is
 * least; where they are packed, where most of their own are. The same plan always gives the same placement.
 *
 * @throws {EngineError} `pin_out_of_range`.
 */
export function placementOf(plan: PlanView, workers: number, policy: PlacementPolicy = 'spread'): Placement {
  const board = new Board(plan, Math.max(1, workers));
  if (policy === 'pack') board.pack();
  else board.spread();
  return board.placement;
}

/** Who is placed where by now. */
class Board {
  readonly #plan: PlanView;
  readonly #placed = new Map<StageId, WorkerId>();
  readonly #neighbours: ReadonlyMap<StageId, readonly StageId[]>;
  /** By worker: what is on it. */
  readonly #load: number[];
  /** Not pinned, downstream. */
  readonly #free: readonly StageId[];
  /** Stages that the program has not started itself, with their originals. */
  readonly #copies: ReadonlyMap<StageId, StageId>;

  constructor(plan: PlanView, workers: number) {
    this.#plan = plan;
    this.#neighbours = neighboursIn(plan);
    this.#load = Array.from({ length: workers }, () => 0);
    for (const { id, worker } of plan.stages) if (worker !== undefined) this.#pin(id, worker);
    for (const { id, worker } of plan.flows ?? []) if (worker !== undefined) this.#pin(id, worker);
    this.#copies = new Map(
      plan.stages.flatMap(({ id, copyOf }) => (copyOf === undefined ? [] : [[id, copyOf]])),
    );
    this.#free = downstreamOrder(plan).filter((id) => !this.#placed.has(id) && !this.#copies.has(id));
  }

  get placement(): Placement {
    return Object.fromEntries(this.#placed);
  }

  spread(): void {
    const siblings = new Map<StageId, readonly StageId[]>();
    for (const { stages } of (this.#plan.flows ?? []).flatMap(({ layers }) => layers)) {
      for (const id of stages) siblings.set(id, stages);
    }
    for (const id of this.#free) {
      const [beside, around] = [siblings.get(id) ?? [], this.#neighbours.get(id) ?? []];
      this.#place(id, cheapest([this.#countsOf(beside), this.#countsOf(around), this.#load]));
    }
    this.#placeCopies();
    for (const { id } of this.#leaders()) this.#place(id, cheapest([this.#load]));
  }

  pack(): void {
    const workers = this.#load.length;
    const room = Math.max(PACKED_STAGES, Math.ceil(this.#plan.stages.length / workers));
    const waiting = new Set(this.#free);
    for (let worker = 0; worker < workers && waiting.size > 0; worker += 1) {
      while (waiting.size > 0 && (this.#load[worker] ?? 0) < room) {
        const next = this.#closest(waiting, worker);
        waiting.delete(next);
        this.#place(next, worker);
      }
    }
    // Only where pins have filled some workers beyond their share is anybody left.
    for (const id of waiting) this.#place(id, cheapest([this.#load]));
    this.#placeCopies();
    for (const { id, own } of this.#leaders()) {
      const counts = this.#countsOf(own).map((count) => -count);
      this.#place(id, cheapest([counts]));
    }
  }

  #placeCopies(): void {
    for (const [id, original] of this.#copies) {
      const alike = [...this.#copies].flatMap(([other, of]) => (of === original ? [other] : []));
      const around = this.#neighbours.get(id) ?? [];
      this.#place(id, cheapest([this.#countsOf([original, ...alike]), this.#load, this.#countsOf(around)]));
    }
  }

  /** Supervisors and coordinators that have no worker yet, each with what it leads. */
  #leaders(): readonly { readonly id: StageId; readonly own: readonly StageId[] }[] {
    const { supervisors = [], flows = [] } = this.#plan;
    return [
      ...supervisors.map(({ id, children }) => ({ id, own: children.map((child) => child.id) })),
      ...flows.map(({ id, stages }) => ({ id, own: stages })),
    ].filter(({ id }) => !this.#placed.has(id));
  }

  /** Of those that wait the one with most neighbours on a worker; of equals the first. */
  #closest(waiting: ReadonlySet<StageId>, worker: WorkerId): StageId {
    let [best = '', most] = ['', -1];
    for (const id of waiting) {
      const around = this.#neighbours.get(id) ?? [];
      const count = around.filter((other) => this.#placed.get(other) === worker).length;
      if (count > most) [best, most] = [id, count];
    }
    return best;
  }

  #pin(id: StageId, worker: WorkerId): void {
    const workers = this.#load.length;
    if (!Number.isInteger(worker) || worker < 0 || worker >= workers) {
      throw new EngineError('pin_out_of_range', { stage: id, worker: worker + 1, workers });
    }
    this.#place(id, worker);
  }

  #place(id: StageId, worker: WorkerId): void {
    this.#placed.set(id, worker);
    this.#load[worker] = (this.#load[worker] ?? 0) + 1;
  }

  /** By worker: how many of these are there already. */
  #countsOf(ids: readonly StageId[]): readonly number[] {
    const counts = this.#load.map(() => 0);
    for (const id of ids) {
      const worker = this.#placed.get(id);
      if (worker !== undefined) counts[worker] = (counts[worker] ?? 0) + 1;
    }
    return counts;
  }
}

function neighboursIn({ stages, subscriptions }: PlanView): ReadonlyMap<StageId, readonly StageId[]> {
  const neighbours = new Map<StageId, StageId[]>(stages.map(({ id }) => [id, []]));
  for (const { consumer, producer } of subscriptions) {
    neighbours.get(consumer)?.push(producer);
    neighbours.get(producer)?.push(consumer);
  }
  return neighbours;
}

/** The worker with the least first cost; of equals that with the least second one, and so on; of those the first. */
function cheapest(costs: readonly (readonly number[])[]): WorkerId {
  let best: WorkerId = 0;
  for (const worker of costs[0]?.keys() ?? []) {
    const decisive = costs.find((cost) => cost[worker] !== cost[best]);
    if (decisive && (decisive[worker] ?? 0) < (decisive[best] ?? 0)) best = worker;
  }
  return best;
}
