import type { DispatcherSpec } from '../dispatcher/dispatcher.ts';
import { EngineError, didYouMean } from '../errors.ts';
import { isFlow, type Drafted } from '../flow/flow-mark.ts';
import type { Flow } from '../flow/flow.ts';
import type { StageId } from '../ids.ts';
import type {
  Consuming,
  Producing,
  StageDefinition,
  Starts,
  SubscribeOptions,
  SubscribeTo,
} from '../stage/definition.ts';
import { demandOptions } from '../stage/demand.ts';
import { describe } from '../trace/trace-value.ts';
import {
  restartOf,
  supervisorOptions,
  type Restart,
  type SupervisorOptions,
} from '../supervision/supervisor-options.ts';
import { PlanSize } from '../flow/plan-size.ts';
import { output } from './output-stage.ts';
import { pinOfStage, type StageStartOptions } from './pin.ts';
import { Plan, isPlan, type PlannedStage, type PlannedSubscription, type PlannedSupervisor } from './plan.ts';
import { PlannedFlows, type NewFlow } from './planned-flows.ts';
import { warningsOf } from './plan-warnings.ts';
import { Rehearsal } from './rehearsal.ts';
import { Wiring } from './wiring.ts';

/** A stage of the pipeline, as `start` returns it. */
export interface StageHandle {
  readonly id: StageId;
}

/** The handle of a definition: it can be subscribed to what it consumes, and be subscribed to if it produces. */
export type HandleOf<Definition> = StageHandle &
  (Definition extends Consuming<infer In> ? Consuming<In> : unknown) &
  (Definition extends Producing<infer Out> ? Producing<Out> : unknown);

/** A flow of the pipeline, as `start` returns it. Who subscribes to it subscribes to every stage of its last layer. */
export type FlowHandle<Event> = StageHandle & Producing<Event>;

/** Options of a flow that is started in a pipeline. */
export interface FlowStartOptions {
  /** `"accumulate"` holds its sources back until the mode of the flow is set to `"forward"`. Default `"forward"`. */
  readonly demand?: 'forward' | 'accumulate';
  /** Who gets which events of its last layer. Default: `demandDispatcher()`. */
  readonly dispatcher?: DispatcherSpec;
  /** Pins all its stages to one worker, counted from 1 as in the picture. Default: its layers are spread. */
  readonly worker?: number;
}

/** A supervisor of the pipeline, as `supervise` returns it. */
export interface SupervisorHandle {
  readonly id: StageId;
  readonly supervises: readonly StageId[];
}

/** A child of a supervisor: what `start` or `supervise` returned, alone or with its restart (default `"permanent"`). */
export type Child =
  | StageHandle
  | SupervisorHandle
  | { readonly child: StageHandle | SupervisorHandle; readonly restart?: Restart };

/** What `start` takes besides name and definition: the argument of the definition's `init`, if it has one; options. */
export type StartArgs<Definition> =
  Definition extends Starts<infer Arg>
    ? unknown extends Arg
      ? [arg?: unknown, options?: StageStartOptions]
      : Arg extends void
        ? [arg?: undefined, options?: StageStartOptions]
        : [arg: Arg, options?: StageStartOptions]
    : [arg?: undefined, options?: StageStartOptions];

