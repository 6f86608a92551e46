import fc from 'fast-check';
import {
  anyPrograms,
  demands,
  type Ending,
  type Every,
  type Layer,
  type Mapping,
  type Origin,
  type Program,
  type Routing,
} from './random-flows.ts';

/** What is known of where a layer's events are. */
interface Whereabouts {
  /** Every event has a stage that it must go to. */
  readonly placed: boolean;
  /** Events of the same weight modulo this are in one stage. */
  readonly together: number | null;
}

type Placing = (routing: Routing) => Whereabouts;

/** Random flows of all operators. Chance has no part in what they give, as a multiset. */
export const programs: fc.Arbitrary<Program> = anyPrograms.map((one) => settled(one, whereabouts, false));

/** Random flows whose results do not depend on the number of stages either. */
export const stageless: fc.Arbitrary<Program> = anyPrograms.map((one) =>
  settled(
    copyless(one),
    ({ type, n }) => ({ placed: type === 'stay', together: type === 'key' ? n : null }),
    false,
  ),
);

/** The same flow with other stages and other demand, taken from a list again and again. */
export function restaged(one: Program, settings: readonly Pick<Routing, 'stages' | 'demand'>[]): Program {
  let next = 0;
  const change = ({ origin: from, layers }: Program): Program => ({
    origin: changedOrigin(from, change),
    layers: layers.map((each) => {
      const routing = { ...each.routing, ...settings[next++ % settings.length] };
      return { ...each, routing: routing.type === 'stay' ? { ...routing, stages: 1 } : routing };
    }),
  });
  return change(one);
}

/** What a flow may run with. */
export const stageSettings: fc.Arbitrary<readonly Pick<Routing, 'stages' | 'demand'>[]> = fc.array(
  fc.record({ stages: fc.integer({ min: 1, max: 4 }), demand: demands }),
  { minLength: 1, maxLength: 6 },
);

/** A broadcast makes as many copies as there are stages. */
function copyless({ origin: from, layers }: Program): Program {
  return {
    origin: changedOrigin(from, copyless),
    layers: layers.map((one) => {
      const type = one.routing.type === 'broadcast' ? 'demand' : one.routing.type;
      return { ...one, routing: { ...one.routing, type } };
    }),
  };
}

function changedOrigin(from: Origin, change: (one: Program) => Program): Origin {
  if (from.type === 'flows') return { ...from, flows: from.flows.map(change) };
  return from.type === 'join' ? { ...from, left: change(from.left), right: change(from.right) } : from;
}

/** Makes of any program one whose results do not depend on chance: what would is changed. */
function settled({ origin: from, layers }: Program, placing: Placing, isInner: boolean): Program {
  const settledLayers: Layer[] = [];
  let before: Layer | null = null;
  for (const [i, one] of layers.entries()) {
    const next: Layer = before === null ? firstOf(from, one) : laterOf(before, one);
    before = settledLayer(next, placing(next.routing), {
      isJoin: before === null && from.type === 'join',
      isLast: i === layers.length - 1,
      // Two of them with nothing in between are one (FL-067).
      feedsBroadcast: layers[i + 1] ? layers[i + 1]?.routing.type === 'broadcast' : isInner,
    });
    settledLayers.push(before);
  }
  return { origin: changedOrigin(from, (one) => settled(one, placing, true)), layers: settledLayers };
}

/** Nothing to stay in where nothing departitions; a join has its own routing, and no windows. */
function firstOf(from: Origin, one: Layer): Layer {
  const isInner = one.routing.type === 'stay' || one.routing.type === 'through';
  const type = isInner || from.type !== 'flows' ? 'shuffle' : one.routing.type;
  const window = from.type === 'join' ? null : one.routing.window;
  return { ...one, routing: { ...one.routing, type, window } };
}

