import type { Box } from './box.ts';
import type { PipelineLayout } from './pipeline-layout.ts';

/** A stage or a subscription, as one walks through the picture. */
export interface Part {
  readonly type: 'stage' | 'edge';
  readonly id: string;
}

export const WALK_KEYS = ['ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp', 'Home', 'End'] as const;

export type WalkKey = (typeof WALK_KEYS)[number];

export function isWalkKey(key: string): key is WalkKey {
  return WALK_KEYS.some((own) => own === key);
}

/** Parts whose middles are closer than this along the flow stand beside each other, in pixels. */
const BESIDE = 24;

/**
 * Where an arrow key leads. Along the flow (down where events run down, right where they run right) from a stage to its
 * subscription and on to the next stage; across it to what stands beside. Where nothing stands beside, the key leads along the
 * flow too: right and down with the events, left and up against them. `null` at the end of the road.
 */
export function neighbour(layout: PipelineLayout, from: Part, key: WalkKey): Part | null {
  if (key === 'Home' || key === 'End') {
    const stage = key === 'Home' ? layout.stages[0] : layout.stages.at(-1);
    return stage ? { type: 'stage', id: stage.id } : null;
  }
  const direction = key === 'ArrowRight' || key === 'ArrowDown' ? 1 : -1;
  const isAlong = (key === 'ArrowRight' || key === 'ArrowLeft') === (layout.orientation === 'right');
  return (isAlong ? null : beside(layout, from, direction)) ?? along(layout, from, direction);
}

function along(layout: PipelineLayout, { type, id }: Part, direction: 1 | -1): Part | null {
  if (type === 'edge') {
    const edge = layout.edges.find((own) => own.id === id);
    return edge ? { type: 'stage', id: direction === 1 ? edge.consumer : edge.producer } : null;
  }
  const end = direction === 1 ? 'producer' : 'consumer';
  const [first] = layout.edges
    .filter((edge) => edge[end] === id)
    .sort((a, b) => across(layout, a.gauge) - across(layout, b.gauge));
  return first ? { type: 'edge', id: first.id } : null;
}

function beside(layout: PipelineLayout, { type, id }: Part, direction: 1 | -1): Part | null {
  const boxes: readonly (Box & { readonly id: string })[] =
    type === 'stage' ? layout.stages : layout.edges.map((edge) => ({ id: edge.id, ...edge.gauge }));
  const own = boxes.find((box) => box.id === id);
  if (!own) return null;
  const row = boxes
    .filter((box) => Math.abs(depth(layout, box) - depth(layout, own)) < BESIDE)
    .sort((a, b) => across(layout, a) - across(layout, b));
  const next = row[row.indexOf(own) + direction];
  return next ? { type, id: next.id } : null;
}

const depth = ({ orientation }: PipelineLayout, box: Box) =>
  orientation === 'right' ? box.x + box.width / 2 : box.y + box.height / 2;

const across = ({ orientation }: PipelineLayout, box: Box) =>
  orientation === 'right' ? box.y + box.height / 2 : box.x + box.width / 2;
