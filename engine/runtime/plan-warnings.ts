import type { StageId } from '../ids.ts';
import { endsConsumer } from '../stage/demand.ts';
import type { PlanWarning } from '../trace/plan-view.ts';
import type { PlannedFlow, PlannedStage, PlannedSubscription, PlannedSupervisor } from './plan.ts';

/** What a plan consists of. */
export interface PlanParts {
  readonly stages: readonly PlannedStage[];
  readonly subscriptions: readonly PlannedSubscription[];
  readonly supervisors: readonly PlannedSupervisor[];
  readonly flows: readonly PlannedFlow[];
}

/** What is allowed in a plan and probably not meant. */
export function warningsOf(plan: PlanParts): readonly PlanWarning[] {
  const wired: Wired = {
    asked: new Set(plan.subscriptions.map(({ producer }) => producer)),
    fed: new Set(plan.subscriptions.map(({ consumer }) => consumer)),
    // Those who want the events of a flow may come later (FL-177).
    outlets: new Set(plan.flows.flatMap(({ outlets }) => outlets)),
  };
  return [
    ...plan.stages.flatMap((stage) => neverSubscribed(wired, stage)),
    ...plan.supervisors.flatMap((supervisor) => tooFewRestarts(plan, supervisor)),
  ];
}

/** Which stages have to do with others. */
interface Wired {
  readonly asked: ReadonlySet<StageId>;
  readonly fed: ReadonlySet<StageId>;
  readonly outlets: ReadonlySet<StageId>;
}

function neverSubscribed(
  { asked, fed, outlets }: Wired,
  { id, definition: { kind }, declared }: PlannedStage,
): PlanWarning[] {
  if (outlets.has(id)) return [];
  const isAsked = asked.has(id);
  const isFed = fed.has(id);
  const message =
    kind === 'producer' && !isAsked
      ? `Nothing subscribes to "${id}", so it is never asked for events`
      : kind !== 'producer' && !isFed
        ? `"${id}" subscribes to nothing, so it never gets an event`
        : kind === 'producerConsumer' && !isAsked
          ? `Nothing subscribes to "${id}", so its events go nowhere`
          : null;
  return message === null ? [] : [{ code: 'never_subscribed', stage: id, message, declared }];
}

/** Under oneForOne a stage that fails takes its consumers along, and each costs a restart of its own (SUP-6). */
function tooFewRestarts(plan: PlanParts, supervisor: PlannedSupervisor): PlanWarning[] {
  const { id, strategy, maxRestarts, children, declared } = supervisor;
  // Whoever allows no restart wants none.
  if (strategy !== 'oneForOne' || maxRestarts === 0) return [];
  const restarted = new Set(children.flatMap((child) => (child.restart === 'temporary' ? [] : [child.id])));
  let worst = { stage: '', costs: 0 };
  for (const { id: stage } of children) {
    if (!restarted.has(stage)) continue;
    const costs = [...endsWith(plan, stage)].filter((one) => restarted.has(one)).length;
    if (costs > worst.costs) worst = { stage, costs };
  }
  if (worst.costs <= maxRestarts) return [];
  const message = `When "${worst.stage}" fails, its consumers end with it, which makes ${worst.costs} restarts of "${id}": more than its maxRestarts (${maxRestarts}), so it gives up. With restForOne they count as one`;
  return [{ code: 'too_few_restarts', stage: worst.stage, message, declared }];
}

/** Everything that ends when a stage fails, the stage included. */
function endsWith({ subscriptions }: PlanParts, failing: StageId): ReadonlySet<StageId> {
  const ended = new Set([failing]);
  // A set visits what is added on the way.
  for (const stage of ended) {
    for (const { consumer, producer, options } of subscriptions) {
      if (producer === stage && endsConsumer(options.cancel ?? 'permanent', 'a failure')) ended.add(consumer);
    }
  }
  return ended;
}
