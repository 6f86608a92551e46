import type { FlowProgress, LayerProgress } from '../flow/flow-runner.ts';
import type { FlowView } from '../trace/plan-view.ts';
import type { StageCounters } from '../transport/protocol.ts';

/**
 * How far flows are, from the counters of their stages.
 *
 * @param flows - Of a plan.
 * @param stages - Counters as they stand, of all stages of the run or of some.
 * @returns One for each flow, in their order.
 * @example
 * const { plan, stages } = run.now;
 * flowProgress(plan?.flows ?? [], stages)[0]?.layers.at(-1)?.eventsOut; // => 1_250
 */
export function flowProgress(
  flows: readonly FlowView[],
  stages: readonly StageCounters[],
): readonly FlowProgress[] {
  if (flows.length === 0) return [];
  const counters = new Map(stages.map((one) => [one.stage, one]));
  return flows.map(({ id, layers }) => {
    const progress = layers.map((layer) =>
      layer.stages.reduce((sum, stage) => withStage(sum, counters.get(stage)), NOTHING),
    );
    const total = progress.reduce(
      (sum, { windows, late }) => ({ windows: sum.windows + windows, late: sum.late + late }),
      { windows: 0, late: 0 },
    );
    return { flow: id, layers: progress, ...total };
  });
}

const NOTHING: LayerProgress = { eventsIn: 0, eventsOut: 0, windows: 0, late: 0 };

function withStage(sum: LayerProgress, stage: StageCounters | undefined): LayerProgress {
  if (!stage) return sum;
  return {
    eventsIn: sum.eventsIn + stage.handled,
    eventsOut: sum.eventsOut + stage.emitted,
    windows: sum.windows + (stage.windows?.open ?? 0),
    late: sum.late + (stage.windows?.late ?? 0),
  };
}