/** What the function given to `pipeline` works with. */
export interface PipelineBuilder {
  /**
   * Adds a flow: its stages are named `name/map`, `name/reduce 1` … If nothing subscribes to it and it hands its events to
   * nobody, it runs for its side effects.
   *
   * @param name - Unique among stages, supervisors and flows.
   * @throws {EngineError} `stage_name`, `duplicate_stage`, `option_unknown`, `option_out_of_range`, and what a flow cannot be
   *   planned for: `flow_without_source`, `flow_key`, `flow_hash`, `flow_window_unused`, `flow_partitions`, `stage_unknown`.
   */
  start<Event>(name: string, flow: Flow<Event>, options?: FlowStartOptions): FlowHandle<Event>;
  /**
   * Adds a stage.
   *
   * @param name - Unique within the pipeline; what the picture and the trace call it.
   * @throws {EngineError} `stage_name`, `duplicate_stage`, `not_a_definition`, `start_options`, `option_unknown`,
   *   `option_out_of_range`, `plan_too_large`.
   * @example
   * start('doubled', doubled, undefined, { worker: 2 }); // on worker 2, whatever the placement of the others
   */
  start<Definition extends StageDefinition>(
    name: string,
    definition: Definition,
    ...arg: StartArgs<Definition>
  ): HandleOf<Definition>;
  /**
   * Lets `consumer` receive the events of the stage `to`. Counts are events.
   *
   * @throws {EngineError} `stage_unknown`, `not_a_consumer`, `not_a_producer`, `subscribe_target`, `cycle`, `option_out_of_range`, `plan_too_large`;
   *   and what the producer's dispatcher refuses: `partition_missing`, `partition_unknown`, `partition_taken`, `selector_not_function`.
   */
  subscribe<Event>(
    consumer: StageHandle & Consuming<Event>,
    options: SubscribeOptions<Event> & { readonly to: StageHandle & Producing<Event> },
  ): void;
  /**
   * Starts children again when they end, as Elixir's Supervisor does. They are started in the order of the list and
   * ended in the reverse order.
   *
   * @param name - Unique among stages and supervisors.
   * @throws {EngineError} `stage_name`, `duplicate_stage`, `stage_unknown`, `supervisor_children`, `supervised_twice`,
   *   `option_unknown`, `option_out_of_range`.
   * @example
   * supervise('all', [source, { child: sink, restart: 'transient' }], { strategy: 'restForOne', maxRestarts: 10 });
   */
  supervise(name: string, children: readonly Child[], options: SupervisorOptions): SupervisorHandle;
}

/**
 * Declares which stages run and who receives from whom. Every worker evaluates it and must come to the same plan.
 *
 * @example
 * export default pipeline(({ start, subscribe }) => {
 *   const source = start('numbers', numbers, 0);
 *   const sink = start('printer', printer);
 *   subscribe(sink, { to: source, maxDemand: 10 });
 * });
 */
export function pipeline(build: (builder: PipelineBuilder) => void): Plan {
  const builder = new Builder();
  build({
    // The handle of a definition carries its types and nothing else: at run time it is a name.
    start: ((name: string, what: unknown, arg?: unknown, options?: unknown) =>
      builder.start(name, what, arg, options)) as PipelineBuilder['start'],
    subscribe: (consumer, options) => builder.subscribe(consumer, options),
    supervise: (name, children, options) => builder.supervise(name, children, options),
  });
  return builder.finish();
}

/**
 * The plan a program declares. A flow is one, too: the consumer `output` prints what it emits.
 *
 * @param program - A module's default export, or the module itself.
 * @throws {EngineError} `no_pipeline`, and what a flow cannot be planned for.
 */
export function planOf(program: unknown): Plan {
  if (isPlan(program)) return program;
  const isModule = typeof program === 'object' && program !== null && 'default' in program;
  const exported: unknown = isModule ? program.default : program;
  if (isPlan(exported)) return exported;
  if (isFlow(exported)) return planOfFlow(exported, output());
  throw new EngineError('no_pipeline', { received: received(exported) });
}

/**
 * A flow as the only one of its plan, under the name `flow`.
 *
 * @param receiver - Gets what its last layer emits, as `output`; `null`: the flow runs for its side effects (FL-171).
 * @throws {EngineError} what a flow cannot be planned for.
 */
export function planOfFlow(flow: Drafted, receiver: StageDefinition | null): Plan {
  const builder = new Builder();
  const handle = builder.startAlone(flow);
  if (receiver && flow.draft.origin.type !== 'into') {
    builder.start('output', receiver, undefined);
    builder.subscribe('output', { to: handle, cancel: 'transient' });
  }
  return builder.finish();
}

function received(exported: unknown): string {
  if (exported === undefined) return 'no default export';
  if (typeof exported === 'object' && exported !== null && 'kind' in exported && 'callbacks' in exported) {
    return `one ${String(exported.kind)}, which is a stage of a pipeline but no pipeline`;
  }
  return describe(exported);
}

