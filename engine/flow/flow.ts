import type { DispatcherSpec } from '../dispatcher/dispatcher.ts';
import type { Producing, StageDefinition } from '../stage/definition.ts';
import type { Window } from '../window/window-builder.ts';
import type { Firing, WindowId } from '../window/window.ts';
import { ascending } from './ascending.ts';
import type { Draft } from './draft.ts';
import {
  EMPTY,
  checkReduced,
  newLayer,
  withBatchMapper,
  withEmission,
  withMapper,
  withReduction,
} from './drafting.ts';
import { FLOW } from './flow-mark.ts';
import type {
  ConsumingStage,
  ElementOf,
  FlowConsumer,
  FlowOptions,
  FlowSource,
  FlowSpec,
  IntoOptions,
  JoinOptions,
  PartitionOptions,
  RunningStage,
  SourceFlowOptions,
} from './flow-options.ts';
import { flowRunner, type FlowRunOptions } from './flow-runner.ts';
import { listOf } from './givens.ts';
import { grouping } from './grouping.ts';
import {
  intoSpecsLayer,
  intoStagesLayer,
  joinLayer,
  mergeLayer,
  partitionLayer,
  shuffleLayer,
  sourcesLayer,
  specsLayer,
  stagesLayer,
  throughSpecsLayer,
  throughStagesLayer,
} from './new-layers.ts';
import type { EmittingStep, StageIndex } from './operation.ts';
import { checkAtLeastOne, checkFunction } from './options.ts';
import { sortedParts } from './sorted-parts.ts';
import type { Compare } from './take-sort.ts';

// Members that exist for the compiler alone.
declare const STATE: unique symbol;
declare const EAGER: unique symbol;
declare const DEPARTS: unique symbol;

/**
 * Describes how events are handled by many stages at once: where they come from, what is done with them, and where they have
 * to meet. Nothing runs until it is run, iterated or started in a pipeline. Every method answers with a new flow.
 *
 * @typeParam Event - What its last layer emits.
 * @example
 * const delays = Flow.from(flights)
 *   .filter((flight) => flight.delay > 0)
 *   .partition({ key: (flight) => flight.origin, stages: 4 })
 *   .reduce(() => new Map<string, number>(), (sums, { origin, delay }) => sums.set(origin, (sums.get(origin) ?? 0) + delay));
 */
export class Flow<Event> implements AsyncIterable<Event> {
  readonly [FLOW] = true;
  /** What was said so far, as data. */
  readonly draft: Draft;

  /** A flow that has no source yet, and cannot run: begin with `Flow.from` instead. */
  constructor(draft: Draft = EMPTY) {
    this.draft = draft;
  }

  /**
   * Reads an iterable. A function is called anew for each run.
   *
   * @throws {EngineError} `flow_of_flow`, `source_not_readable`, `option_unknown`, `option_out_of_range`.
   */
  static from<Event>(source: FlowSource<Event>, options?: SourceFlowOptions<Event>): Flow<Event> {
    return new Flow(sourcesLayer('Flow.from', [source], options));
  }

  /**
   * Reads several iterables at the same time, each in a stage of its own.
   *
   * @throws {EngineError} as `from`; `flow_list`.
   */
  static fromIterables<Event>(
    sources: readonly FlowSource<Event>[],
    options?: SourceFlowOptions<Event>,
  ): Flow<Event> {
    const at = 'Flow.fromIterables';
    return new Flow(sourcesLayer(at, listOf(at, 'a list of at least one iterable', sources), options));
  }

  /**
   * Takes the events of producers that run in the same pipeline. They go on when the flow has ended; the flow ends when they
   * end in an orderly way, and fails when they fail.
   *
   * @throws {EngineError} `flow_list`, `option_unknown`, `option_out_of_range`.
   */
  static fromStages<Event = unknown>(
    stages: readonly RunningStage<Event>[],
    options?: FlowOptions<Event>,
  ): Flow<Event> {
    return new Flow(stagesLayer('Flow.fromStages', stages, options));
  }

