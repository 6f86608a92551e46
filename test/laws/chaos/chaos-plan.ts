import type { Plan } from 'sluice';
import { eventHash } from '../../../engine/dispatcher/event-hash.ts';
import { plannedIdOf } from '../../../engine/stage/life-ids.ts';
import { chaosPlan, hasPartition, isWanted, type Maker } from './chaos-program.ts';
import type { FlowShape, SharingKind, StagesShape } from './chaos-shapes.ts';
import type { Journal } from './event-account.ts';
import type { Sharing } from './maker-account.ts';

/** A program, and what it has seen of its events: each that it makes is a new number. */
export interface ChaosProgram {
  readonly plan: Plan;
  readonly journal: Journal;
}

export function chaosProgram(shape: StagesShape | FlowShape): ChaosProgram {
  const made = new Set<number>();
  const given = new Map<string, number[]>();
  const maker: Maker = {
    next: (count) => Array.from({ length: count }, () => fresh(made)),
    taken: (subscription, events) => {
      const all = given.get(subscription) ?? [];
      all.push(...events);
      given.set(subscription, all);
    },
  };
  return { plan: chaosPlan(shape, maker), journal: { made, given } };
}

function fresh(made: Set<number>): number {
  const { size } = made;
  made.add(size);
  return size;
}

/** How a stage shares out its events, worked out beside the engine. */
export function sharingIn(plan: Plan, shape: StagesShape | FlowShape, stage: string): Sharing {
  const definition = plan.stages.find(({ id }) => id === stage)?.definition;
  const keep = definition?.options.bufferKeep ?? 'last';
  const { name = 'demand', partitions = [] } = definition?.options.dispatcher ?? {};
  const consumers = plan.subscriptions.filter(({ producer }) => producer === stage);
  const indexOf = (id: string) => consumers.findIndex((one) => one.id === plannedIdOf(id));
  const everything = { keep, wants: () => true, partitionOf: () => null };
  if (name === 'demand') return { kind: 'one', ...everything };
  const kind = shape.type === 'flow' ? null : kindOf(shape, stage);
  if (name === 'broadcast') {
    // Who subscribes later has no selector.
    const wants = (id: string, event: number) => indexOf(id) < 0 || isWanted(event, indexOf(id));
    return { kind: 'all', ...everything, ...(kind === 'selected' && { wants }) };
  }
  const count = partitions.length;
  const partitionOf = (event: number) => {
    if (kind === null) return eventHash(event) % count;
    return kind === 'some' && !hasPartition(event) ? null : event % count;
  };
  const wants = (id: string, event: number) => indexOf(id) < 0 || partitionOf(event) === indexOf(id);
  return { kind: 'partition', keep, wants, partitionOf };
}

function kindOf(shape: StagesShape, stage: string): SharingKind | null {
  const [role, place = ''] = stage.split(' ');
  const [layer = 0, index = 0] = place.split('.').map(Number);
  if (role === 'source') return shape.sources[layer]?.sharing ?? null;
  return shape.layers[layer]?.[index]?.sharing ?? null;
}
