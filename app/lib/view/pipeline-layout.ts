import type { PlanView, StageId, StageView, SubscriptionView } from 'sluice';
import { Graph, layout as layGraph, type LayoutOptions } from '@dagrejs/dagre';
import { group, max, min, sum } from 'd3-array';
import type { Box, Size } from './box.ts';
import type { Orientation, Point } from './lane.ts';
import {
  ROAD_WIDTH,
  canFall,
  edgeDown,
  edgeRight,
  portOf,
  type PlacedEdge,
  type Road,
} from './road-layout.ts';

/** A tall card has its facts below each other, a slim one too but fewer, a wide one beside each other, a low one in two rows. */
export type CardShape = 'tall' | 'slim' | 'wide' | 'low';

export interface PlacedStage extends Box {
  readonly id: StageId;
  readonly shape: CardShape;
}

/** Where everything stands. Depends on the plan and the room alone, so nothing moves while it runs. */
export interface PipelineLayout extends Size {
  readonly orientation: Orientation;
  readonly stages: readonly PlacedStage[];
  readonly edges: readonly PlacedEdge[];
}

const MARGIN = 8;
const TALL_HEIGHT = 152;
const SLIM_HEIGHT = 116;
const WIDE_HEIGHT = 78;
const LOW_HEIGHT = 54;
/** From this width on a card's facts stand beside each other. */
const WIDE_FROM = 300;

const RIGHT = {
  card: { least: 164, most: 220 },
  gap: { least: 156, most: 300 },
  stageGap: 44,
  /** Height of a card's side that one incoming road with its gauge and mailbox needs. */
  port: 128,
} as const;
const DOWN = {
  card: { least: 180, most: 460 },
  gap: { least: 82, most: 190 },
  /** Least where cards are low. */
  lowGap: { least: 68, most: 150 },
  /** Least where gauges and mailboxes stand above each other. */
  forkGap: { least: 90, most: 150 },
  /** Where roads bend they do so above the gauges. */
  bentGap: { least: 150, most: 180 },
  stageGap: 20,
  /** Width of a card's side that one incoming road with its gauge needs. */
  port: 180,
} as const;

/** Where roads that run down would not fit beside each other: as between the layers of a flow, from all stages to all. */
const SLIM = { card: 150, port: 62, gap: { least: 96, most: 150 } } as const;

/** A room this many times as wide as it is high is flat. */
const FLAT = 2.6;

/** Lays a pipeline out for the room there is: down, as the words say it; to the right where that fits better. */
export function pipelineLayout(plan: PlanView, room: Size): PipelineLayout {
  const rows = rowsOf(plan);
  const roomy = layDown(plan, room, rows, false);
  const down = roomy.width <= room.width ? roomy : layDown(plan, room, rows, true);
  const fitsDown = down.width <= room.width;
  if (fitsDown && down.height <= room.height) return down;
  const rightNeeds = rows.length * RIGHT.card.least + (rows.length - 1) * RIGHT.gap.least + 2 * MARGIN;
  const isFlat = room.width > FLAT * room.height;
  const goesRight = fitsDown ? isFlat && rightNeeds <= room.width : rightNeeds < down.width;
  return goesRight ? layRight(plan, room, rows.length) : down;
}

/** Whether a plan is surely higher than a room, or wider: known without laying it out. */
export function surelyOutgrows(plan: PlanView, { width, height }: Size): boolean {
  const { length } = rowsOf(plan);
  const gaps = length - 1;
  const down = length * LOW_HEIGHT + gaps * DOWN.lowGap.least + 2 * MARGIN;
  const right = length * RIGHT.card.least + gaps * RIGHT.gap.least + 2 * MARGIN;
  return down > height && right > width;
}

/** Stages at the same distance from the sources, and the subscriptions that pass between them. */
interface Row {
  readonly stages: readonly StageId[];
  readonly passing: number;
}

