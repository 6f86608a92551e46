import { broadcastDispatcher, demandDispatcher, Flow, partitionDispatcher, type StageIndex } from 'sluice';
import {
  accumulator,
  batchMapperOf,
  compareOf,
  doneOf,
  emittingReducerOf,
  joinOf,
  mergeOf,
  onTriggerOf,
  reducerOf,
} from './flow-functions.ts';
import type { Beside, FlowPipeline } from './flow-recording.ts';
import { asJson, readValue } from './flow-values.ts';
import { windowOf } from './flow-windows.ts';
import { functionOf, hashOf, isList, list, record, selectorOf } from './functions.ts';
import type { Json, JsonRecord } from './recording.ts';

/** A flow whose operators may be called in any order, also where the engine refuses it: that is what some recordings show. */
export interface AnyFlow {
  map(fn: Fn): AnyFlow;
  mapBatch(fn: Fn): AnyFlow;
  flatMap(fn: Fn): AnyFlow;
  filter(fn: Fn): AnyFlow;
  reject(fn: Fn): AnyFlow;
  each(fn: Fn): AnyFlow;
  mapValues(fn: Fn): AnyFlow;
  uniq(): AnyFlow;
  uniqBy(fn: Fn): AnyFlow;
  reduce(init: unknown, fn: Fn): AnyFlow;
  emitAndReduce(init: unknown, fn: Fn): AnyFlow;
  groupBy(key: Fn, value?: Fn): AnyFlow;
  groupByKey(): AnyFlow;
  emit(what: unknown): AnyFlow;
  onTrigger(fn: Fn): AnyFlow;
  departition(init: unknown, merge: Fn, done: Fn): AnyFlow;
  takeSort(count: number, compare?: Fn): AnyFlow;
  partition(options?: object): AnyFlow;
  shuffle(options?: object): AnyFlow;
  merge(dispatcher: unknown, options?: object): AnyFlow;
  throughStages(stages: readonly unknown[], options?: object): AnyFlow;
  throughSpecs(definitions: readonly unknown[], options?: object): AnyFlow;
  intoStages(consumers: readonly unknown[], options?: object): AnyFlow;
  intoSpecs(definitions: readonly unknown[], options?: object): AnyFlow;
  run(): Promise<unknown>;
  toArray(): Promise<unknown[]>;
  [Symbol.asyncIterator](): AsyncIterableIterator<unknown>;
}
type Fn = (...args: never[]) => unknown;
type Statics = Readonly<Record<string, (...args: unknown[]) => AnyFlow>>;

const flows: Statics = Flow as never;

/** What a flow is made with besides its description. */
export interface FlowSurroundings {
  /** Which of the meanings that the format leaves open is tried, from 0. */
  readonly reading: number;
  /** Something `fromStages` takes: the handle of a producer that runs beside the flow. */
  readonly producer: (spec: Json) => unknown;
  /** Something `fromSpecs` takes. */
  readonly producerSpec: (spec: Json) => unknown;
  /** What `throughStages` takes; what `throughSpecs` takes. */
  readonly through: { readonly handle: (one: Beside) => unknown; readonly spec: (one: Beside) => unknown };
  /** Stages that a flow may go through. */
  readonly offered: readonly Beside[];
  /** Told by stages whose layer reports. */
  readonly onInit: (stage: StageIndex) => void;
}

/**
 * The flow that a recording describes, made as a learner would.
 *
 * @throws {EngineError} What the engine refuses while it is declared.
 */
export function flowOf({ source, ops }: FlowPipeline, around: FlowSurroundings): AnyFlow {
  return ops.reduce((flow, op) => applied(flow, op, around), sourceOf(source, around));
}

function sourceOf(source: FlowPipeline['source'], around: FlowSurroundings): AnyFlow {
  const options = optionsOf(record(source['opts'] ?? {}), around);
  const make = (name: string, ...args: unknown[]): AnyFlow => {
    const begin = flows[name];
    if (!begin) throw new Error(`Cannot replay as Flow.${name} is missing`);
    return begin.apply(Flow, args);
  };
  const inner = (value: Json | undefined) => flowOf(pipelineOf(value), around);
  switch (source.type) {
    case 'enumerable':
      return make('from', elementsOf(source['of']), options);
    case 'enumerables':
      return make('fromIterables', list(source['of']).map(elementsOf), options);
    case 'raw_enumerables':
      return make('fromIterables', source['value']);
    case 'flow_of_flow':
      return make('from', make('from', [1, 2, 3]));
    case 'none':
      // Nothing a program can write has no producers, but for this.
      return Reflect.construct(Flow as never, []) as AnyFlow;
    case 'stages':
      return make('fromStages', list(source['producers']).map(around.producer), options);
    case 'specs':
      return make('fromSpecs', list(source['producers']).map(around.producerSpec), options);
    case 'merge':
      return merged(source['with'], list(source['flows']).map(inner), options);
    case 'join': {
      const join = {
        ...options,
        mode: named(MODES, source['mode']),
        leftKey: functionOf(source['left_key']),
        rightKey: functionOf(source['right_key']),
        // The side that is missing is `undefined` to a program here, nil there.
        join: optional(joinOf(source['join'])),
      };
      const { window } = source;
      return window === undefined
        ? make('boundedJoin', inner(source['left']), inner(source['right']), join)
        : make('windowJoin', inner(source['left']), inner(source['right']), {
            ...join,
            window: windowOf(record(window), around.reading),
          });
    }
    default:
      throw new Error(`Cannot replay as the source must be known: received ${source.type}`);
  }

  function merged(how: Json | undefined, several: readonly AnyFlow[], given: object): AnyFlow {
    if (how === 'partition' || how === 'shuffle') return make(how, several, given);
    return make('merge', several, dispatcherOf(how), given);
  }
}

