import type { PlanView, StageId, StageView, SubscriptionId, SubscriptionView } from 'sluice';
import { Graph, layout as layGraph } from '@dagrejs/dagre';
import { group, max, min, sum } from 'd3-array';
import { lane, reversed, type Lane, type Orientation, type Point } from './lane.ts';

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle by its left upper corner. */
export interface Box extends Size {
  readonly x: number;
  readonly y: number;
}

/** A tall card has its facts below each other, a wide one beside each other, a low one in two rows. */
export type CardShape = 'tall' | 'wide' | 'low';

export interface PlacedStage extends Box {
  readonly id: StageId;
  readonly shape: CardShape;
}

/** A subscription as a road with two lanes: events towards the consumer, asks towards the producer. */
export interface PlacedEdge {
  readonly id: SubscriptionId;
  readonly producer: StageId;
  readonly consumer: StageId;
  readonly events: Lane;
  readonly asks: Lane;
  /** Where many roads meet: its lanes touch, and its gauge stands on it. */
  readonly isSlim: boolean;
  /** At the consumer's end: its pending demand. */
  readonly gauge: Box;
  /** At the consumer's end: what has arrived and waits in its mailbox. */
  readonly mailbox: Box;
  /** At the producer's end: how much it may still send. */
  readonly open: Box;
}

/** The point between the lanes of a road, so far along from the producer (0) to the consumer (1). */
export function middleOf({ events, asks }: Pick<PlacedEdge, 'events' | 'asks'>, progress: number): Point {
  const [there, back] = [events.at(progress), asks.at(1 - progress)];
  return { x: (there.x + back.x) / 2, y: (there.y + back.y) / 2 };
}

/** Where everything stands. Depends on the plan and the room alone, so nothing moves while it runs. */
export interface PipelineLayout extends Size {
  readonly orientation: Orientation;
  readonly stages: readonly PlacedStage[];
  readonly edges: readonly PlacedEdge[];
}

const MARGIN = 8;
const TALL_HEIGHT = 152;
const WIDE_HEIGHT = 78;
const LOW_HEIGHT = 54;
/** From this width on a card's facts stand beside each other. */
const WIDE_FROM = 300;
/** Half the distance between the middles of the two lanes; less where stages stand close. */
const HALF_ROAD = { right: 14, down: 25, narrow: 19 } as const;
/** Half the width of a lane, and of its kerb. */
const HALF_LANE = 13;
/** What one road takes of a stage's side, with the space to the next. */
const ROAD_WIDTH = { right: 60, down: 84 } as const;
const GAUGE_HEIGHT = 38;
const MAILBOX_HEIGHT = 24;
const DOCK_GAP = 6;
/** Kept free beside a road that runs down: the count of a quick flow is wider than its lane. */
const ROAD_CLEARANCE = 10;

const RIGHT = {
  card: { least: 164, most: 220 },
  gap: { least: 156, most: 300 },
  stageGap: 44,
  /** Height of a card's side that one incoming road with its gauge and mailbox needs. */
  port: 128,
  dock: 126,
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
  dock: 150,
} as const;

/** Where roads that run down would not fit beside each other: as between the layers of a flow, from all stages to all. */
const SLIM = {
  halfRoad: 13,
  port: 62,
  gauge: { width: 56, height: 20 },
  card: 150,
} as const;

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

/** Stages at the same distance from the sources, and the subscriptions that pass between them. */
interface Row {
  readonly stages: readonly StageId[];
  readonly passing: number;
}

function rowsOf(plan: PlanView): Row[] {
  const graph = graphOf(plan, {
    orientation: 'down',
    isSlim: false,
    gap: 1,
    stageGap: 1,
    sizeOf: () => ({ width: 1, height: 1 }),
  });
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
    widthOf(stage) >= WIDE_FROM ? wide : TALL_HEIGHT;
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
      isClosed: isSlim && rows.every(({ passing }) => passing === 0),
      gap,
      stageGap: DOWN.stageGap,
      sizeOf: (stage) => ({ width: widthOf(stage), height: heightOf(stage) }),
    });
  };
  const wide = heightsWith(WIDE_HEIGHT);
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

