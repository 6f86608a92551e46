import type { Seq } from 'sluice';
import type { EventRef } from './event-ref.ts';
import type { Orientation, Point } from './lane.ts';
import type { EdgeTraffic, LaneTraffic, Traveller } from './motion.ts';
import type { Box } from './box.ts';
import type { PlacedEdge } from './road-layout.ts';
import { countText, eventGlyph, type EventGlyph } from './value-label.ts';

/** A filled glyph: one event, or the rest of a batch that there is no room for. */
export interface EventToken extends Point, EventGlyph {
  readonly width: number;
  /** It stands for events that are not drawn one by one. */
  readonly rest: boolean;
  /** How the trace names it, or the first of those it stands for; `null` where that is not known. */
  readonly event: EventRef | null;
}

/** A hollow pill: an ask. */
export interface AskToken extends Point {
  readonly width: number;
  /** "+5". */
  readonly label: string;
  /** The entry that sent it, or the first of those it stands for. */
  readonly seq: Seq;
}

export interface EdgeTokens {
  /** On the lanes. */
  readonly events: readonly EventToken[];
  readonly asks: readonly AskToken[];
  /** Beside the consumer. */
  readonly mailbox: readonly EventToken[];
}

export const GLYPH_HEIGHT = 18;
/** Space between neighbours. */
const GLYPH_GAP = 3;
const CHARACTER_WIDTH = 7;
const GLYPH_LEAST_WIDTH = 22;
const GLYPH_PADDING = 10;
/** Events of a batch that are drawn one by one while it travels. */
const TRAIN_LENGTH = 4;
/** Asks that wait at a producer and are drawn one by one. */
const ASKS_SHOWN = 3;

/** How wide the glyph of a label is, in pixels. */
export const glyphWidth = (label: string) =>
  Math.max(GLYPH_LEAST_WIDTH, label.length * CHARACTER_WIDTH + GLYPH_PADDING);

/** Everything to draw on one road at one instant. */
export function edgeTokens(edge: PlacedEdge, traffic: EdgeTraffic, orientation: Orientation): EdgeTokens {
  return {
    events: traffic.events.travelling.flatMap((batch) => train(batch, edge, orientation)),
    asks: [...travellingAsks(traffic.asks, edge), ...waitingAsks(traffic.asks, edge, orientation)],
    mailbox: mailboxTokens(traffic.events.waiting, edge.mailbox),
  };
}

/** The same road with nothing in motion: what is in flight stands in line before its end. */
export function stillTokens(edge: PlacedEdge, traffic: EdgeTraffic, orientation: Orientation): EdgeTokens {
  const glyphs = traffic.events.travelling.flatMap(glyphsOf);
  const pitch =
    (orientation === 'right'
      ? Math.max(GLYPH_LEAST_WIDTH, ...glyphs.map((own) => own.width))
      : GLYPH_HEIGHT) + GLYPH_GAP;
  const places = Math.max(1, Math.floor(edge.events.length / pitch) - 1);
  return {
    events: limited(glyphs, places).map((glyph, i) => ({
      ...glyph,
      ...edge.events.at(1 - ((i + 0.7) * pitch) / edge.events.length),
    })),
    asks: waitingAsks({ ...traffic.asks, waiting: traffic.asks.travelling }, edge, orientation),
    mailbox: [],
  };
}

/** As many as the box has room for at most, and one that counts all others: thousands may wait in a mailbox, and a few are drawn. */
function glyphsOfFirst(waiting: readonly Traveller[], box: Box): Glyph[] {
  const most = Math.floor(box.width / (GLYPH_LEAST_WIDTH + GLYPH_GAP)) + 1;
  const glyphs: Glyph[] = [];
  for (const [i, batch] of waiting.entries()) {
    glyphs.push(...glyphsOf(batch));
    if (glyphs.length <= most) continue;
    const others = waiting.slice(i + 1);
    const count = others.reduce((all, own) => all + own.count, 0);
    const [next] = others;
    return next ? [...glyphs, rest(count, null)] : glyphs;
  }
  return glyphs;
}

type Glyph = Omit<EventToken, 'x' | 'y'>;