const MODES: JsonRecord = {
  left_outer: 'leftOuter',
  right_outer: 'rightOuter',
  full_outer: 'fullOuter',
};

function optional(join: (left: Json, right: Json) => Json) {
  return (left: Json | undefined, right: Json | undefined) => join(left ?? null, right ?? null);
}

/** Our word for one of Elixir's; itself where both have the same. */
function named(words: JsonRecord, word: Json | undefined): Json | undefined {
  return words[String(word)] ?? word;
}

function elementsOf(value: Json | undefined): unknown {
  if (value === undefined || isList(value)) return list(value).map(readValue);
  const { range, list: items, infinite, raise_after: raise, halt_after: halt } = record(value);
  if (isList(range)) return () => numbers(Number(range[0]), Number(range[1]));
  if (items !== undefined) return list(items).map(readValue);
  if (infinite !== undefined) return () => numbers(Number(infinite), Infinity);
  if (halt !== undefined) return () => numbers(0, Number(halt) - 1);
  if (raise !== undefined) return () => failing(Number(raise));
  throw new Error(`Cannot replay as the elements must be known: received ${JSON.stringify(value)}`);
}

function* numbers(first: number, last: number): Generator<number> {
  for (let n = first; n <= last; n++) yield n;
}

function* failing(after: number): Generator<number> {
  yield* numbers(0, after - 1);
  throw new Error('source failed');
}

type Operator = (flow: AnyFlow, op: JsonRecord, around: FlowSurroundings) => AnyFlow;

const OPERATORS: Readonly<Record<string, Operator>> = {
  map: (flow, { f }) => flow.map(functionOf(f)),
  // Elixir takes everything but nil and false for true, also 0.
  filter: (flow, { f }) => flow.filter(selectorOf(f)),
  reject: (flow, { f }) => flow.reject(selectorOf(f)),
  flat_map: (flow, { f }) => {
    const many = functionOf(f);
    return flow.flatMap((x: Json) => list(many(x)));
  },
  map_values: (flow, { f }) => flow.mapValues(functionOf(f)),
  each: (flow, { f }) => flow.each(functionOf(f)),
  map_batch: (flow, { f }) => flow.mapBatch(batchMapperOf(f)),
  uniq: (flow) => flow.uniq(),
  uniq_by: (flow, { f }) => flow.uniqBy(functionOf(f)),
  partition: (flow, { opts }, around) => flow.partition(optionsOf(record(opts ?? {}), around)),
  shuffle: (flow, { opts }, around) => flow.shuffle(optionsOf(record(opts ?? {}), around)),
  merge: (flow, { with: how, opts }, around) =>
    how === 'partition' || how === 'shuffle'
      ? flow[how](optionsOf(record(opts ?? {}), around))
      : flow.merge(dispatcherOf(how), optionsOf(record(opts ?? {}), around)),
  reduce: (flow, { acc, acc_not_function: none, r }, { reading }) => {
    const reduce = none === undefined ? reducerOf(r, reading) : () => null;
    return flow.reduce(initOf(acc, none), (state: Json, x: Json) => reduce(x, state));
  },
  emit_and_reduce: (flow, { acc, acc_not_function: none, r }, { reading }) => {
    const reduce = emittingReducerOf(r, reading);
    return flow.emitAndReduce(initOf(acc, none), (state: Json, x: Json) => reduce(x, state));
  },
  group_by: (flow, { key, value }) =>
    value === undefined ? flow.groupBy(functionOf(key)) : flow.groupBy(functionOf(key), functionOf(value)),
  group_by_key: (flow) => flow.groupByKey(),
  emit: (flow, { what }) => flow.emit(what),
  on_trigger: (flow, { f }, { reading }) => {
    const emit = onTriggerOf(f, reading);
    return flow.onTrigger(
      (state: unknown, stage: StageIndex, firing: { type: Json; id: Json; trigger: Json }) =>
        emit(state, [stage.index, stage.total], [firing.type, firing.id, firing.trigger]),
    );
  },
  departition: (flow, { acc, merge, done }) => {
    const [join, end] = [mergeOf(merge), doneOf(done)];
    return flow.departition(
      initOf(acc, undefined),
      (all: unknown, state: unknown) => join(state, all),
      (all: unknown, id: Json) => end(all, id),
    );
  },
  take_sort: (flow, { n, sort }) =>
    sort === undefined ? flow.takeSort(Number(n)) : flow.takeSort(Number(n), compareOf(sort)),
  through_stages: (flow, op, around) =>
    flow.throughStages(throughOf(op, around).map(around.through.handle), throughOptions(op, around)),
  through_specs: (flow, op, around) =>
    flow.throughSpecs(throughOf(op, around).map(around.through.spec), throughOptions(op, around)),
};

