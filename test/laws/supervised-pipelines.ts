import fc from 'fast-check';
import {
  consumer,
  partitionDispatcher,
  pipeline,
  producer,
  producerConsumer,
  sleep,
  type Child,
  type Consuming,
  type Plan,
  type Producing,
  type StageHandle,
} from 'sluice';

/** A chain of stages, sinks at its end, under supervisors; and where everything is placed. */
export interface SupervisedShape {
  readonly extra: number;
  readonly bufferSize: number;
  readonly middles: readonly { readonly slow: boolean; readonly bufferSize: number }[];
  readonly sinks: readonly { readonly slow: boolean; readonly emits: boolean }[];
  readonly partitioned: boolean;
  /** maxDemand and minDemand of all subscriptions. */
  readonly demand: readonly [number, number];
  readonly cancel: 'permanent' | 'transient' | 'temporary';
  readonly strategy: 'oneForOne' | 'restForOne' | 'oneForAll';
  readonly maxRestarts: number;
  readonly restart: 'permanent' | 'transient' | 'temporary';
  /** The sinks have a supervisor of their own, itself a child of the other. */
  readonly nested: boolean;
  /** Workers, by the order of stages and supervisors. */
  readonly places: readonly number[];
}

/** Events that a source makes in all its lives together. */
const LIMIT = 120;

export const supervisedShapes: fc.Arbitrary<SupervisedShape> = fc.record({
  extra: fc.nat({ max: 3 }),
  bufferSize: fc.constantFrom(0, 3, 1_000),
  middles: fc.array(fc.record({ slow: fc.boolean(), bufferSize: fc.constantFrom(2, Infinity) }), {
    maxLength: 2,
  }),
  sinks: fc.array(fc.record({ slow: fc.boolean(), emits: fc.boolean() }), { minLength: 1, maxLength: 3 }),
  partitioned: fc.boolean(),
  demand: fc.integer({ min: 1, max: 8 }).chain((max) => fc.tuple(fc.constant(max), fc.nat({ max: max - 1 }))),
  cancel: fc.constantFrom('permanent', 'transient', 'temporary'),
  strategy: fc.constantFrom('oneForOne', 'restForOne', 'oneForAll'),
  maxRestarts: fc.constantFrom(0, 3, 10),
  restart: fc.constantFrom('permanent', 'permanent', 'transient', 'temporary'),
  nested: fc.boolean(),
  places: fc.array(fc.nat({ max: 2 }), { minLength: 9, maxLength: 9 }),
});

/** Requests that every stage of such a pipeline knows, beside `push` for sources. */
export const REQUESTS = ['throw', 'stop', 'shutdown'] as const;

/** Does what it is told; a producer's last events go nowhere, as a step that stops sends nothing. */
const obey = (request: unknown, last: () => readonly number[] = () => []) => {
  if (request === 'throw') throw new Error('told to throw');
  if (request === 'stop') return { events: last(), stop: 'enough' };
  return request === 'shutdown' ? { stop: 'shutdown' } : {};
};

/** The pipeline of a shape: `source`, `middle 0` …, `sink 0` …, `all` and, when nested, `sinks`. Each event is a new number. */
export function supervisedPlan(shape: SupervisedShape): Plan {
  const { demand, cancel, bufferSize, extra } = shape;
  const [maxDemand, minDemand] = demand;
  const options = { maxDemand, minDemand, cancel };
  const count = shape.sinks.length;
  const dispatcher = shape.partitioned
    ? { dispatcher: partitionDispatcher({ partitions: count, hash: (n: number) => [n, n % count] }) }
    : {};
  const last = shape.middles.length - 1;
  let made = 0;
  const next = (size: number) =>
    Array.from({ length: Math.max(0, Math.min(size, LIMIT - made)) }, () => made++);
  const source = producer({
    handleDemand: (asked) => ({ events: next(asked + extra) }),
    handleCast: (size) => ({ events: next(Number(size)) }),
    handleInfo: (request) => obey(request, () => next(2)),
    bufferSize,
    ...(last < 0 && dispatcher),
  });
  const middle = (index: number, one: SupervisedShape['middles'][number]) =>
    producerConsumer({
      handleEvents: (events: number[]) => (one.slow ? sleep(1).then(() => ({ events })) : { events }),
      handleInfo: (request) => obey(request),
      bufferSize: one.bufferSize,
      ...(index === last && dispatcher),
    });
  const sink = (one: SupervisedShape['sinks'][number]) =>
    consumer({
      handleEvents: (events: number[]) => {
        // What a consumer emits is a mistake, and counted as one.
        const step = (one.emits ? { events } : {}) as object;
        return one.slow ? sleep(events.length).then(() => step) : step;
      },
      handleInfo: (request) => {
        const { stop } = obey(request);
        return stop === undefined ? {} : { stop };
      },
    });
  return pipeline(({ start, subscribe, supervise }) => {
    const children: Child[] = [];
    const add = <Handle extends StageHandle>(handle: Handle): Handle => {
      children.push({ child: handle, restart: shape.restart });
      return handle;
    };
    let upstream: StageHandle & Producing<number> = add(start('source', source));
    for (const [i, one] of shape.middles.entries()) {
      const stage: StageHandle & Consuming<number> & Producing<number> = add(
        start(`middle ${i}`, middle(i, one)),
      );
      subscribe(stage, { to: upstream, ...options });
      upstream = stage;
    }
    const sinks: Child[] = [];
    for (const [i, one] of shape.sinks.entries()) {
      const handle = start(`sink ${i}`, sink(one));
      subscribe(handle, { to: upstream, ...options, ...(shape.partitioned && { partition: i }) });
      sinks.push({ child: handle, restart: shape.restart });
    }
    const { strategy, maxRestarts } = shape;
    if (shape.nested) children.push(supervise('sinks', sinks, { strategy: 'oneForOne', maxRestarts }));
    else children.push(...sinks);
    supervise('all', children, { strategy, maxRestarts });
  });
}
