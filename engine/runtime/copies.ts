import { EngineError, didYouMean } from '../errors.ts';
import { PlanSize } from '../flow/plan-size.ts';
import type { StageId, SubscriptionId } from '../ids.ts';
import { COPIES_OF } from '../stage/demand.ts';
import type { PlanView, StageView, SupervisorView } from '../trace/plan-view.ts';
import { describe } from '../trace/trace-value.ts';
import { Plan, namesIn, viewOfPlan, type PlannedStage } from './plan.ts';

/** How often stages are started: `{ save: 2 }` starts `save` and `save 2`. Left out, or 1: once. */
export type Copies = Readonly<Record<StageId, number>>;

/** The most that one stage may be started as. */
export const MAX_COPIES = 64;

/**
 * A plan in which some stages are started several times, as if its program had said so: each copy has the definition and the
 * argument of its original, subscribes to the same producers with a demand of its own, and whoever receives from the original
 * receives from all of them. A copy is supervised beside its original, and placed on a worker of its own where there is one.
 * The same plan and copies always give the same plan.
 *
 * What it cannot keep: the order of events across copies, and one state for all of them, as each has its own.
 *
 * @throws {EngineError} what {@link copiedView} throws.
 */
export function copiedPlan(plan: Plan, copies: Copies): Plan {
  // To look through a plan takes a while where it is large.
  if (Object.keys(copies).length === 0) return plan;
  const added = addedBy(viewOfPlan(plan), copies);
  if (added.size === 0) return plan;
  const { subscriptions, ...parts } = copied(plan, added, copyStage);
  const original = new Map([...added].flatMap(([of, names]) => [of, ...names].map((id) => [id, of])));
  return new Plan({
    ...plan,
    ...parts,
    subscriptions: subscriptions.map((link) => {
      const of = original.get(link.producer);
      return of === undefined ? link : { ...link, options: { ...link.options, [COPIES_OF]: of } };
    }),
  });
}

/**
 * The same for the view of a plan.
 *
 * @throws {EngineError} `copy_unknown`, `copies_out_of_range`, `copy_producer`, `copy_flow_stage`, `copy_shared_events`,
 *   `copy_partition`, `plan_too_large`.
 */
export function copiedView(view: PlanView, copies: Copies): PlanView {
  const added = addedBy(view, copies);
  if (added.size === 0) return view;
  const { supervisors = [], ...parts } = copied({ supervisors: [], ...view }, added, copyView);
  return { ...view, ...parts, ...(view.supervisors && { supervisors }) };
}

/**
 * Why a stage cannot be started several times without a change of what the program means, as an error that explains it;
 * `null`: it can.
 */
