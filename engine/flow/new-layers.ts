import { EngineError, didYouMean } from '../errors.ts';
import { describe } from '../trace/trace-value.ts';
import type { WindowSpec } from '../window/window.ts';
import type { Beside, Draft, Routing, Spec } from './draft.ts';
import { newLayer } from './drafting.ts';
import { sourceOf } from './flow-source.ts';
import { besideOf, consumersOf, flowOf, flowsOf, specsOf } from './givens.ts';
import type { Join, JoinMode } from './operation.ts';
import { checkDispatcher, checkFunction, layerOptions, recordOf, windowOf } from './options.ts';

// What begins a layer, as it was called: everything a program gives is looked at here.

const MODES: readonly JoinMode[] = ['inner', 'leftOuter', 'rightOuter', 'fullOuter'];

/** `Flow.from`, `Flow.fromIterables`. @throws {EngineError} `flow_of_flow`, `source_not_readable`, and as {@link layerOptions}. */
export function sourcesLayer(at: string, sources: readonly unknown[], options: unknown): Draft {
  const specs = sources.map((source) => sourceOf(at, source));
  const checked = layerOptions(at, options, 'routed');
  const decided = specs.find(({ definition }) => definition.options.dispatcher);
  if (checked.dispatcher && decided) {
    const requirement = 'left out where a producer has one of its own';
    const received = describe(checked.dispatcher.name);
    throw new EngineError('option_out_of_range', { option: 'dispatcher', at, requirement, received });
  }
  return newLayer(at, { type: 'sources', written: 'from', specs }, checked);
}

/** `Flow.fromSpecs`. @throws {EngineError} `flow_list`, and as {@link layerOptions}. */
export function specsLayer(at: string, specs: unknown, options: unknown): Draft {
  const origin = { type: 'sources', written: 'fromSpecs', specs: specsOf(at, specs) } as const;
  return newLayer(at, origin, layerOptions(at, options, 'layer'));
}

/** `Flow.fromStages`. @throws {EngineError} `flow_list`, and as {@link layerOptions}. */
export function stagesLayer(at: string, stages: unknown, options: unknown): Draft {
  return newLayer(at, { type: 'stages', stages: besideOf(at, stages) }, layerOptions(at, options, 'layer'));
}

/** Key and hash are looked at when the flow is planned. @throws {EngineError} `flow_list`, and as {@link layerOptions}. */
export function partitionLayer(at: string, flows: unknown, options: unknown): Draft {
  const checked = layerOptions(at, options, 'partition');
  const { key, hash } = recordOf(at, options);
  return routed(at, flows, { written: 'partition', key, hash }, checked);
}

/** @throws {EngineError} `flow_list`, and as {@link layerOptions}. */
export function shuffleLayer(at: string, flows: unknown, options: unknown): Draft {
  return routed(at, flows, { written: 'shuffle' }, layerOptions(at, options, 'routed'));
}

/** @throws {EngineError} `flow_list`, and as {@link layerOptions}. */
export function mergeLayer(at: string, flows: unknown, dispatcher: unknown, options: unknown): Draft {
  const checked = checkDispatcher(at, dispatcher);
  return routed(at, flows, { written: 'merge', dispatcher: checked }, layerOptions(at, options, 'layer'));
}

/**
 * @param given - The keys, `join` and `mode` beside the options of the layer.
 * @throws {EngineError} `flow_join_mode`, `flow_not_function`, `flow_list`, and as {@link layerOptions}.
 */
export function joinLayer(
  at: string,
  sides: { readonly left: unknown; readonly right: unknown },
  given: Join,
  needsWindow: boolean,
): Draft {
  // Here they are needed.
  recordOf(at, given ?? null);
  const { mode, leftKey, rightKey, join, ...options }: Join & { readonly window?: unknown } = given;
  checkMode(at, mode);
  checkFunction(at, 'leftKey', leftKey);
  checkFunction(at, 'rightKey', rightKey);
  checkFunction(at, 'join', join);
  const left = flowOf(at, 'a flow on the left', sides.left);
  const right = flowOf(at, 'a flow on the right', sides.right);
  const checked = needsWindow
    ? { ...layerOptions(at, options, 'layer'), window: joinWindow(at, options.window) }
    : layerOptions(at, options, 'bounded');
  return newLayer(at, { type: 'join', left, right, join: { mode, leftKey, rightKey, join } }, checked);
}

/** Sessions of rows must not depend on which rows meet in a stage, so they have to say whose they are. */
function joinWindow(at: string, given: unknown): WindowSpec {
  const window = windowOf(given, at);
  if (window.type !== 'session' || window.key) return window;
  const session = `Window.session in ${at}`;
  throw new EngineError('window_function', { at: session, what: 'key', received: 'undefined' });
}

/** @throws {EngineError} `flow_list`, `flow_after_into`, and as {@link layerOptions}. */
export function throughStagesLayer(
  at: 'throughStages',
  flow: Draft,
  stages: unknown,
  options: unknown,
): Draft {
  return newLayer(at, { type: at, flow, stages: besideOf(at, stages) }, layerOptions(at, options, 'layer'));
}

/** @throws {EngineError} `flow_list`, `flow_after_into`, and as {@link layerOptions}. */
export function throughSpecsLayer(at: 'throughSpecs', flow: Draft, specs: unknown, options: unknown): Draft {
  return newLayer(at, { type: at, flow, specs: specsOf(at, specs) }, layerOptions(at, options, 'layer'));
}

/** Without consumers, they may come later (FL-177). @throws {EngineError} `flow_list`, `flow_after_into`. */
export function intoStagesLayer(flow: Draft, consumers: unknown, options: unknown): Draft {
  const at = 'intoStages';
  const isNone = Array.isArray(consumers) && consumers.length === 0;
  return into(at, flow, { stages: isNone ? [] : besideOf(at, consumers), specs: [] }, options);
}

/** @throws {EngineError} `flow_list`, `flow_after_into`, and as {@link layerOptions}. */
export function intoSpecsLayer(flow: Draft, specs: unknown, options: unknown): Draft {
  const at = 'intoSpecs';
  return into(at, flow, { stages: [], specs: consumersOf(at, specs) }, options);
}

function routed(at: string, flows: unknown, routing: Routing, options: Draft['options']): Draft {
  return newLayer(at, { type: 'flows', flows: flowsOf(at, flows), routing }, options);
}

function into(
  at: string,
  flow: Draft,
  consumers: { readonly stages: readonly Beside[]; readonly specs: readonly Spec[] },
  options: unknown,
): Draft {
  return newLayer(at, { type: 'into', flow, ...consumers }, layerOptions(at, options, 'into'));
}

function checkMode(at: string, mode: unknown): void {
  if (MODES.some((known) => known === mode)) return;
  const nearest = typeof mode === 'string' ? didYouMean(mode, MODES) : '';
  throw new EngineError('flow_join_mode', { at, received: describe(mode), nearest });
}