/** What follows a layer that departitions stays in its stage, half of the time. */
function laterOf(before: Layer, one: Layer): Layer {
  const { routing: own } = one;
  const stays = departs(before) && ['stay', 'shuffle', 'demand'].includes(own.type);
  if (stays) return { ...one, routing: { ...own, type: 'stay', stages: 1, window: null } };
  return own.type === 'stay' ? { ...one, routing: { ...own, type: 'shuffle' } } : one;
}

/** Whether what comes out of a layer is of a stage that departitions. */
function departs({ ending: { type, ...rest } }: Layer): boolean {
  return type === 'lightest' || ('departs' in rest && rest.departs);
}

/** Where the events of a layer are when they come in. */
function whereabouts({ type, stages, n }: Routing): Whereabouts {
  const alone = stages === 1;
  if (type === 'key') return { placed: alone, together: n };
  return { placed: alone || type === 'hash' || type === 'broadcast', together: null };
}

function settledLayer(
  { routing: into, mappings, ending: last }: Layer,
  where: Whereabouts,
  { isJoin, isLast, feedsBroadcast }: { readonly [is in 'isJoin' | 'isLast' | 'feedsBroadcast']: boolean },
): Layer {
  // How many events a window holds is known only of events as they come in.
  const isCounted = last.type === 'sizes' && where.placed && into.window !== null && !isJoin;
  const kept = isCounted ? [] : settledMappings(mappings, where, !isJoin && into.type !== 'stay');
  const settledLast = settledEnding(last, where, {
    together: kept.every(keepsEvents) ? where.together : null,
    window: into.window,
    isCounted,
    isLast,
  });
  const takesWindow = settledLast.type === 'total' || settledLast.type === 'sizes';
  const window = takesWindow ? into.window : null;
  // What is unique is so per window, and which events meet in a window is chance.
  const mapped = window === null ? kept : kept.filter(({ type }) => !type.startsWith('uniq'));
  const isBare = mapped.length === 0 && settledLast.type === 'none';
  const isCopied = isBare && into.type === 'broadcast' && feedsBroadcast;
  return {
    routing: { ...into, window },
    mappings: isCopied ? [{ type: 'each' }] : mapped,
    ending: settledLast,
  };
}

function settledMappings(
  mappings: readonly Mapping[],
  { placed, together }: Whereabouts,
  takesBatches: boolean,
): readonly Mapping[] {
  const kept: Mapping[] = [];
  for (const one of mappings) {
    const isBatch = one.type === 'reverseBatch' || one.type === 'doubleBatch';
    const isTogether = placed || (together !== null && kept.every(keepsEvents));
    if (isBatch && (!takesBatches || kept.some(({ type }) => !type.endsWith('Batch')))) continue;
    if (one.type === 'uniq' && !isTogether) continue;
    if (one.type === 'uniqBy' && !isTogether) continue;
    kept.push(one.type === 'uniqBy' && !placed ? { ...one, n: together ?? one.n } : one);
  }
  return kept;
}

/** Whether what comes out are events that came in. */
function keepsEvents({ type }: Mapping): boolean {
  return ['filter', 'reject', 'each', 'uniq', 'reverseBatch', 'doubleBatch'].includes(type);
}

function settledEnding(
  last: Ending,
  { placed }: Whereabouts,
  {
    together,
    window,
    isCounted,
    isLast,
  }: {
    readonly together: number | null;
    readonly window: Every | null;
    readonly isCounted: boolean;
    readonly isLast: boolean;
  },
): Ending {
  switch (last.type) {
    case 'total':
      // Of a window of so many events, the parts in all partitions are no sum of anything.
      if (window?.type === 'count') return { ...last, departs: false };
      return { ...last, departs: last.departs || (window === null && !placed) };
    case 'counts': {
      if (last.departs) return { ...last, how: 'Map' };
      if (!placed && together === null) return { type: 'elements' };
      return placed ? last : { ...last, n: together ?? last.n };
    }
    case 'twice':
      return { ...last, says: last.says && placed };
    case 'sizes':
      return isCounted ? last : { type: 'none' };
    case 'nothing':
      return isLast ? last : { type: 'elements' };
    default:
      return last;
  }
}
