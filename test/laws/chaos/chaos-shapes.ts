import fc from 'fast-check';

/** How a stage that produces shares out its events among its consumers. */
export type SharingKind = 'demand' | 'shuffled' | 'broadcast' | 'selected' | 'partition' | 'some';

export interface SourceShape {
  /** Events it makes in all its lives together, for those who ask; what it is pushed to make comes on top. */
  readonly limit: number;
  /** Events it makes beyond each demand. */
  readonly extra: number;
  /** `null`: without a limit. */
  readonly bufferSize: number | null;
  readonly keep: 'first' | 'last';
  readonly sharing: SharingKind;
  readonly slow: boolean;
  /** Makes an event when a consumer leaves, which still goes to it. */
  readonly parting: boolean;
}

export interface MiddleShape {
  readonly does: 'map' | 'filter' | 'double';
  /** `null`: without a limit. */
  readonly bufferSize: number | null;
  readonly keep: 'first' | 'last';
  readonly sharing: SharingKind;
  readonly slow: boolean;
}

export interface SinkShape {
  readonly manual: boolean;
  readonly slow: boolean;
  /** Returns the events it was given, which is a mistake. */
  readonly emits: boolean;
}

/** Stages in layers, each subscribed to some of the layer before; who starts them again; where they are placed. */
export interface StagesShape {
  readonly type: 'stages';
  readonly sources: readonly SourceShape[];
  readonly layers: readonly (readonly MiddleShape[])[];
  readonly sinks: readonly SinkShape[];
  /** Which of the layer before each stage subscribes to, in the order of the stages: by remainder, one at least. */
  readonly wiring: readonly number[];
  /** maxDemand and minDemand, in the order in which subscriptions are made. */
  readonly demands: readonly (readonly [number, number])[];
  readonly cancel: 'permanent' | 'transient' | 'temporary';
  readonly supervision: {
    readonly strategy: 'oneForOne' | 'restForOne' | 'oneForAll';
    readonly maxRestarts: number;
    readonly restart: 'permanent' | 'transient' | 'temporary';
    /** The sinks have a supervisor of their own, itself a child of the other. */
    readonly nested: boolean;
  } | null;
}

/** A flow whose operators make a new event, or none, of each. */
export interface FlowShape {
  readonly type: 'flow';
  readonly lists: readonly number[];
  readonly layers: readonly { readonly stages: number; readonly drops: boolean; readonly twice: boolean }[];
  readonly demand: readonly [number, number];
}

/** What somebody does to a run, and when; numbers choose among stages, subscriptions and workers. */
export interface Fault {
  readonly what:
    | 'crash'
    | 'throw'
    | 'kill'
    | 'stop'
    | 'exit'
    | 'freeze'
    | 'thaw'
    | 'slowLink'
    | 'quickLinks'
    | 'killWorker'
    | 'cancel'
    | 'subscribe'
    | 'push'
    | 'hold'
    | 'release';
  /** Steps of the run after the fault before. */
  readonly after: number;
  readonly which: number;
}

/** One run: a topology, on so many workers, and what befalls it. */
export interface ChaosCase {
  readonly seed: number;
  readonly shape: StagesShape | FlowShape;
  readonly workers: number;
  /** Worker of each stage and supervisor, by remainder. */
  readonly places: readonly number[];
  readonly faults: readonly Fault[];
}

const demand = fc
  .integer({ min: 1, max: 10 })
  .chain((max) => fc.tuple(fc.constant(max), fc.nat({ max: max - 1 })));

const sharing = fc.constantFrom<SharingKind>(
  'demand',
  'shuffled',
  'broadcast',
  'selected',
  'partition',
  'some',
);

const keep = fc.constantFrom<'first' | 'last'>('first', 'last');
const seldom = fc.integer({ min: 0, max: 3 }).map((n) => n === 0);

const source: fc.Arbitrary<SourceShape> = fc.record({
  limit: fc.integer({ min: 0, max: 50 }),
  extra: fc.nat({ max: 3 }),
  bufferSize: fc.constantFrom(0, 2, 8, 10_000, null),
  keep,
  sharing,
  slow: seldom,
  parting: seldom,
});

const middle: fc.Arbitrary<MiddleShape> = fc.record({
  does: fc.constantFrom('map', 'map', 'filter', 'double'),
  bufferSize: fc.constantFrom(2, 5, null),
  keep,
  sharing,
  slow: seldom,
});

const sink: fc.Arbitrary<SinkShape> = fc.record({ manual: seldom, slow: seldom, emits: seldom });

const stages: fc.Arbitrary<StagesShape> = fc.record({
  type: fc.constant('stages'),
  sources: fc.array(source, { minLength: 1, maxLength: 2 }),
  layers: fc.array(fc.array(middle, { minLength: 1, maxLength: 2 }), { maxLength: 2 }),
  sinks: fc.array(sink, { minLength: 1, maxLength: 3 }),
  wiring: fc.array(fc.nat({ max: 3 }), { minLength: 7, maxLength: 7 }),
  demands: fc.array(demand, { minLength: 14, maxLength: 14 }),
  cancel: fc.constantFrom('permanent', 'transient', 'temporary'),
  supervision: fc.option(
    fc.record({
      strategy: fc.constantFrom('oneForOne', 'restForOne', 'oneForAll'),
      maxRestarts: fc.constantFrom(0, 3, 10),
      restart: fc.constantFrom('permanent', 'permanent', 'transient', 'temporary'),
      nested: fc.boolean(),
    }),
    { freq: 4 },
  ),
});

const flow: fc.Arbitrary<FlowShape> = fc.record({
  type: fc.constant('flow'),
  lists: fc.array(fc.nat({ max: 25 }), { minLength: 1, maxLength: 3 }),
  layers: fc.array(
    fc.record({ stages: fc.integer({ min: 1, max: 3 }), drops: fc.boolean(), twice: fc.boolean() }),
    { minLength: 1, maxLength: 2 },
  ),
  demand,
});

const FAULTS: readonly Fault['what'][] = [
  'crash',
  'crash',
  'throw',
  'kill',
  'stop',
  'exit',
  'freeze',
  'freeze',
  'thaw',
  'slowLink',
  'slowLink',
  'quickLinks',
  'killWorker',
  'killWorker',
  'cancel',
  'subscribe',
  'push',
  'push',
  'hold',
  'release',
];

const fault: fc.Arbitrary<Fault> = fc.record({
  what: fc.constantFrom(...FAULTS),
  after: fc.nat({ max: 60 }),
  which: fc.nat({ max: 1_000 }),
});

const body = fc.record({
  shape: fc.oneof({ weight: 6, arbitrary: stages }, { weight: 1, arbitrary: flow }),
  workers: fc.integer({ min: 1, max: 4 }),
  places: fc.array(fc.nat({ max: 11 }), { minLength: 12, maxLength: 12 }),
  faults: fc.array(fault, { maxLength: 8 }),
});

/** The run of a number: always the same one. */
export function chaosCase(seed: number): ChaosCase {
  const [drawn] = fc.sample(body, { seed, numRuns: 1 });
  if (!drawn) throw new Error('unreachable: one was drawn');
  return { seed, ...drawn };
}
