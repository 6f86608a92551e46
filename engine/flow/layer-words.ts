import type { LayerBoundary, WindowingView } from '../trace/plan-view.ts';
import type { WindowSpec } from '../window/window.ts';
import { writtenAs, type Draft, type Origin } from './draft.ts';

/** A window in words: `fixed, 1 hour`. */
export function windowWords(window: WindowSpec): string {
  const { punctuation, periodically, allowedLatenessMs, outOfOrdernessMs, idleAfterMs } = window;
  const words = [typeWords(window)];
  if (punctuation) {
    words.push(
      punctuation.type === 'every'
        ? `fires every ${punctuation.count} events`
        : 'fires by a trigger of its own',
    );
  }
  for (const { count, unit } of periodically) words.push(`fires every ${counted(count, unit)}`);
  if (outOfOrdernessMs) words.push(`watermark ${duration(outOfOrdernessMs)} behind`);
  if (allowedLatenessMs > 0) words.push(`takes late events for ${duration(allowedLatenessMs)}`);
  if (idleAfterMs !== null) words.push(`waits ${duration(idleAfterMs)} for silent stages`);
  return words.join(', ');
}

/** A window as a plan tells it: without the functions of its program. */
export function windowingView({
  type,
  length,
  step,
  punctuation,
  periodically,
  allowedLatenessMs,
  outOfOrdernessMs,
  idleAfterMs,
}: WindowSpec): WindowingView {
  return {
    type,
    length,
    step,
    every: punctuation?.type === 'every' ? punctuation.count : null,
    ownTrigger: punctuation?.type === 'custom',
    periodicallyMs: periodically.map(({ ms }) => ms),
    allowedLatenessMs,
    outOfOrdernessMs,
    idleAfterMs,
  };
}

function typeWords({ type, length, step }: WindowSpec): string {
  switch (type) {
    case 'global':
      return 'global';
    case 'count':
      return `count, ${counted(length, 'event')}`;
    case 'session':
      return `session, gap of ${duration(length)}`;
    case 'sliding':
      return `sliding, ${duration(length)} every ${duration(step)}`;
    case 'fixed':
    case 'periodic':
      return `${type}, ${duration(length)}`;
  }
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

/** What a layer is called, and what a picture says of it. */
export interface LayerWords {
  /** What its stages are named after. */
  readonly base: string;
  readonly boundary: LayerBoundary;
  /** The sentence that says why new stages begin here. */
  readonly because: string;
  /** Operators that share each of its stages, as they were written. */
  readonly operations: readonly string[];
}

export const SOURCE_WORDS: LayerWords = {
  base: 'source',
  boundary: 'source',
  because: 'a source is read by one stage, so that no event is read twice',
  operations: ['from'],
};

export const SPECS_WORDS: LayerWords = {
  base: 'source',
  boundary: 'source',
  because: 'fromSpecs: these producers belong to the flow',
  operations: ['fromSpecs'],
};

export const THROUGH_WORDS: LayerWords = {
  base: 'through',
  boundary: 'through',
  because: 'throughSpecs: these stages belong to the flow, and do what they are defined to do',
  operations: ['throughSpecs'],
};

export const INTO_WORDS: LayerWords = {
  base: 'into',
  boundary: 'into',
  because: 'intoSpecs: these consumers belong to the flow, which ends when they have',
  operations: ['intoSpecs'],
};

/** Of a layer that is there only because somebody has to ask. */
export const END_WORDS: LayerWords = {
  base: 'end',
  boundary: 'output',
  because: 'nobody gets these events, so they are asked for and forgotten here',
  operations: [],
};

/** Words for a layer that was planned from operators. */
export function layerWords(draft: Draft, stages: number): LayerWords {
  const { origin, operations } = draft;
  const written = operations
    .filter((operation) => operation.type !== 'emission' || !operation.implied)
    .map(writtenAs);
  const reduction = operations.find(({ type }) => type === 'reduction');
  const main = reduction ? writtenAs(reduction) : written[0];
  const because = becauseOf(draft, stages);
  switch (origin.type) {
    case 'flows': {
      const boundary = origin.routing.written;
      return { base: main ?? boundary, boundary, because, operations: written };
    }
    case 'join':
      return { base: 'join', boundary: 'join', because, operations: ['join', ...written] };
    case 'departition':
      return {
        base: origin.written,
        boundary: 'departition',
        because,
        operations: [origin.written, ...written],
      };
    default:
      return { base: main ?? 'pass', boundary: 'mappers', because, operations: written };
  }
}

/** Why the stages of a layer begin where they do. */
function becauseOf({ origin, options }: Draft, stages: number): string {
  switch (origin.type) {
    case 'flows':
      return routed(origin, stages, options.dispatcher !== undefined);
    case 'join':
      return stages === 1
        ? 'join: rows of both sides must meet, here in one stage'
        : 'join by key: rows of both sides with equal keys must meet in the same stage';
    case 'departition':
      return `${origin.written}: what all partitions emit becomes one again, so it must come to one stage`;
    case 'throughStages':
    case 'throughSpecs':
      return 'the stages before do what they are defined to do: operators behind them need stages of their own';
    default:
      return stages === 1
        ? 'a source only reads: what is done with its events is done in a stage of its own'
        : `a source only reads: what is done with its events is shared by ${stages} stages, each takes what it asks for`;
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
