import type { DispatcherSpec } from '../dispatcher/dispatcher.ts';
import { EngineError } from '../errors.ts';
import type { StageId } from '../ids.ts';
import type { StageOptions, SubscribeOptions } from '../stage/definition.ts';
import type { LayerView, WindowingView } from '../trace/plan-view.ts';
import type { Written } from '../trace/stack-place.ts';
import { isPlainWindow } from '../window/window.ts';
import { defaultStages } from './default-stages.ts';
import type { Beside, Draft, Origin, Spec } from './draft.ts';
import type { Drafted } from './flow-mark.ts';
import { LayerNames } from './layer-names.ts';
import { layerSpec } from './layer-spec.ts';
import { layerStage } from './layer-stage.ts';
import {
  END_WORDS,
  INTO_WORDS,
  SOURCE_WORDS,
  SPECS_WORDS,
  THROUGH_WORDS,
  layerWords,
  windowWords,
  windowingView,
  type LayerWords,
} from './layer-words.ts';
import type { FlowPlan, LayerStage } from './operation.ts';
import { PlanSize } from './plan-size.ts';
import { BY_DEMAND, feedOf, isSameFeed, joinFeed, routingFeed, type Feed } from './routing.ts';

/** What surrounds a flow that is planned. */
export interface FlowContext {
  /** What errors call it. Default: `flow`. */
  readonly name?: string;
  /** Before the names of its stages. Default: nothing. */
  readonly prefix?: string;
  /** Stages of a layer that says nothing about it. Default: {@link defaultStages}. */
  readonly stages?: number;
  /** Whether anybody gets what its last layer emits. `false`: it runs for its side effects (FL-171). Default: `true`. */
  readonly emits?: boolean;
  /** Who gets which events of the last layer. Default: whoever asks. */
  readonly dispatcher?: DispatcherSpec;
  /** Stages behind the name of what runs beside it: the outlets of another flow. Default: the stage of this name. */
  readonly outletsOf?: (id: StageId) => readonly StageId[];
}

/**
 * Compiles a flow to stages and subscriptions. The same flow in the same context gives the same plan, on every worker.
 *
 * @throws {EngineError} `flow_without_source`, `flow_key`, `flow_hash`, `flow_window_unused`, `flow_partitions`,
 *   `flow_too_large`.
 */
export function planFlow({ draft }: Drafted, context: FlowContext = {}): FlowPlan {
  return new Planner(context).plan(draft);
}

/** A stage that emits what a layer subscribes to. */
interface Outlet {
  readonly id: StageId;
  /** Of subscriptions to it. */
  readonly options: SubscribeOptions;
}

/** A layer of stages of its own, before they are subscribed to anything. */
interface NewLayer extends LayerWords {
  readonly kind: LayerView['kind'];
  readonly window?: string;
  readonly windowing?: WindowingView;
}

/** What a layer is within the flow. */
interface Place {
  /** How events go on from here. */
  readonly after: Feed;
  /** It emits to a layer that departitions. */
  readonly departs: boolean;
  /** Nobody gets what it emits. */
  readonly isSink: boolean;
}

type Subscriptions = FlowPlan['subscriptions'][number][];

class Planner {
  readonly #context: FlowContext;
  readonly #names: LayerNames;
  readonly #size: PlanSize;
  readonly #stages: FlowPlan['stages'][number][] = [];
  /** Per layer that subscribes, in the order of the layers. */
  readonly #subscriptions: Subscriptions[] = [];
  readonly #layers: LayerView[] = [];
  readonly #sources: StageId[] = [];

  constructor(context: FlowContext) {
    this.#context = context;
    this.#names = new LayerNames(context.prefix ?? '');
    const flow = flowName(context);
    this.#size = new PlanSize((limit) => new EngineError('flow_too_large', { flow, limit }));
  }

  plan(draft: Draft): FlowPlan {
    const { origin } = draft;
    const isInto = origin.type === 'into';
    const last = isInto ? origin.flow : draft;
    const isSink = !isInto && this.#context.emits === false;
    const dispatcher = isInto ? draft.options.dispatcher : this.#context.dispatcher;
    const outlets = this.#events(last, { after: feedOf(dispatcher), departs: false, isSink });
    const lastIds = outlets.map(({ id }) => id);
    const consumers = isInto ? this.#into(origin, outlets) : [];
    const restart = isInto ? restartsOf(consumers, origin.specs) : {};
    return {
      stages: this.#stages,
      subscriptions: this.#subscriptions.toReversed().flat(),
      layers: this.#layers,
      sources: this.#sources,
      outlets: isSink ? [] : lastIds,
      ends: consumers.length > 0 ? consumers : lastIds,
      ...(Object.keys(restart).length > 0 && { restart }),
    };
  }