const CHILD_OPTIONS = ['child', 'restart'];
/** Characters of a name: it stands on every entry of the trace, and on a card. */
const MAX_NAME = 200;
/** What later lives add to names. */
const LATER_LIFE = /@\d+$/;

class Builder {
  readonly #stages = new Map<StageId, PlannedStage>();
  readonly #subscriptions: PlannedSubscription[] = [];
  readonly #supervisors = new Map<StageId, PlannedSupervisor>();
  /** By child. */
  readonly #supervisorOf = new Map<StageId, StageId>();
  /** What definitions subscribe to by themselves. */
  readonly #targets: [StageId, SubscribeTo][] = [];
  readonly #wiring = new Wiring();
  readonly #rehearsal = new Rehearsal();
  readonly #size = new PlanSize((limit) => new EngineError('plan_too_large', { limit }));
  readonly #flows = new PlannedFlows({
    stage: (stage) => {
      // One that its flow has planned again takes the place it had.
      if (this.#flows.ownerOf(stage.id) === null) this.#newName(stage.id);
      this.#set(stage);
    },
    subscribe: (consumer, producer, options) => this.#add(consumer, producer, options),
  });

  start(name: unknown, definition: unknown, arg: unknown, startOptions?: unknown): StageHandle {
    const id = this.#newName(name);
    if (isFlow(definition)) return this.#startFlow({ id, flow: definition, options: arg, prefix: `${id}/` });
    if (!isDefinition(definition)) {
      throw new EngineError('not_a_definition', { name: id, received: describe(definition) });
    }
    const pin = pinOfStage(id, startOptions);
    // Its subscriptions are made once all stages of all workers run, like any other of the plan.
    const { subscribeTo = [], ...options } = definition.options;
    this.#targets.push(...subscribeTo.map((target): [StageId, SubscribeTo] => [id, target]));
    const at = new Error();
    this.#set({
      id,
      definition: { ...definition, options },
      arg,
      // Writing a stack down takes long, and few stages are ever asked for theirs.
      get declared() {
        return at.stack ?? '';
      },
      ...pin,
    });
    return { id };
  }

  /** The only one of its plan: its stages need no name before their own. */
  startAlone(flow: Drafted): StageHandle {
    return this.#startFlow({ id: 'flow', flow, options: undefined, prefix: '' });
  }

  supervise(name: unknown, children: unknown, options: unknown): SupervisorHandle {
    const id = this.#newName(name);
    if (!Array.isArray(children) || children.length === 0) {
      throw new EngineError('supervisor_children', { supervisor: id, received: describe(children) });
    }
    const supervisor = {
      id,
      ...supervisorOptions(options, `the supervisor "${id}"`),
      children: [] as PlannedSupervisor['children'][number][],
      declared: new Error().stack ?? '',
    };
    for (const given of children) {
      const child = this.#child(id, given);
      const by = this.#supervisorOf.get(child.id) ?? this.#flows.ownerOf(child.id);
      if (by !== null) throw new EngineError('supervised_twice', { child: child.id, by, supervisor: id });
      this.#supervisorOf.set(child.id, id);
      supervisor.children.push(child);
    }
    this.#size.check('stages', this.#stages.size + this.#supervisors.size + 1);
    this.#supervisors.set(id, supervisor);
    return { id, supervises: supervisor.children.map((child) => child.id) };
  }

  subscribe(consumer: unknown, given: unknown): void {
    const givenId = idOf(consumer);
    if (givenId !== null && this.#flows.has(givenId))
      throw new EngineError('not_a_consumer', { stage: givenId });
    const consumerId = this.#stage(givenId, consumer, 'subscribe').id;
    if (typeof given !== 'object' || given === null || !('to' in given)) {
      throw new EngineError('subscribe_target', { consumer: consumerId, received: describe(given) });
    }
    const { to, ...options } = given;
    const producerId = idOf(to);
    if (producerId === null)
      throw new EngineError('subscribe_target', { consumer: consumerId, received: describe(to) });
    for (const outlet of this.#flows.outletsOf(producerId)) this.#add(consumerId, outlet, options);
  }

  finish(): Plan {
    for (const [id, target] of this.#targets) {
      const { to, ...options } = typeof target === 'string' ? { to: target } : target;
      for (const outlet of this.#flows.outletsOf(to)) this.#add(id, outlet, options);
    }
    const flows = this.#flows.finish(this.#subscriptions);
    const parts = {
      stages: [...this.#stages.values()],
      subscriptions: this.#subscriptions,
      supervisors: [...this.#supervisors.values()],
      flows: flows.map((flow) => ({ ...flow, sources: flow.sources.filter((id) => this.#isProducer(id)) })),
    };
    return new Plan({ ...parts, warnings: warningsOf(parts) });
  }

  /** Only a producer can be held back; what a producerConsumer emits is held further up. */
  #isProducer(id: StageId): boolean {
    return this.#stages.get(id)?.definition.kind === 'producer';
  }

  #startFlow(flow: NewFlow): StageHandle {
    this.#flows.start(flow);
    return { id: flow.id };
  }

  #add(consumer: StageId, producer: StageId, options: SubscribeOptions): void {
    const action = `subscribe "${consumer}"`;
    if (this.#stage(consumer, consumer, 'subscribe').definition.kind === 'producer') {
      throw new EngineError('not_a_consumer', { stage: consumer });
    }
    if (this.#stage(producer, producer, action).definition.kind === 'consumer') {
      throw new EngineError('not_a_producer', { consumer, stage: producer });
    }
    demandOptions(options, `the subscription of "${consumer}" to "${producer}"`);
    this.#size.add('subscriptions', 1);
    const subscription = { id: this.#wiring.add(consumer, producer), consumer, producer, options };
    this.#rehearsal.subscribe(this.#stage(producer, producer, action), subscription);
    this.#subscriptions.push(subscription);
  }

  #set(stage: PlannedStage): void {
    if (!this.#stages.has(stage.id))
      this.#size.check('stages', this.#stages.size + this.#supervisors.size + 1);
    this.#stages.set(stage.id, stage);
  }

  #newName(name: unknown): StageId {
    const isName = typeof name === 'string' && name !== '' && name.length <= MAX_NAME;
    if (!isName || LATER_LIFE.test(name)) {
      throw new EngineError('stage_name', { received: describe(name) });
    }
    if (this.#stages.has(name) || this.#supervisors.has(name) || this.#flows.has(name)) {
      throw new EngineError('duplicate_stage', { name });
    }
    return name;
  }

  #child(supervisor: StageId, given: unknown): PlannedSupervisor['children'][number] {
    const isSpec = typeof given === 'object' && given !== null && 'child' in given;
    const handle: unknown = isSpec ? given.child : given;
    const id = idOf(handle);
    if (id === null || !(this.#supervisors.has(id) || this.#flows.has(id)))
      this.#stage(id, handle, `supervise with "${supervisor}"`);
    const at = `the child "${id}" of "${supervisor}"`;
    if (!isSpec) return { id: id ?? '', restart: restartOf(undefined, at) };
    for (const option of Object.keys(given)) {
      if (CHILD_OPTIONS.includes(option)) continue;
      const nearest = didYouMean(option, CHILD_OPTIONS);
      throw new EngineError('option_unknown', { option, at, nearest, allowed: CHILD_OPTIONS.join(', ') });
    }
    return { id: id ?? '', restart: restartOf('restart' in given ? given.restart : undefined, at) };
  }

  #stage(id: StageId | null, given: unknown, action: string): PlannedStage {
    const stage = id === null ? undefined : this.#stages.get(id);
    if (stage) return stage;
    const known = [...this.#stages.keys(), ...this.#flows.ids];
    const name = id ?? describe(given);
    throw new EngineError('stage_unknown', {
      action,
      stage: name,
      nearest: didYouMean(name, known),
      known: known.join(', ') || 'it has none yet',
    });
  }
}

function idOf(handle: unknown): StageId | null {
  if (typeof handle === 'string') return handle;
  return typeof handle === 'object' && handle !== null && 'id' in handle && typeof handle.id === 'string'
    ? handle.id
    : null;
}

function isDefinition(value: unknown): value is StageDefinition {
  return (
    typeof value === 'object' &&
    value !== null &&
    'callbacks' in value &&
    'kind' in value &&
    'options' in value
  );
}