function glyphsOf({ count, events, name }: Traveller): Glyph[] {
  const refOf = (i: number) => (name ? { subscription: name.subscription, index: name.index + i } : null);
  const glyphs = events.map((value, i): Glyph => {
    const glyph = eventGlyph(value);
    return { ...glyph, width: glyphWidth(glyph.label), rest: false, event: refOf(i) };
  });
  if (count === events.length) return glyphs;
  return [...glyphs, rest(count - events.length, refOf(events.length))];
}

function rest(count: number, event: EventRef | null): Glyph {
  const label = `+${countText(count)}`;
  return {
    label,
    title: `${countText(count)} more`,
    shape: 'round',
    hue: null,
    width: glyphWidth(label),
    rest: true,
    event,
  };
}

/** The first of the glyphs, and one that counts the others if they are too many. */
function limited(glyphs: readonly Glyph[], most: number): Glyph[] {
  if (glyphs.length <= most) return [...glyphs];
  const shown = glyphs.slice(0, Math.max(0, most - 1));
  const hidden = glyphs.slice(shown.length);
  const count = hidden.reduce(
    (all, own) => all + (own.rest ? Number(own.label.slice(1).replaceAll(',', '')) : 1),
    0,
  );
  return [...shown, rest(count, hidden[0]?.event ?? null)];
}

/** A batch travels as a train: its first events one by one, then what is left of it. */
function train(batch: Traveller, edge: PlacedEdge, orientation: Orientation): EventToken[] {
  const { length } = edge.events;
  const glyphs = limited(glyphsOf(batch), TRAIN_LENGTH);
  let behind = 0;
  const distances = glyphs.map((glyph) => {
    const half = (orientation === 'right' ? glyph.width : GLYPH_HEIGHT) / 2;
    const distance = behind + half;
    behind += 2 * half + GLYPH_GAP;
    return distance;
  });
  const head = batch.progress * (length + behind);
  return glyphs.flatMap((glyph, i) => {
    const distance = head - (distances[i] ?? 0);
    return distance < 0 || distance > length ? [] : [{ ...glyph, ...edge.events.at(distance / length) }];
  });
}

function travellingAsks(lane: LaneTraffic, edge: PlacedEdge): AskToken[] {
  return lane.travelling.map((ask) => {
    const label = `+${countText(ask.count)}`;
    return {
      seq: ask.seq,
      label,
      width: glyphWidth(label) + 4,
      ...edge.asks.at(ask.progress),
    };
  });
}

/** Asks that the producer has not taken yet stand before it, the oldest nearest. */
function waitingAsks(lane: LaneTraffic, edge: PlacedEdge, orientation: Orientation): AskToken[] {
  const shown = lane.waiting.slice(0, lane.waiting.length > ASKS_SHOWN ? ASKS_SHOWN - 1 : ASKS_SHOWN);
  const hidden = lane.waiting.slice(shown.length);
  const pills = shown.map((ask) => ({
    seq: ask.seq,
    label: `+${countText(ask.count)}`,
  }));
  const [next] = hidden;
  const all = next ? [...pills, { seq: next.seq, label: `×${hidden.length}` }] : pills;
  let taken = 4;
  return all.map(({ seq, label }) => {
    const width = glyphWidth(label) + 4;
    const size = orientation === 'right' ? width : GLYPH_HEIGHT;
    const distance = taken + size / 2;
    taken += size + GLYPH_GAP;
    return { seq, label, width, ...edge.asks.at(1 - distance / edge.asks.length) };
  });
}

function mailboxTokens(waiting: readonly Traveller[], box: Box): EventToken[] {
  const glyphs = glyphsOfFirst(waiting, box);
  const widest = Math.max(GLYPH_LEAST_WIDTH, ...glyphs.map((glyph) => glyph.width));
  const places = Math.max(1, Math.floor((box.width + GLYPH_GAP) / (widest + GLYPH_GAP)));
  let right = box.x + box.width;
  return limited(glyphs, places).map((glyph) => {
    const x = right - glyph.width / 2;
    right -= glyph.width + GLYPH_GAP;
    return { ...glyph, x, y: box.y + box.height / 2 };
  });
}