/** Of each plan: they do not depend on the room. */
const knownRows = new WeakMap<PlanView, readonly Row[]>();

function rowsOf(plan: PlanView): readonly Row[] {
  const rows = knownRows.get(plan) ?? findRows(plan);
  knownRows.set(plan, rows);
  return rows;
}

function findRows(plan: PlanView): readonly Row[] {
  const placing = { orientation: 'down', isSlim: false, gap: 1, stageGap: 1 } as const;
  // What stands beside what is of no interest here, and takes longest to find.
  const graph = graphOf(plan, { ...placing, sizeOf: () => ({ width: 1, height: 1 }) }, ANY_ORDER);
  const heightOf = (id: StageId) => graph.node(id).y;
  const rows = group(plan.stages, ({ id }) => heightOf(id));
  return Array.from(rows, ([y, stages]) => ({ y, stages }))
    .sort((a, b) => a.y - b.y)
    .map(({ y, stages }) => ({
      stages: stages.map(({ id }) => id),
      passing: sum(plan.subscriptions, ({ producer, consumer }) =>
        Number(heightOf(producer) < y && y < heightOf(consumer)),
      ),
    }));
}

function layRight(plan: PlanView, room: Size, rankCount: number): PipelineLayout {
  const inner = room.width - 2 * MARGIN;
  const gaps = rankCount - 1;
  const cardWidth = clamp((inner - gaps * RIGHT.gap.least) / rankCount, RIGHT.card);
  const gap = gaps === 0 ? 0 : clamp((inner - rankCount * cardWidth) / gaps, RIGHT.gap);
  const { layout } = place(plan, room, {
    orientation: 'right',
    isSlim: false,
    gap,
    stageGap: RIGHT.stageGap,
    sizeOf: (stage) => ({
      width: cardWidth,
      height: Math.max(
        TALL_HEIGHT,
        linksOf(plan, stage, 'consumer') * RIGHT.port,
        linksOf(plan, stage, 'producer') * ROAD_WIDTH.right,
      ),
    }),
  });
  return layout;
}

function layDown(plan: PlanView, room: Size, rows: readonly Row[], isSlim: boolean): PipelineLayout {
  const roadWidth = isSlim ? SLIM.port : ROAD_WIDTH.down;
  const portWidth = isSlim ? SLIM.port : DOWN.port;
  const gaps = rows.length - 1;
  const inner = { width: room.width - 2 * MARGIN, height: room.height - 2 * MARGIN };
  // A stage alone above or below a fork spans it, so that the roads between them fall straight.
  const widest = max(rows, (row) => row.stages.length) ?? 1;
  // One that belongs to a single branch keeps to the width of a branch, or it would leave the picture beside it.
  const branch = (inner.width - (widest - 1) * DOWN.stageGap) / widest;
  const branchesOf = (id: StageId) =>
    Math.max(1, ...(['consumer', 'producer'] as const).map((end) => linksAt(plan, id, end)));
  const widthIn = ({ stages, passing }: Row, id: StageId) => {
    const free = inner.width - passing * roadWidth - (stages.length - 1) * DOWN.stageGap;
    const { most } = DOWN.card;
    const least = isSlim ? SLIM.card : DOWN.card.least;
    const count = branchesOf(id);
    const share = Math.min(free / stages.length, branch * count + DOWN.stageGap * (count - 1));
    return clamp(share, { least, most: (most * widest) / stages.length });
  };
  const widths = new Map(rows.flatMap((row) => row.stages.map((id) => [id, widthIn(row, id)] as const)));
  const widthOf = (stage: StageView) =>
    Math.max(
      widths.get(stage.id) ?? 0,
      linksOf(plan, stage, 'consumer') * portWidth,
      linksOf(plan, stage, 'producer') * roadWidth,
    );
  const isChain = rows.every(({ stages, passing }) => stages.length === 1 && passing === 0);
  const heightsWith = (wide: number) => (stage: StageView) =>
    widthOf(stage) >= WIDE_FROM ? wide : isSlim ? SLIM_HEIGHT : TALL_HEIGHT;
  const total = (heightOf: (stage: StageView) => number) =>
    sum(
      rows,
      (row) => max(plan.stages, (stage) => (row.stages.includes(stage.id) ? heightOf(stage) : 0)) ?? 0,
    );

  const laid = (heightOf: (stage: StageView) => number, range: { least: number; most: number }) => {
    const gap = gaps === 0 ? 0 : clamp((inner.height - total(heightOf)) / gaps, range);
    return place(plan, room, {
      orientation: 'down',
      isSlim,
      // A road that passes a row needs the room beside its stages.
      isClosed: rows.every(({ passing }) => passing === 0),
      gap,
      stageGap: DOWN.stageGap,
      sizeOf: (stage) => ({ width: widthOf(stage), height: heightOf(stage) }),
    });
  };
  const wide = heightsWith(WIDE_HEIGHT);
  if (isSlim) {
    const fits = total(wide) + gaps * SLIM.gap.least <= inner.height;
    return laid(fits ? wide : heightsWith(LOW_HEIGHT), SLIM.gap).layout;
  }
  const wideGap = isChain ? DOWN.gap : DOWN.forkGap;
  const fits = total(wide) + gaps * wideGap.least <= inner.height;
  const low = isChain ? DOWN.lowGap : DOWN.forkGap;
  const straight = fits ? laid(wide, wideGap) : laid(heightsWith(LOW_HEIGHT), low);
  if (!straight.isBent) return straight.layout;
  const bentFits = total(wide) + gaps * DOWN.bentGap.least <= inner.height;
  return laid(bentFits ? wide : heightsWith(LOW_HEIGHT), DOWN.bentGap).layout;
}