  /** Plans everything up to a layer; answers with what emits its events. */
  #events(draft: Draft, place: Place): readonly Outlet[] {
    this.#size.add('layers', 1);
    const { window } = draft.options;
    if (!isIdle(draft)) return this.#layer(draft, place);
    if (window && !isPlainWindow(window)) {
      throw new EngineError('flow_window_unused', { window: windowWords(window) });
    }
    return (place.isSink ? null : this.#pass(draft, place)) ?? this.#layer(draft, place);
  }

  /** What emits the events of a layer without operators, where it need not be (FL-008, FL-067, FL-070); else `null`. */
  #pass(draft: Draft, place: Place): readonly Outlet[] | null {
    const { origin } = draft;
    if (origin.type === 'flows') {
      const feed = routingFeed(origin.routing, draft, this.#count(draft));
      if (!isSameFeed(feed, place.after)) return null;
      return origin.flows.flatMap((flow) => this.#events(flow, place));
    }
    const isSettable = origin.type === 'sources' && origin.specs.every(({ own }) => own);
    if (isSettable || isSameFeed(place.after, BY_DEMAND)) return this.#before(draft, place.after);
    return null;
  }

  /** Plans a layer with stages of its own, and everything before it. */
  #layer(draft: Draft, place: Place): readonly Outlet[] {
    const { options } = draft;
    const count = this.#count(draft);
    const { after } = place;
    const upstream = this.#before(draft, null);
    const spec = layerSpec(draft, place.departs);
    const definition = layerStage(spec, place.isSink ? 'consumer' : 'producerConsumer');
    const stageOptions: StageOptions = place.isSink
      ? {}
      : {
          ...(after.dispatcher && { dispatcher: after.dispatcher }),
          ...(options.bufferSize !== undefined && { bufferSize: options.bufferSize }),
          ...(options.bufferKeep !== undefined && { bufferKeep: options.bufferKeep }),
        };
    const ids = this.#add(
      {
        kind: 'mapReducer',
        ...(place.isSink && isIdle(draft) ? END_WORDS : layerWords(draft, count)),
        ...(!isPlainWindow(spec.window) && {
          window: windowWords(spec.window),
          windowing: windowingView(spec.window),
        }),
      },
      Array.from({ length: count }, (_, index) => ({
        definition: { ...definition, options: { ...definition.options, ...stageOptions } },
        arg: { index, total: count, upstreams: upstream.length } satisfies LayerStage,
        operators: writtenOf(draft),
      })),
    );
    const { maxDemand, minDemand } = options;
    this.#subscribe(
      ids.map((id, index) => ({
        id,
        options: {
          ...(maxDemand !== undefined && { maxDemand }),
          ...(minDemand !== undefined && { minDemand }),
          ...this.#partition(draft, index, count),
        },
      })),
      upstream,
    );
    return ids.map((id) => ({ id, options: {} }));
  }

  /**
   * Plans what is before a layer.
   *
   * @param passed - How its events go on where the layer itself is left out; `null`: they go to its stages.
   */
  #before(draft: Draft, passed: Feed | null): readonly Outlet[] {
    const { origin, options } = draft;
    const inner = { departs: false, isSink: false };
    switch (origin.type) {
      case 'none':
        throw new EngineError('flow_without_source', { flow: flowName(this.#context) });
      case 'sources':
        return this.#start(origin, passed ?? feedOf(options.dispatcher), draft.written?.slice(0, 1));
      case 'stages':
        return this.#beside(origin.stages, true);
      case 'flows': {
        const after = routingFeed(origin.routing, draft, this.#count(draft));
        return origin.flows.flatMap((flow) => this.#events(flow, { ...inner, after }));
      }
      case 'join': {
        const count = this.#count(draft);
        const side = (flow: Draft, key: typeof origin.join.leftKey, name: 'left' | 'right') =>
          this.#events(flow, { ...inner, after: joinFeed(key, count) }).map(({ id, options: own }) => ({
            id,
            options: { ...own, side: name },
          }));
        return [
          ...side(origin.left, origin.join.leftKey, 'left'),
          ...side(origin.right, origin.join.rightKey, 'right'),
        ];
      }
      case 'departition':
        return this.#events(origin.flow, { after: BY_DEMAND, departs: true, isSink: false });
      case 'throughStages':
      case 'throughSpecs':
        return this.#through(origin);
      case 'into':
        return this.#events(origin.flow, { ...inner, after: BY_DEMAND });
    }
  }

  /** Producers of its own: one process each. */
  #start(
    { written, specs }: Extract<Origin, { readonly type: 'sources' }>,
    { dispatcher }: Feed,
    operators: readonly Written[] = [],
  ): readonly Outlet[] {
    const ids = this.#add(
      written === 'fromSpecs' ? { kind: 'stage', ...SPECS_WORDS } : { kind: 'source', ...SOURCE_WORDS },
      specs.map(({ definition, arg }) => ({
        definition: dispatcher
          ? {
              ...definition,
              options: { ...definition.options, dispatcher: definition.options.dispatcher ?? dispatcher },
            }
          : definition,
        arg,
        operators,
      })),
    );
    // One that is set to hold its events back is let go by the program.
    this.#sources.push(...ids.filter((_, i) => specs[i]?.definition.options.demand !== 'accumulate'));
    return ids.map((id, i) => ({ id, options: specs[i]?.options ?? {} }));
  }

  /** Stages that run beside it. */
  #beside(stages: readonly Beside[], isRead: boolean): readonly Outlet[] {
    return stages.flatMap(({ id, options }) => {
      const outlets = this.#context.outletsOf?.(id) ?? [id];
      if (isRead && outlets.includes(id)) this.#sources.push(id);
      return outlets.map((outlet) => ({ id: outlet, options }));
    });
  }

  #through(origin: Extract<Origin, { readonly type: 'throughStages' | 'throughSpecs' }>): readonly Outlet[] {
    const upstream = this.#events(origin.flow, { after: BY_DEMAND, departs: false, isSink: false });
    if (origin.type === 'throughStages') {
      this.#subscribe(origin.stages, upstream);
      return this.#beside(
        origin.stages.map(({ id }) => ({ id, options: {} })),
        false,
      );
    }
    const ids = this.#add({ kind: 'stage', ...THROUGH_WORDS }, origin.specs);
    this.#subscribe(withOptions(ids, origin.specs), upstream);
    return ids.map((id) => ({ id, options: {} }));
  }

  /** Consumers of the whole flow; answers with those that belong to it. */
  #into(
    { stages, specs }: Extract<Origin, { readonly type: 'into' }>,
    outlets: readonly Outlet[],
  ): readonly StageId[] {
    this.#subscribe(stages, outlets);
    if (specs.length === 0) return [];
    const ids = this.#add({ kind: 'stage', ...INTO_WORDS }, specs);
    this.#subscribe(withOptions(ids, specs), outlets);
    return ids;
  }

  #add(
    { base, ...view }: NewLayer,
    stages: readonly (Pick<Spec, 'definition' | 'arg'> & { readonly operators?: readonly Written[] })[],
  ): readonly StageId[] {
    this.#size.add('stages', stages.length);
    const ids = this.#names.layer(base, stages.length);
    stages.forEach(({ definition, arg, operators }, i) => {
      this.#stages.push({ id: ids[i] ?? base, definition, arg, ...(operators && { operators }) });
    });
    this.#layers.push({ ...view, stages: ids });
    return ids;
  }

  /** Each consumer to each producer. An orderly end of one of them is no end of the other (FL-004, FL-178). */
  #subscribe(consumers: readonly Outlet[], producers: readonly Outlet[]): void {
    this.#size.add('subscriptions', consumers.length * producers.length);
    this.#subscriptions.push(
      consumers.flatMap((consumer) =>
        producers.map((producer) => ({
          consumer: consumer.id,
          producer: producer.id,
          options: { ...consumer.options, ...producer.options, cancel: 'transient' as const },
        })),
      ),
    );
  }

  /** Which partition a stage of a layer takes, where its events are parted. */
  #partition(draft: Draft, index: number, count: number): SubscribeOptions {
    const { origin, options } = draft;
    if (origin.type === 'join') return { partition: index };
    const dispatcher =
      origin.type === 'flows'
        ? routingFeed(origin.routing, draft, count).dispatcher
        : origin.type === 'sources'
          ? options.dispatcher
          : null;
    const partitions = dispatcher?.partitions;
    if (!partitions) return {};
    if (partitions.length !== count) {
      throw new EngineError('flow_partitions', { stages: count, partitions: partitions.join(', ') });
    }
    const partition = partitions[index];
    return partition === undefined ? {} : { partition };
  }

  #count({ origin, options }: Draft): number {
    if (origin.type === 'departition') return 1;
    const count = options.stages ?? this.#context.stages ?? defaultStages();
    this.#size.check('stages', count);
    return count;
  }
}

function flowName({ name = 'flow' }: FlowContext): string {
  return name;
}

function withOptions(ids: readonly StageId[], specs: readonly Spec[]): readonly Outlet[] {
  return ids.map((id, i) => ({ id, options: specs[i]?.options ?? {} }));
}

/** Where the operators of a layer are written: what it reads is read by stages of their own. */
function writtenOf({ origin, written = [] }: Draft): readonly Written[] {
  return origin.type === 'sources' || origin.type === 'stages' ? written.slice(1) : written;
}

/** Whether a layer does nothing to events. */
function isIdle({ origin, operations }: Draft): boolean {
  return operations.length === 0 && origin.type !== 'join' && origin.type !== 'departition';
}

/** What the ends of consumers are, where that was said. */
function restartsOf(
  consumers: readonly StageId[],
  specs: readonly Spec[],
): Record<StageId, 'permanent' | 'temporary'> {
  return Object.fromEntries(
    consumers.flatMap((id, i) => {
      const restart = specs[i]?.restart;
      return restart === undefined ? [] : [[id, restart]];
    }),
  );
}