  /**
   * Starts producers together with the flow, and takes their events.
   *
   * @throws {EngineError} `flow_list`, `option_unknown`, `option_out_of_range`.
   */
  static fromSpecs<Event = unknown>(
    specs: readonly FlowSpec<StageDefinition & Producing<Event>>[],
    options?: FlowOptions<Event>,
  ): Flow<Event> {
    return new Flow(specsLayer('Flow.fromSpecs', specs, options));
  }

  /** Brings flows together in the stages of a new layer, equal keys in the same one. See the method of this name. */
  static partition<Event>(
    flows: Flow<Event> | readonly Flow<Event>[],
    options?: PartitionOptions<Event>,
  ): Flow<Event> {
    return new Flow(partitionLayer('Flow.partition', flows, options));
  }

  /** Brings flows together in the stages of a new layer: each event goes to one that asks. */
  static shuffle<Event>(
    flows: Flow<Event> | readonly Flow<Event>[],
    options?: SourceFlowOptions<Event>,
  ): Flow<Event> {
    return new Flow(shuffleLayer('Flow.shuffle', flows, options));
  }

  /** Brings flows together in the stages of a new layer, as the dispatcher says: to all of them with `broadcastDispatcher()`. */
  static merge<Event>(
    flows: Flow<Event> | readonly Flow<Event>[],
    dispatcher: DispatcherSpec,
    options?: FlowOptions<Event>,
  ): Flow<Event> {
    return new Flow(mergeLayer('Flow.merge', flows, dispatcher, options));
  }

  /**
   * Joins two flows that come to an end: `join(left, right)` for each pair with equal keys, as soon as both are there. Rows
   * without a partner come at the end, where the mode keeps them. Any row may still find one, so all rows of both sides are
   * kept until then: what this holds grows with its input. `windowJoin` holds no more than the open windows.
   *
   * @throws {EngineError} `flow_join_mode`, `flow_not_function`, `flow_list`, `option_unknown`, `option_out_of_range`.
   * @example
   * Flow.boundedJoin(flights, airports, {
   *   mode: 'inner', leftKey: (flight) => flight.origin, rightKey: (airport) => airport.code,
   *   join: (flight, airport) => `${flight.number} from ${airport.city}`,
   * });
   */
  static boundedJoin<Left, Right, Joined>(
    left: Flow<Left>,
    right: Flow<Right>,
    options: JoinOptions<Left, Right, Joined>,
  ): Flow<Joined> {
    return new Flow(joinLayer('Flow.boundedJoin', { left, right }, options, false));
  }

  /**
   * Joins events of the same window; rows without a partner come when the window is done. See `boundedJoin`. Both sides are kept
   * until then. Of sessions, which have to say their key here, pairs come then too.
   *
   * @throws {EngineError} as `boundedJoin`; `window_function`.
   */
  static windowJoin<Left, Right, Joined>(
    left: Flow<Left>,
    right: Flow<Right>,
    options: JoinOptions<Left, Right, Joined> & { readonly window: Window<Left | Right> },
  ): Flow<Joined> {
    return new Flow(joinLayer('Flow.windowJoin', { left, right }, options, true));
  }

  /** Changes each event. @throws {EngineError} `flow_not_function`, `flow_after_reduction`. */
  map<Out>(fn: (event: Event) => Out): Flow<Out> {
    return new Flow(withMapper(this.draft, { type: 'map', fn }));
  }

  /** Changes each batch as it comes, before everything else of the layer. @throws {EngineError} `flow_batch_mapper_first`. */
  mapBatch<Out>(fn: (events: Event[]) => Iterable<Out>): Flow<Out> {
    return new Flow(withBatchMapper(this.draft, { type: 'mapBatch', fn }));
  }

  /** Makes any number of events of each one: the items of what `fn` answers. */
  flatMap<Out>(fn: (event: Event) => Iterable<Out>): Flow<Out> {
    return new Flow(withMapper(this.draft, { type: 'flatMap', fn }));
  }

