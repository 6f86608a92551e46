import type { StageId } from '../ids.ts';
import type { PlanView } from '../trace/plan-view.ts';

/** Every stage after its producers: in rounds, each of all that are free by then, in the order of the plan. */
export function downstreamOrder({ stages, subscriptions }: PlanView): StageId[] {
  const positions = new Map(stages.map(({ id }, position) => [id, position]));
  const waitsFor = new Map(stages.map(({ id }) => [id, 0]));
  const consumers = new Map<StageId, StageId[]>();
  for (const { consumer, producer } of subscriptions) {
    if (!positions.has(producer) || !positions.has(consumer)) continue;
    waitsFor.set(consumer, (waitsFor.get(consumer) ?? 0) + 1);
    const known = consumers.get(producer);
    if (known) known.push(consumer);
    else consumers.set(producer, [consumer]);
  }
  const order = new Set<StageId>();
  let round = stages.filter(({ id }) => waitsFor.get(id) === 0).map(({ id }) => id);
  while (round.length > 0) {
    const next: StageId[] = [];
    for (const id of round) order.add(id);
    for (const consumer of round.flatMap((id) => consumers.get(id) ?? [])) {
      const left = (waitsFor.get(consumer) ?? 0) - 1;
      waitsFor.set(consumer, left);
      if (left === 0) next.push(consumer);
    }
    round = next.sort((a, b) => (positions.get(a) ?? 0) - (positions.get(b) ?? 0));
  }
  // In a cycle nobody is ever free: the order of the plan decides.
  for (const { id } of stages) order.add(id);
  return [...order];
}
