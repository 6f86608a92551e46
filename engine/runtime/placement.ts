import type { StageId, WorkerId } from '../ids.ts';
import type { PlanView } from '../trace/plan-view.ts';

/** Which worker runs which stage. The same on every worker of a run. */
export type Placement = Readonly<Record<StageId, WorkerId>>;

/** The most workers a run gets unless it asks for more. */
const DEFAULT_MAX_WORKERS = 4;

/**
 * Workers for a run of `stages` stages when nobody asked for a number: one per stage, at most four, at most as many
 * as the machine has processors (but two even there, so that stages meet across a boundary).
 */
export function defaultWorkers(stages: number, processors: number): number {
  return Math.max(1, Math.min(stages, DEFAULT_MAX_WORKERS, Math.max(2, processors)));
}

/**
 * Spreads what a plan runs: the stages of one layer of a flow over all workers, as they do the same work at the same time;
 * neighbours on different workers whenever there are two; and about as many on each. The same plan always gives the same
 * placement.
 */
export function placementOf(plan: PlanView, workers: number): Placement {
  const neighbours = new Map<StageId, StageId[]>(plan.stages.map(({ id }) => [id, []]));
  for (const { consumer, producer } of plan.subscriptions) {
    neighbours.get(consumer)?.push(producer);
    neighbours.get(producer)?.push(consumer);
  }
  const siblings = new Map<StageId, readonly StageId[]>();
  for (const { stages } of (plan.flows ?? []).flatMap(({ layers }) => layers)) {
    for (const id of stages) siblings.set(id, stages);
  }
  const placed = new Map<StageId, WorkerId>();
  const load = Array.from({ length: Math.max(1, workers) }, () => 0);
  const place = (id: StageId, costs: readonly (readonly number[])[]) => {
    const best = cheapest(costs);
    placed.set(id, best);
    load[best] = (load[best] ?? 0) + 1;
  };
  /** By worker: how many of these are there already. */
  const taken = (ids: readonly StageId[] = []) => {
    const counts = load.map(() => 0);
    for (const id of ids) {
      const worker = placed.get(id);
      if (worker !== undefined) counts[worker] = (counts[worker] ?? 0) + 1;
    }
    return counts;
  };
  for (const id of downstreamOrder(plan))
    place(id, [taken(siblings.get(id)), taken(neighbours.get(id)), load]);
  // Supervisors and coordinators have little to do: they go where there is least.
  for (const { id } of [...(plan.supervisors ?? []), ...(plan.flows ?? [])]) place(id, [load]);
  return Object.fromEntries(placed);
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

/** Every stage after its producers, so that each one sees where they are. */
function downstreamOrder(plan: PlanView): StageId[] {
  /** Position in the plan. */
  const places = new Map(plan.stages.map(({ id }, place) => [id, place]));
  const consumers = plan.stages.map((): number[] => []);
  /** Subscriptions of a stage to those that are not in order yet. */
  const awaited = plan.stages.map(() => 0);
  for (const link of plan.subscriptions) {
    const [consumer, producer] = [places.get(link.consumer), places.get(link.producer)];
    if (consumer === undefined || producer === undefined) continue;
    consumers[producer]?.push(consumer);
    awaited[consumer] = (awaited[consumer] ?? 0) + 1;
  }
  const order: number[] = [];
  let free = [...awaited.keys()].filter((place) => awaited[place] === 0);
  while (free.length > 0) {
    order.push(...free);
    const next: number[] = [];
    for (const consumer of free.flatMap((place) => consumers[place] ?? [])) {
      awaited[consumer] = (awaited[consumer] ?? 0) - 1;
      if (awaited[consumer] === 0) next.push(consumer);
    }
    free = next.sort((a, b) => a - b);
  }
  // In a cycle nobody is free: the order of the plan decides.
  const ordered = new Set(order);
  for (const place of places.values()) if (!ordered.has(place)) order.push(place);
  return order.flatMap((place) => plan.stages[place]?.id ?? []);
}