  /** Keeps events for which `fn` answers with something truthy. */
  filter<Kept extends Event>(fn: (event: Event) => event is Kept): Flow<Kept>;
  filter(fn: (event: Event) => unknown): Flow<Event>;
  filter(fn: (event: Event) => unknown): Flow<Event> {
    return new Flow(withMapper(this.draft, { type: 'filter', fn }));
  }

  /** Drops events for which `fn` answers with something truthy. */
  reject<Dropped extends Event>(fn: (event: Event) => event is Dropped): Flow<Exclude<Event, Dropped>>;
  reject(fn: (event: Event) => unknown): Flow<Event>;
  reject(fn: (event: Event) => unknown): Flow<unknown> {
    return new Flow(withMapper(this.draft, { type: 'reject', fn }));
  }

  /** Calls `fn` for its effect; events go on as they are. */
  each(fn: (event: Event) => unknown): Flow<Event> {
    return new Flow(withMapper(this.draft, { type: 'each', fn }));
  }

  /** Changes the value of each pair `[key, value]`. */
  mapValues<Key, Value, Out>(
    this: Flow<readonly [Key, Value]> | Flow<[Key, Value]>,
    fn: (value: Value) => Out,
  ): Flow<[Key, Out]> {
    return new Flow(withMapper(this.draft, { type: 'mapValues', fn }));
  }

  /** Keeps the first of equal events, per stage and window. Without a reduction behind it, they come when the window fires. */
  uniq(): Flow<Event> {
    return this.uniqBy((event) => event);
  }

  /** Keeps the first event of each key, per stage and window. See `uniq`. */
  uniqBy(fn: (event: Event) => unknown): Flow<Event> {
    return new Flow(withMapper(this.draft, { type: 'uniq', by: fn }));
  }

  /**
   * Makes one state of all events, per stage and window. When the window fires, its elements are emitted, and it goes on.
   *
   * @param init - Makes the first state: each stage and window has its own.
   * @throws {EngineError} `flow_not_function`, `flow_reduced_twice`.
   */
  reduce<State>(init: () => State, fn: (state: State, event: Event) => NoInfer<State>): ReducedFlow<State> {
    return new ReducedFlow(withReduction(this.draft, { type: 'reduce', written: 'reduce', init, fn }));
  }

  /** Like `reduce`, and emits events on the way: `fn` answers with `{ events, state }`, either may be left out. */
  emitAndReduce<State, Out = never>(
    init: () => State,
    fn: (state: State, event: Event) => EmittingStep<NoInfer<State>, Out>,
  ): ReducedFlow<State, Out> {
    return new ReducedFlow(withReduction(this.draft, { type: 'emitAndReduce', init, fn }));
  }

  /** Groups equal events: a Map of lists. */
  group(): ReducedFlow<Map<Event, Event[]>> {
    return new ReducedFlow(withReduction(this.draft, grouping('group', { key: identity, value: identity })));
  }

  /** Groups events by key: a Map of lists of values, the latest first. */
  groupBy<Key, Value = Event>(
    key: (event: Event) => Key,
    value?: (event: Event) => Value,
  ): ReducedFlow<Map<Key, Value[]>> {
    checkFunction('groupBy', 'the key', key);
    if (value !== undefined) checkFunction('groupBy', 'the value', value);
    return new ReducedFlow(withReduction(this.draft, grouping('groupBy', { key, value: value ?? identity })));
  }

  /** Groups pairs `[key, value]`: a Map of lists of values, the latest first. */
  groupByKey<Key, Value>(
    this: Flow<readonly [Key, Value]> | Flow<[Key, Value]>,
  ): ReducedFlow<Map<Key, Value[]>> {
    return new ReducedFlow(withReduction(this.draft, grouping('groupByKey', null)));
  }