export function copyRefused(view: PlanView, stage: StageId): EngineError | null {
  try {
    check(view, stage, 2);
    return null;
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
}

/** Original → names of what is started beside it. */
type Added = ReadonlyMap<StageId, readonly StageId[]>;

function addedBy(view: PlanView, copies: Copies): Added {
  const names = new Set(namesIn(view));
  const added = new Map<StageId, readonly StageId[]>();
  for (const [id, count] of Object.entries(copies)) {
    check(view, id, count);
    if (count > 1) added.set(id, newNames(id, count - 1, names));
  }
  const size = new PlanSize((limit) => new EngineError('plan_too_large', { limit }));
  size.check('stages', names.size);
  const ways = (id: StageId) => 1 + (added.get(id)?.length ?? 0);
  for (const { consumer, producer } of view.subscriptions) {
    size.add('subscriptions', ways(consumer) * ways(producer));
  }
  return added;
}

/** `save 2`, `save 3` …, without those that are taken. */
function newNames(of: StageId, count: number, taken: Set<StageId>): readonly StageId[] {
  const names: StageId[] = [];
  for (let number = 2; names.length < count; number += 1) {
    const name = `${of} ${number}`;
    if (taken.has(name)) continue;
    taken.add(name);
    names.push(name);
  }
  return names;
}

function check(view: PlanView, id: StageId, count: number): void {
  const stage = view.stages.find((one) => one.id === id);
  if (!stage) {
    const known = view.stages.map((one) => one.id);
    throw new EngineError('copy_unknown', {
      stage: id,
      nearest: didYouMean(id, known),
      known: known.join(', '),
    });
  }
  if (!Number.isInteger(count) || count < 1 || count > MAX_COPIES) {
    const details = { stage: id, most: MAX_COPIES, received: describe(count) };
    throw new EngineError('copies_out_of_range', details);
  }
  if (count === 1) return;
  const flow = view.flows?.find(({ stages }) => stages.includes(id));
  if (flow) throw new EngineError('copy_flow_stage', { stage: id, flow: flow.id, count });
  if (stage.kind === 'producer') throw new EngineError('copy_producer', { stage: id, count });
  for (const { consumer, producer, partition } of view.subscriptions) {
    if (consumer !== id) continue;
    const dispatcher = view.stages.find((one) => one.id === producer)?.dispatcher ?? 'demand';
    if (dispatcher === 'demand') continue;
    if (dispatcher === 'partition') {
      const taken = partition === undefined ? 'its partition' : `partition ${JSON.stringify(partition)}`;
      throw new EngineError('copy_partition', { stage: id, producer, partition: taken, count });
    }
    throw new EngineError('copy_shared_events', { stage: id, producer, dispatcher, count });
  }
}

interface PlannedParts<Stage, Link, Supervisor> {
  readonly stages: readonly Stage[];
  readonly subscriptions: readonly Link[];
  readonly supervisors: readonly Supervisor[];
}

/** What copies change of a plan, or of its view. */
function copied<
  Stage extends { readonly id: StageId },
  Link extends { readonly id: SubscriptionId; readonly consumer: StageId; readonly producer: StageId },
  Supervisor extends Pick<SupervisorView, 'children'>,
>(
  plan: PlannedParts<Stage, Link, Supervisor>,
  added: Added,
  copy: (stage: Stage, id: StageId) => Stage,
): PlannedParts<Stage, Link, Supervisor> {
  return {
    stages: withCopies(plan.stages, added, copy),
    subscriptions: plan.subscriptions.flatMap((link) => wired(link, added)),
    supervisors: plan.supervisors.map((one) => ({
      ...one,
      children: withCopies(one.children, added, (child, id) => ({ ...child, id })),
    })),
  };
}

function copyStage(stage: PlannedStage, id: StageId): PlannedStage {
  const copy = { ...stage, id, copyOf: stage.id };
  delete copy.worker;
  return copy;
}

/** A copy is pinned nowhere: its original's worker is the last one where it would help. */
function copyView(stage: StageView, id: StageId): StageView {
  const copy = { ...stage, id, copyOf: stage.id };
  delete copy.worker;
  return copy;
}

/** Each followed by its copies. */
function withCopies<Of extends { readonly id: StageId }>(
  all: readonly Of[],
  added: Added,
  copy: (of: Of, id: StageId) => Of,
): readonly Of[] {
  return all.flatMap((one) => [one, ...(added.get(one.id) ?? []).map((id) => copy(one, id))]);
}

/** Every copy of the consumer subscribes to every copy of the producer; the first subscription keeps its name. */
function wired<
  Link extends { readonly id: SubscriptionId; readonly consumer: StageId; readonly producer: StageId },
>(link: Link, added: Added): readonly Link[] {
  const all = (id: StageId): readonly StageId[] => [id, ...(added.get(id) ?? [])];
  // What follows the names of its two stages, where they have several.
  const rest = link.id.slice(`${link.consumer}←${link.producer}`.length);
  return all(link.consumer).flatMap((consumer) =>
    all(link.producer).map((producer) => ({
      ...link,
      id: `${consumer}←${producer}${rest}`,
      consumer,
      producer,
    })),
  );
}
