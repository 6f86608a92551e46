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
 * Spreads stages and supervisors so that neighbours land on different workers whenever there are two, and all workers carry about
 * the same number. The same plan always gives the same placement.
 */
export function placementOf(plan: PlanView, workers: number): Placement {
  const neighbours = new Map<StageId, StageId[]>(plan.stages.map(({ id }) => [id, []]));
  for (const { consumer, producer } of plan.subscriptions) {
    neighbours.get(consumer)?.push(producer);
    neighbours.get(producer)?.push(consumer);
  }
  const placed = new Map<StageId, WorkerId>();
  const load = Array.from({ length: Math.max(1, workers) }, () => 0);
  for (const id of downstreamOrder(plan)) {
    const taken = new Map<WorkerId, number>();
    for (const peer of neighbours.get(id) ?? []) {
      const worker = placed.get(peer);
      if (worker !== undefined) taken.set(worker, (taken.get(worker) ?? 0) + 1);
    }
    let best: WorkerId = 0;
    for (const worker of load.keys()) {
      const closer = (taken.get(worker) ?? 0) - (taken.get(best) ?? 0);
      if (closer < 0 || (closer === 0 && (load[worker] ?? 0) < (load[best] ?? 0))) best = worker;
    }
    placed.set(id, best);
    load[best] = (load[best] ?? 0) + 1;
  }
  // Supervisors have little to do: they go where there is least.
  for (const { id } of plan.supervisors ?? []) {
    const best = load.indexOf(Math.min(...load));
    placed.set(id, best);
    load[best] = (load[best] ?? 0) + 1;
  }
  return Object.fromEntries(placed);
}

/** Every stage after its producers, so that each one sees where they are. */
function downstreamOrder(plan: PlanView): StageId[] {
  const order = new Set<StageId>();
  const rest = new Set(plan.stages.map(({ id }) => id));
  while (rest.size > 0) {
    const waiting = [...rest];
    const free = waiting.filter((id) =>
      plan.subscriptions.every((link) => link.consumer !== id || !rest.has(link.producer)),
    );
    // In a cycle nobody is free: the order of the plan decides.
    for (const id of free.length > 0 ? free : waiting) {
      order.add(id);
      rest.delete(id);
    }
  }
  return [...order];
}