  /**
   * What a reduction emits when its window fires: the elements of the state, the state as one event, or nothing.
   *
   * @throws {EngineError} `flow_needs_reduction`, `flow_emission_twice`, `flow_emit_unknown`.
   */
  emit<State, Eager>(
    this: ReducedFlow<State, Eager, unknown, unknown>,
    what: 'events',
  ): ReducedFlow<State, Eager, Eager | ElementOf<State>, ElementOf<State>>;
  emit<State, Eager>(
    this: ReducedFlow<State, Eager, unknown, unknown>,
    what: 'state',
  ): ReducedFlow<State, Eager, Eager | State>;
  emit<State, Eager>(
    this: ReducedFlow<State, Eager, unknown, unknown>,
    what: 'nothing',
  ): ReducedFlow<State, Eager, Eager, never>;
  emit(what: 'events' | 'state' | 'nothing'): ReducedFlow<unknown, unknown, unknown, unknown> {
    return new ReducedFlow(withEmission(this.draft, { type: what }));
  }

  /**
   * What a reduction emits and how it goes on when its window fires: `fn` gets the state, which stage this is, and what fired.
   * It answers with `{ events, state }`; without a state, the state stays.
   *
   * @throws {EngineError} `flow_needs_reduction`, `flow_emission_twice`, `flow_not_function`.
   * @example
   * flow.onTrigger((count, { index }, { trigger }) => ({ events: [[index, trigger, count]], state: 0 }));
   */
  onTrigger<State, Eager, Out = never>(
    this: ReducedFlow<State, Eager, unknown, unknown>,
    fn: (state: State, stage: StageIndex, firing: Firing) => EmittingStep<NoInfer<State>, Out>,
  ): ReducedFlow<State, Eager, Eager | Out, Out> {
    return new ReducedFlow(withEmission(this.draft, { type: 'onTrigger', fn }));
  }

  /**
   * Makes one state again of what all partitions emit, in one stage and window by window. It is emitted as one event when all
   * partitions are done with the window.
   *
   * @param merge - Gets what a partition emits at a trigger: its state, unless `emit` or `onTrigger` say otherwise. What
   *   `emitAndReduce` has emitted comes before it.
   * @param done - The event to emit. Default: what was merged.
   * @throws {EngineError} `flow_needs_reduction`, `flow_not_function`.
   */
  departition<Eager, Departs, Merged, Result = Merged>(
    this: ReducedFlow<unknown, Eager, unknown, Departs>,
    init: () => Merged,
    merge: (merged: Merged, state: Eager | Departs) => NoInfer<Merged>,
    done?: (merged: Merged, id: WindowId) => Result,
  ): Flow<Result> {
    const { draft } = this;
    const operator = 'departition';
    checkFunction(operator, 'the first state', init);
    checkFunction(operator, 'merge', merge);
    if (done !== undefined) checkFunction(operator, 'done', done);
    checkReduced(draft, operator);
    const departition = { init, merge, done: done ?? identity };
    return new Flow(
      newLayer(operator, { type: 'departition', written: operator, flow: draft, departition }, {}),
    );
  }

  /**
   * Sorts what all partitions emit and keeps the first `count`: one list per window. They emit the elements of their states,
   * unless `emit` or `onTrigger` say otherwise.
   *
   * @param count - Integer >= 1.
   * @param compare - As of `Array.sort`. Default: ascending, by value.
   * @throws {EngineError} `flow_needs_reduction`, `option_out_of_range`, `flow_not_function`.
   */
  takeSort<Item>(
    this: ReducedFlow<unknown, unknown, Item, unknown>,
    count: number,
    compare?: Compare<NoInfer<Item>>,
  ): Flow<Item[]> {
    const { draft } = this;
    const operator = 'takeSort';
    checkAtLeastOne(operator, 'count', count);
    if (compare !== undefined) checkFunction(operator, 'compare', compare);
    checkReduced(draft, operator);
    const { flow, departition } = sortedParts(draft, count, compare ?? ascending);
    return new Flow(newLayer(operator, { type: 'departition', written: operator, flow, departition }, {}));
  }

  /**
   * Begins a new layer whose stages share the events by key: equal keys meet in the same stage.
   *
   * @throws {EngineError} `option_unknown`, `option_out_of_range`; when the flow is planned, `flow_key`, `flow_hash`.
   */
  partition(options?: PartitionOptions<Event>): Flow<Event> {
    return new Flow(partitionLayer('partition', this, options));
  }