function graphOf(plan: PlanView, { orientation, isSlim, gap, stageGap, sizeOf }: Placing): Graph {
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
  layGraph(graph);
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

/** The same rows, in the same order, with no more room between stages than is needed; each in the middle. */
function closed(stages: readonly PlacedStage[], gap: number): PlacedStage[] {
  const at = new Map<StageId, number>();
  for (const row of group(stages, ({ y, height }) => y + height / 2).values()) {
    let x = -(sum(row, ({ width }) => width) + (row.length - 1) * gap) / 2;
    for (const { id, width } of row.toSorted((a, b) => a.x - b.x)) {
      at.set(id, x);
      x += width + gap;
    }
  }
  return stages.map((stage) => ({ ...stage, x: at.get(stage.id) ?? stage.x }));
}

function shapeOf({ width, height }: Size): CardShape {
  if (height <= LOW_HEIGHT) return 'low';
  return width >= WIDE_FROM && height <= WIDE_HEIGHT ? 'wide' : 'tall';
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

/** Which of the places on a stage's side a subscription takes: as many as it has links there, in their order. */
interface Port {
  readonly index: number;
  readonly count: number;
}

function portOf(
  plan: PlanView,
  link: SubscriptionView,
  end: 'producer' | 'consumer',
  boxes: ReadonlyMap<StageId, Box>,
): Port {
  const far = end === 'producer' ? 'consumer' : 'producer';
  const across = (other: SubscriptionView) => {
    const box = boxes.get(other[far]);
    return box ? box.x + box.y : 0;
  };
  const links = plan.subscriptions
    .filter((other) => other[end] === link[end])
    .sort((a, b) => across(a) - across(b));
  return { index: links.indexOf(link), count: links.length };
}

interface Road {
  readonly link: SubscriptionView;
  readonly from: Box;
  readonly to: Box;
  readonly bends: readonly Point[];
  readonly exit: Port;
  readonly entry: Port;
  readonly isSlim: boolean;
}

function edgeRight({ link, from, to, bends, exit, entry }: Road): PlacedEdge {
  const start = { x: from.x + from.width, y: from.y + (from.height * (exit.index + 0.5)) / exit.count };
  const end = { x: to.x, y: to.y + (to.height * (entry.index + 0.5)) / entry.count };
  const dockWidth = Math.min(RIGHT.dock, end.x - start.x - DOCK_GAP);
  const dockX = end.x - dockWidth - DOCK_GAP;
  // A road that bends runs straight along its gauge, so that neither hides the other.
  const straight = Math.abs(start.y - end.y) > 1 ? [{ x: dockX, y: end.y }] : [];
  const points = [start, ...bends, ...straight, end];
  const half = HALF_ROAD.right;
  const roadTop = end.y - 2 * half + 2;
  const lanes = twoLanes(points, half, 'right');
  return {
    ...ends(link),
    ...lanes,
    isSlim: false,
    gauge: { x: dockX, y: roadTop - GAUGE_HEIGHT, width: dockWidth, height: GAUGE_HEIGHT },
    mailbox: { x: dockX, y: end.y + 2 * half, width: dockWidth, height: MAILBOX_HEIGHT },
    open: { x: start.x + DOCK_GAP, y: start.y + 2 * half, width: 60, height: 16 },
  };
}

/** How a road comes down on its consumer. */
function arrivalOf({ to, entry, isSlim }: Road) {
  const share = to.width / entry.count;
  const left = to.x + share * entry.index;
  if (isSlim) {
    const half = SLIM.halfRoad;
    return { share, left, roomy: false, half, side: half + HALF_LANE, x: left + share / 2 };
  }
  const roomy = share >= WIDE_FROM;
  const half = roomy ? HALF_ROAD.down : HALF_ROAD.narrow;
  const side = half + HALF_LANE;
  return { share, left, roomy, half, side, x: roomy ? left + share / 2 : left + side + 2 };
}

/** Whether a road can run straight down: its producer stands right above where it arrives. */
function canFall(road: Road): boolean {
  const { x, side } = arrivalOf(road);
  const { from, bends } = road;
  return bends.length === 0 && from.x + side <= x && x <= from.x + from.width - side;
}

function edgeDown(road: Road, isStraight: boolean): PlacedEdge {
  const { link, from, to, bends, exit } = road;
  const { share, left, roomy, half, side, x } = arrivalOf(road);
  const end = { x, y: to.y };
  const centred = from.x + (from.width * (exit.index + 0.5)) / exit.count;
  const start = { x: isStraight ? end.x : centred, y: from.y + from.height };
  if (road.isSlim) return edgeSlim(road, { start, end, half });
  const gaugeX = end.x + side + ROAD_CLEARANCE;
  const gaugeWidth = Math.min(DOWN.dock, left + share - gaugeX);
  const gaugeY = end.y - GAUGE_HEIGHT - DOCK_GAP;
  const mailbox = roomy
    ? { x: left, y: end.y - MAILBOX_HEIGHT - DOCK_GAP, width: end.x - side - ROAD_CLEARANCE - left }
    : { x: gaugeX, y: gaugeY - MAILBOX_HEIGHT - 2, width: gaugeWidth };
  const straight = isStraight ? [] : [{ x: end.x, y: Math.min(mailbox.y, gaugeY) - DOCK_GAP }];
  const lanes = twoLanes([start, ...bends, ...straight, end], half, 'down');
  return {
    ...ends(link),
    ...lanes,
    isSlim: false,
    gauge: { x: gaugeX, y: gaugeY, width: gaugeWidth, height: GAUGE_HEIGHT },
    mailbox: { ...mailbox, height: MAILBOX_HEIGHT },
    open: { x: start.x + side + ROAD_CLEARANCE, y: start.y + 4, width: 60, height: 16 },
  };
}

/** A road whose gauge and mailbox stand on it, as there is no room beside it. */
function edgeSlim(
  { link, bends }: Road,
  { start, end, half }: { readonly start: Point; readonly end: Point; readonly half: number },
): PlacedEdge {
  const { width, height } = SLIM.gauge;
  const left = end.x - width / 2;
  const gaugeY = end.y - height - DOCK_GAP;
  const mailboxY = gaugeY - MAILBOX_HEIGHT;
  const isStraight = bends.length === 0 && Math.abs(start.x - end.x) < 1;
  const straight = isStraight ? [] : [{ x: end.x, y: mailboxY - DOCK_GAP }];
  return {
    ...ends(link),
    ...twoLanes([start, ...bends, ...straight, end], half, 'down'),
    isSlim: true,
    gauge: { x: left, y: gaugeY, width, height },
    mailbox: { x: left, y: mailboxY, width, height: MAILBOX_HEIGHT },
    open: { x: start.x - width / 2, y: start.y + 2, width, height: 16 },
  };
}

const ends = ({ id, producer, consumer }: SubscriptionView) => ({ id, producer, consumer });

/** Events on one side of the middle line, asks on the other and the other way round. */
function twoLanes(points: readonly Point[], half: number, orientation: Orientation) {
  // Looking along the flow, events keep left of the middle when it runs right, and right of it when it runs down:
  // on the picture that is above, and left.
  const side = orientation === 'right' ? -1 : 1;
  return {
    events: lane(points, orientation, side * half),
    asks: reversed(lane(points, orientation, -side * half)),
  };
}

const linksOf = (plan: PlanView, { id }: StageView, end: 'producer' | 'consumer'): number =>
  linksAt(plan, id, end);

const linksAt = (plan: PlanView, id: StageId, end: 'producer' | 'consumer'): number =>
  sum(plan.subscriptions, (link) => (link[end] === id ? 1 : 0));

const clamp = (value: number, { least, most }: { readonly least: number; readonly most: number }) =>
  Math.floor(Math.max(least, Math.min(value, most)));
