import type { PlanView, StageId, SubscriptionId, SubscriptionView } from 'sluice';
import type { Box } from './box.ts';
import { lane, reversed, type Lane, type Orientation, type Point } from './lane.ts';

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
  /** Near the producer, clear of what stands at the consumer's end: the middle of the name of its partition. */
  readonly label: Point;
}

/** Where on its road the name of a partition stands. */
const LABEL_AT = 0.24;

/** The point between the lanes of a road, so far along from the producer (0) to the consumer (1). */
function middleOf({ events, asks }: Pick<PlacedEdge, 'events' | 'asks'>, progress: number): Point {
  const [there, back] = [events.at(progress), asks.at(1 - progress)];
  return { x: (there.x + back.x) / 2, y: (there.y + back.y) / 2 };
}

/** Half the distance between the middles of the two lanes; less where stages stand close. */
const HALF_ROAD = { right: 14, down: 25, narrow: 19 } as const;
/** Half the width of a lane, and of its kerb. */
const HALF_LANE = 13;
/** What one road takes of a stage's side, with the space to the next. */
export const ROAD_WIDTH = { right: 60, down: 84 } as const;
const GAUGE_HEIGHT = 38;
const MAILBOX_HEIGHT = 24;
const DOCK_GAP = 6;
/** Kept free beside a road that runs down: the count of a quick flow is wider than its lane. */
const ROAD_CLEARANCE = 10;

/** Width of what stands beside a road that runs to the right, and of what stands beside one that runs down. */
const DOCK = { right: 126, down: 150 } as const;
/** From this share of its consumer's side on, what stands beside a road has both of its sides. */
const ROOMY_FROM = 300;
/** The gauge of a slim road stands on it. */
const SLIM_GAUGE = { width: 56, height: 20 } as const;

/** Which of the places on a stage's side a subscription takes: as many as it has links there, in their order. */
interface Port {
  readonly index: number;
  readonly count: number;
}

/** The place that a subscription takes at one of its ends. */
export function portOf(
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

/** What is known of a road before its lanes are drawn. `bends`: where it passes the rows between its ends. */
export interface Road {
  readonly link: SubscriptionView;
  readonly from: Box;
  readonly to: Box;
  readonly bends: readonly Point[];
  readonly exit: Port;
  readonly entry: Port;
  readonly isSlim: boolean;
}

/** A road that runs to the right. */
export function edgeRight({ link, from, to, bends, exit, entry }: Road): PlacedEdge {
  const start = { x: from.x + from.width, y: from.y + (from.height * (exit.index + 0.5)) / exit.count };
  const end = { x: to.x, y: to.y + (to.height * (entry.index + 0.5)) / entry.count };
  const dockWidth = Math.min(DOCK.right, end.x - start.x - DOCK_GAP);
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
    label: middleOf(lanes, LABEL_AT),
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
    const half = HALF_LANE;
    return { share, left, roomy: false, half, side: half + HALF_LANE, x: left + share / 2 };
  }
  const roomy = share >= ROOMY_FROM;
  const half = roomy ? HALF_ROAD.down : HALF_ROAD.narrow;
  const side = half + HALF_LANE;
  return { share, left, roomy, half, side, x: roomy ? left + share / 2 : left + side + 2 };
}

/** Whether a road can run straight down: its producer stands right above where it arrives. */
export function canFall(road: Road): boolean {
  const { x, side } = arrivalOf(road);
  const { from, bends } = road;
  return bends.length === 0 && from.x + side <= x && x <= from.x + from.width - side;
}

/** A road that runs down; straight where that is said, else with bends. */
export function edgeDown(road: Road, isStraight: boolean): PlacedEdge {
  const { link, from, to, bends, exit } = road;
  const { share, left, roomy, half, side, x } = arrivalOf(road);
  const end = { x, y: to.y };
  const centred = from.x + (from.width * (exit.index + 0.5)) / exit.count;
  const start = { x: isStraight ? end.x : centred, y: from.y + from.height };
  if (road.isSlim) return edgeSlim(road, { start, end, half });
  const gaugeX = end.x + side + ROAD_CLEARANCE;
  const gaugeWidth = Math.min(DOCK.down, left + share - gaugeX);
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
    label: middleOf(lanes, LABEL_AT),
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
  const { width, height } = SLIM_GAUGE;
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
    // Roads cross between layers: only at their ends is it clear whose name it is.
    label: { x: start.x, y: start.y + 10 },
    open: { x: start.x - width / 2, y: start.y + 19, width, height: 16 },
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
