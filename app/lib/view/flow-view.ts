import type { FlowView, LayerView, PipelineState, PlanView, StageId, StageState } from 'sluice';
import { sum } from 'd3-array';
import { countText, plural } from './value-label.ts';

/** One layer of a flow: stages that do the same, and how far they are. */
export interface LayerCard {
  /** Unique within the picture. */
  readonly id: string;
  /** From 1, in the order in which events pass. */
  readonly number: number;
  readonly stages: readonly StageId[];
  /** Its events come from outside, not from the layer before. */
  readonly beginsBranch: boolean;
  /** Operators that share each of its stages: "flatMap · filter". */
  readonly operations: string;
  /** "4 stages". */
  readonly stagesText: string;
  /** The window its events fall into; `null` for the global one. */
  readonly window: string | null;
  /** "10,000 in, 201 out". */
  readonly progress: string;
  /** "3 windows open", "12 late"; empty where there are none. */
  readonly facts: readonly string[];
  /** Why its stages are not those of the layer before. */
  readonly because: string;
  /** All of it in words, with why new stages begin here. */
  readonly name: string;
}

/** A flow: its layers, and the coordinator that starts and ends them as one. */
export interface FlowCard {
  readonly id: StageId;
  readonly status: 'absent' | 'running' | 'ended' | 'crashed';
  readonly statusText: string;
  readonly layers: readonly LayerCard[];
  readonly name: string;
}

/** Stage → the operators that share it; of stages that belong to a flow's layers and do something. */
export function operationsOf(plan: PlanView): ReadonlyMap<StageId, readonly string[]> {
  const layers = (plan.flows ?? []).flatMap((flow) => flow.layers);
  return new Map(
    layers.flatMap(({ stages, operations }) =>
      operations.length === 0 ? [] : stages.map((id) => [id, operations] as const),
    ),
  );
}

/** The flows of a plan, as they stand. */
export function flowCards(plan: PlanView, state: PipelineState): readonly FlowCard[] {
  return (plan.flows ?? []).map((flow) => flowCard(flow, state));
}

const STATUS: Readonly<Record<FlowCard['status'], string>> = {
  absent: 'not started',
  running: 'running',
  ended: 'ended',
  crashed: 'crashed',
};

function flowCard(flow: FlowView, state: PipelineState): FlowCard {
  const status = statusOf(flow, state);
  const layers = flow.layers.map((layer, i) =>
    layerCard(layer, { id: layerId(flow.id, i), number: i + 1, state }),
  );
  const facts = [
    `${flow.id}, flow of ${plural(flow.layers.length, 'layer')}: ${STATUS[status]}`,
    'its coordinator starts the stages of all layers and ends them as one',
    ...(flow.demand === 'accumulate' ? ['its sources are held until somebody lets them go'] : []),
  ];
  return { id: flow.id, status, statusText: STATUS[status], layers, name: facts.join('; ') };
}

function statusOf({ stages, ends }: FlowView, state: PipelineState): FlowCard['status'] {
  const statusesOf = (ids: readonly StageId[]) => ids.map((id) => state.stages[id]?.status ?? 'absent');
  const all = statusesOf(stages);
  if (all.every((status) => status === 'absent')) return 'absent';
  const over = (status: string) => status === 'exited' || status === 'crashed';
  if (!statusesOf(ends).every(over)) return 'running';
  return all.includes('crashed') ? 'crashed' : 'ended';
}

function layerCard(
  layer: LayerView,
  { id, number, state }: Pick<LayerCard, 'id' | 'number'> & { readonly state: PipelineState },
): LayerCard {
  const own = layer.stages.flatMap((stage) => state.stages[stage] ?? []);
  const operations = layer.operations.length === 0 ? 'passes on' : layer.operations.join(' · ');
  const stagesText = plural(layer.stages.length, 'stage');
  const progress = progressText(layer, own);
  const facts = windowFacts(own);
  const said = [
    `Layer ${number}, ${operations}, on ${stagesText}`,
    layer.because,
    ...(layer.window === undefined ? [] : [`window: ${layer.window}`]),
    progress,
    ...facts,
  ];
  return {
    id,
    number,
    stages: layer.stages,
    beginsBranch: layer.kind === 'source',
    operations,
    stagesText,
    window: layer.window ?? null,
    progress,
    facts,
    because: layer.because,
    name: said.map((part) => part.replace(/\.$/, '')).join('. '),
  };
}

function progressText({ kind, boundary }: LayerView, own: readonly StageState[]): string {
  const eventsIn = `${countText(sum(own, ({ handled }) => handled))} in`;
  const eventsOut = `${countText(sum(own, ({ emitted }) => emitted))} out`;
  if (kind === 'source') return eventsOut;
  return boundary === 'output' || boundary === 'into' ? eventsIn : `${eventsIn}, ${eventsOut}`;
}

/** The one window of a layer without windows is nothing to tell of. */
function windowFacts(own: readonly StageState[]): string[] {
  const open = sum(own, ({ windows }) => (windows.type === 'global' ? 0 : windows.open));
  const late = sum(own, ({ windows }) => windows.late);
  return [
    ...(open > 0 ? [`${plural(open, 'window')} open`] : []),
    ...(late > 0 ? [`${countText(late)} late`] : []),
  ];
}

/** What a layer of a flow is known by; the first is 0. */
export function layerId(flow: StageId, index: number): string {
  return `${flow} ${index + 1}`;
}
