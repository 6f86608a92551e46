import type { LayerCard } from './flow-view.ts';
import type { Box } from './box.ts';
import type { PlacedStage } from './pipeline-layout.ts';

/** A frame around the stages of one layer of a flow. */
export interface LayerFrame extends Box {
  readonly id: string;
  readonly number: number;
}

/** Pixels between a frame and its stages: no more than half of what lies between two cards. */
const PADDING = 5;

/** Frames around the layers of flows; the stages of a layer stand beside each other, so that no two frames overlap. */
export function layerFrames(
  layers: readonly Pick<LayerCard, 'id' | 'number' | 'stages'>[],
  stages: readonly PlacedStage[],
): readonly LayerFrame[] {
  return layers.flatMap(({ id, number, stages: own }) => {
    const boxes = stages.filter((stage) => own.includes(stage.id));
    if (boxes.length === 0) return [];
    const x = Math.min(...boxes.map((box) => box.x)) - PADDING;
    const y = Math.min(...boxes.map((box) => box.y)) - PADDING;
    const right = Math.max(...boxes.map((box) => box.x + box.width)) + PADDING;
    const bottom = Math.max(...boxes.map((box) => box.y + box.height)) + PADDING;
    return [{ id, number, x, y, width: right - x, height: bottom - y }];
  });
}