interface Placing {
  readonly orientation: Orientation;
  readonly isSlim: boolean;
  /** Stages of a row stand no further apart than they must. */
  readonly isClosed?: boolean;
  readonly gap: number;
  readonly stageGap: number;
  readonly sizeOf: (stage: StageView) => Size;
}

const ANY_ORDER = { disableOptimalOrderHeuristic: true } as const;

function graphOf(
  plan: PlanView,
  { orientation, isSlim, gap, stageGap, sizeOf }: Placing,
  options: LayoutOptions = {},
): Graph {
  const graph = new Graph({ multigraph: true });
  const rankdir = orientation === 'right' ? 'LR' : 'TB';
  graph.setGraph({
    rankdir,
    ranksep: gap,
    nodesep: stageGap,
    edgesep: isSlim ? SLIM.port : ROAD_WIDTH[orientation],
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const stage of plan.stages) graph.setNode(stage.id, { ...sizeOf(stage) });
  for (const link of plan.subscriptions) graph.setEdge(link.producer, link.consumer, {}, link.id);
  layGraph(graph, options);
  return graph;
}

/** `isBent`: not every road runs straight down. */
function place(
  plan: PlanView,
  room: Size,
  placing: Placing,
): { readonly layout: PipelineLayout; readonly isBent: boolean } {
  const { orientation, isSlim, sizeOf } = placing;
  const graph = graphOf(plan, placing);

  const laid = plan.stages.map((stage): PlacedStage => {
    const { x, y } = graph.node(stage.id);
    const { width, height } = sizeOf(stage);
    const shape = shapeOf({ width, height });
    return { id: stage.id, x: x - width / 2, y: y - height / 2, width, height, shape };
  });
  const raw = placing.isClosed ? closed(laid, placing.stageGap) : laid;
  const left = min(raw, (stage) => stage.x) ?? 0;
  const top = min(raw, (stage) => stage.y) ?? 0;
  const natural = {
    width: (max(raw, (stage) => stage.x + stage.width) ?? 0) - left,
    height: (max(raw, (stage) => stage.y + stage.height) ?? 0) - top,
  };
  const width = Math.max(room.width, natural.width + 2 * MARGIN);
  const height = Math.max(room.height, natural.height + 2 * MARGIN);
  const shift = {
    x: Math.round((width - natural.width) / 2 - left),
    y: Math.round((height - natural.height) / 2 - top),
  };
  const stages = raw.map((stage) => ({
    ...stage,
    x: Math.round(stage.x + shift.x),
    y: Math.round(stage.y + shift.y),
  }));
  const boxes = new Map(stages.map((stage) => [stage.id, stage]));
  const roads = plan.subscriptions.flatMap((link): Road[] => {
    const from = boxes.get(link.producer);
    const to = boxes.get(link.consumer);
    if (!from || !to) return [];
    const bends = bendsOf(graph, link, { from, to, stages, orientation }, shift);
    const exit = portOf(plan, link, 'producer', boxes);
    const entry = portOf(plan, link, 'consumer', boxes);
    return [{ link, from, to, bends, exit, entry, isSlim }];
  });
  // A road that falls straight beside one that bends could meet it.
  const bent = new Set(roads.filter((road) => !canFall(road)).map((road) => road.link.producer));
  const edges = roads.map((road) =>
    orientation === 'right' ? edgeRight(road) : edgeDown(road, !bent.has(road.link.producer)),
  );
  return { layout: { orientation, width, height, stages, edges }, isBent: bent.size > 0 };
}

/** The same rows in the order of the plan, with no more room between stages than is needed; each in the middle. */
function closed(stages: readonly PlacedStage[], gap: number): PlacedStage[] {
  const at = new Map<StageId, number>();
  for (const row of group(stages, ({ y, height }) => y + height / 2).values()) {
    let x = -(sum(row, ({ width }) => width) + (row.length - 1) * gap) / 2;
    for (const { id, width } of row) {
      at.set(id, x);
      x += width + gap;
    }
  }
  return stages.map((stage) => ({ ...stage, x: at.get(stage.id) ?? stage.x }));
}

function shapeOf({ width, height }: Size): CardShape {
  if (height <= LOW_HEIGHT) return 'low';
  if (width >= WIDE_FROM && height <= WIDE_HEIGHT) return 'wide';
  return height <= SLIM_HEIGHT ? 'slim' : 'tall';
}

/** Points by which a road passes the ranks that lie between its ends. */
function bendsOf(
  graph: Graph,
  link: SubscriptionView,
  ends: {
    readonly from: Box;
    readonly to: Box;
    readonly stages: readonly Box[];
    readonly orientation: Orientation;
  },
  shift: Point,
): Point[] {
  const { points = [] }: { points?: readonly Point[] } = graph.edge({
    v: link.producer,
    w: link.consumer,
    name: link.id,
  });
  const along = (point: Point) => (ends.orientation === 'right' ? point.x : point.y);
  const middle = (box: Box) =>
    ends.orientation === 'right' ? box.x + box.width / 2 : box.y + box.height / 2;
  const between = ends.stages
    .map(middle)
    .filter((at) => at > middle(ends.from) + 1 && at < middle(ends.to) - 1)
    .sort((a, b) => a - b);
  const moved = points.map((point) => ({ x: point.x + shift.x, y: point.y + shift.y }));
  return [...new Set(between)].flatMap((at) => {
    const near = moved.reduce<Point | null>(
      (best, point) => (!best || Math.abs(along(point) - at) < Math.abs(along(best) - at) ? point : best),
      null,
    );
    return near ? [near] : [];
  });
}

const linksOf = (plan: PlanView, { id }: StageView, end: 'producer' | 'consumer'): number =>
  linksAt(plan, id, end);

const linksAt = (plan: PlanView, id: StageId, end: 'producer' | 'consumer'): number =>
  sum(plan.subscriptions, (link) => (link[end] === id ? 1 : 0));

const clamp = (value: number, { least, most }: { readonly least: number; readonly most: number }) =>
  Math.floor(Math.max(least, Math.min(value, most)));
