import type { LayerBoundary } from '../trace/plan-view.ts';
import type { WindowSpec } from '../window/window.ts';
import type { Draft, Origin } from './draft.ts';

/** A window in words: `fixed, 1 hour`. */
export function windowWords({ type, length, step, punctuation, periodically }: WindowSpec): string {
  const words = [
    type === 'count'
      ? `count, ${length} events`
      : type === 'global'
        ? 'global'
        : `${type}, ${duration(length)}`,
  ];
  if (type === 'sliding') words.push(`every ${duration(step)}`);
  if (punctuation) {
    words.push(
      punctuation.type === 'every'
        ? `fires every ${punctuation.count} events`
        : 'fires by a trigger of its own',
    );
  }
  for (const { count, unit } of periodically) words.push(`fires every ${counted(count, unit)}`);
  return words.join(', ');
}

const UNITS = [
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

function duration(ms: number): string {
  for (const [unit, size] of UNITS) if (ms % size === 0) return counted(ms / size, unit);
  return counted(ms, 'millisecond');
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** Why the stages of a layer begin where they do. */
export function boundaryOf({ origin }: Draft): LayerBoundary {
  switch (origin.type) {
    case 'none':
    case 'sources':
    case 'stages':
      return 'mappers';
    case 'flows':
      return origin.routing.written;
    case 'join':
    case 'departition':
    case 'into':
      return origin.type;
    case 'throughStages':
    case 'throughSpecs':
      return 'mappers';
  }
}

/** The sentence that says why new stages begin here. */
export function becauseOf({ origin, options }: Draft, stages: number): string {
  switch (origin.type) {
    case 'none':
    case 'sources':
    case 'stages':
      return stages === 1
        ? 'a source only reads: what is done with its events is done in a stage of its own'
        : `a source only reads: what is done with its events is shared by ${stages} stages, each takes what it asks for`;
    case 'throughStages':
    case 'throughSpecs':
      return 'the stages before are of their own kind: operators behind them need stages again';
    case 'flows':
      return routed(origin, stages, options.dispatcher !== undefined);
    case 'join':
      return stages === 1
        ? 'join: rows of both sides must meet, here in one stage'
        : 'join by key: rows of both sides with equal keys must meet in the same stage';
    case 'departition':
      return `${origin.written}: what all partitions emit becomes one again, so it must come to one stage`;
    case 'into':
      return 'into: these consumers belong to the flow';
  }
}

function routed(
  { routing, flows }: Extract<Origin, { readonly type: 'flows' }>,
  stages: number,
  isCustom: boolean,
): string {
  const together = flows.length > 1 ? `${flows.length} flows come together; ` : '';
  if (routing.written === 'merge') {
    const { name } = routing.dispatcher;
    if (name === 'broadcast') return `merge: ${together}every stage gets every event`;
    return `merge: ${together}the ${name} dispatcher says which stage gets which events`;
  }
  if (isCustom)
    return `${routing.written}: ${together}a dispatcher of the program's says which stage gets which events`;
  if (stages === 1) return `${routing.written}: ${together}all events go to one stage`;
  if (routing.written === 'shuffle')
    return `shuffle: ${together}each event goes to whichever stage asks for it`;
  if (routing.hash !== undefined) return `partition by hash: ${together}it says which stage gets which event`;
  return `partition by ${keyWords(routing.key)}: ${together}equal keys must meet in the same stage`;
}

function keyWords(key: unknown): string {
  if (key === undefined) return 'the event itself';
  if (typeof key === 'string') return key;
  return typeof key === 'number' ? `item ${key}` : 'key';
}