function applied(flow: AnyFlow, op: FlowPipeline['ops'][number], around: FlowSurroundings): AnyFlow {
  const operator = OPERATORS[op.op];
  if (!operator) throw new Error(`Cannot replay as the operator must be known: received ${op.op}`);
  return operator(flow, op, around);
}

function initOf(acc: Json | undefined, notFunction: Json | undefined): unknown {
  return notFunction === undefined ? () => accumulator(acc) : notFunction;
}

/** Stages of a `through`: those it lists, under whatever key, else all that the recording offers. */
function throughOf(op: JsonRecord, { offered }: FlowSurroundings): readonly Beside[] {
  const given = Object.values(op).find((one) => isList(one));
  if (given === undefined || !isList(given)) return offered;
  return given.map((one, i): Beside => {
    if (typeof one === 'string') {
      const known = offered.find(({ name }) => name === one);
      if (!known) throw new Error(`Cannot replay as the stage must be there: received ${one}`);
      return known;
    }
    const { name, kind, behaviour, options } = record(one);
    return {
      name: String(name ?? `through ${i + 1}`),
      kind: String(kind ?? 'producer_consumer'),
      behaviour: record(behaviour ?? {}),
      options: record(options ?? {}),
      opts: {},
      late: false,
    };
  });
}

function throughOptions({ opts }: JsonRecord, around: FlowSurroundings): object {
  return optionsOf(record(opts ?? {}), around);
}

const OPTIONS: JsonRecord = {
  max_demand: 'maxDemand',
  min_demand: 'minDemand',
  buffer_size: 'bufferSize',
  buffer_keep: 'bufferKeep',
  on_init: 'onInit',
};

/** What a process of Elixir needs and none has here. */
const WITHOUT_MEANING: readonly string[] = ['shutdown', 'link', 'subscribe_timeout'];

/** Options of a layer with our names and values. */
function optionsOf(options: JsonRecord, around: FlowSurroundings): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options)
      .filter(([name]) => !WITHOUT_MEANING.includes(name))
      .map(([name, value]) => [String(named(OPTIONS, name)), optionOf(name, value, around)]),
  );
}

function optionOf(name: string, value: Json, { reading, onInit }: FlowSurroundings): unknown {
  switch (name) {
    case 'window':
      return windowOf(record(value), reading);
    case 'key':
      return keyOf(record(value));
    case 'hash':
      return record(value)['fn'] === 'not_a_function' ? 42 : hashOf(value);
    case 'dispatcher':
      return dispatcherOf(value);
    case 'on_init':
      return onInit;
    case 'buffer_size':
      return value === 'infinity' ? Infinity : value;
    default:
      return value;
  }
}

/** `{:elem, 0}` is an index here, `{:key, "m"}` a name. */
function keyOf(spec: JsonRecord): unknown {
  switch (spec['fn']) {
    case 'elem_key':
      return Number(spec['i']);
    case 'map_key':
      return String(spec['key'] ?? spec['k']);
    // Where Elixir gets an atom, a name would be right here.
    case 'bad_key':
      return { wrong: true };
    default:
      return functionOf(spec);
  }
}

/** A dispatcher by its recorded name, or with options. */
export function dispatcherOf(value: Json | undefined): unknown {
  const { type, partitions, hash } = typeof value === 'string' ? { type: value } : record(value);
  switch (type) {
    case 'demand':
      return demandDispatcher();
    case 'broadcast':
      return broadcastDispatcher();
    case 'partition':
      return partitionDispatcher<Json>({
        partitions: Number(partitions),
        ...(hash === undefined ? {} : { hash: hashOf(asJson(hash)) as never }),
      });
    default:
      return value;
  }
}

/** The flows that come together in the source of one. */
export function innerOf({ source }: FlowPipeline): readonly FlowPipeline[] {
  const { flows: several = [], left, right } = source;
  return [...list(several), left, right].filter((one) => one !== undefined).map(pipelineOf);
}

function pipelineOf(value: Json | undefined): FlowPipeline {
  const { source, ops } = record(value);
  const { type, ...rest } = record(source);
  return {
    source: { ...rest, type: String(type) },
    ops: list(ops).map((one) => ({ ...record(one), op: String(record(one)['op']) })),
  };
}

/** The words of the operators. */
export const OPERATOR_WORDS: ReadonlySet<string> = new Set(Object.keys(OPERATORS));