  /** Begins a new layer whose stages take events as they ask for them. */
  shuffle(options?: SourceFlowOptions<Event>): Flow<Event> {
    return new Flow(shuffleLayer('shuffle', this, options));
  }

  /** Begins a new layer that a dispatcher of your choice feeds: with `broadcastDispatcher()` all its stages get all events. */
  merge(dispatcher: DispatcherSpec, options?: FlowOptions<Event>): Flow<Event> {
    return new Flow(mergeLayer('merge', this, dispatcher, options));
  }

  /**
   * Sends events through producerConsumers that run in the same pipeline. They subscribe to this flow; what they emit goes on.
   *
   * @throws {EngineError} `flow_list`, `option_unknown`, `option_out_of_range`.
   */
  throughStages<Out = Event>(stages: readonly RunningStage<Out>[], options?: FlowOptions<Out>): Flow<Out> {
    return new Flow(throughStagesLayer('throughStages', this.draft, stages, options));
  }

  /**
   * Sends events through producerConsumers that are started together with the flow. As any stage does, they go on when their
   * producers have ended in order: unless they end themselves, the layers behind them wait for more, and what is to come
   * at the end of a reduction never does.
   */
  throughSpecs<Out = Event>(
    specs: readonly FlowSpec<StageDefinition & Producing<Out>>[],
    options?: FlowOptions<Out>,
  ): Flow<Out> {
    return new Flow(throughSpecsLayer('throughSpecs', this.draft, specs, options));
  }

  /**
   * Hands events to consumers that run in the same pipeline. Without any, they may subscribe to the flow later.
   *
   * @throws {EngineError} `flow_list`, `option_unknown`, `option_out_of_range`.
   */
  intoStages(consumers: readonly ConsumingStage<Event>[], options?: IntoOptions): Flow<Event> {
    return new Flow(intoStagesLayer(this.draft, consumers, options));
  }

  /**
   * Hands events to consumers that are started together with the flow; when they have ended, so does the flow. As any stage does,
   * they go on when their producers have ended in order, unless they end themselves. One that fails ends the flow at once,
   * with `"shutdown"`, unless its `restart` says otherwise.
   *
   * @throws {EngineError} `flow_list`, `option_unknown`, `option_out_of_range`.
   * @example
   * flow.intoSpecs([{ definition: printer, maxDemand: 10, restart: 'temporary' }])
   */
  intoSpecs(consumers: readonly FlowConsumer[], options?: IntoOptions): Flow<Event> {
    return new Flow(intoSpecsLayer(this.draft, consumers, options));
  }

  /** Runs the flow for its side effects; resolves when it has ended, rejects when it fails. */
  async run(options?: FlowRunOptions): Promise<void> {
    await flowRunner().run(this, options);
  }

  /** Runs the flow and answers with everything it emits. Each call is a run of its own. */
  async toArray(options?: FlowRunOptions): Promise<Event[]> {
    return typed(await flowRunner().toArray(this, options));
  }

  /** Runs the flow as its events are read. Leaving the loop ends it. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Event> {
    return typed(flowRunner().iterate(this));
  }
}

/**
 * A flow that has just been reduced: `emit`, `onTrigger`, `departition` and `takeSort` know its state.
 *
 * @typeParam Eager - What is emitted while reducing (`emitAndReduce`).
 * @typeParam Departs - What `departition` gets from each partition.
 */
export class ReducedFlow<
  State,
  Eager = never,
  Event = Eager | ElementOf<State>,
  Departs = State,
> extends Flow<Event> {
  declare readonly [STATE]: () => State;
  declare readonly [EAGER]: () => Eager;
  declare readonly [DEPARTS]: () => Departs;
}

function identity<Value>(value: Value): Value {
  return value;
}

/** What a runner hands out is what the flow's operators made: its type was followed from the source on. */
function typed<Made>(made: unknown): Made {
  return made as Made;
}
