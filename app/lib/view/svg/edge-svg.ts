import { demandGauge } from '../demand-gauge.ts';
import { glyphPath } from '../glyph-path.ts';
import { arrowsPath } from '../lane.ts';
import type { EdgeCard } from '../pipeline-view.ts';
import type { PlacedEdge } from '../road-layout.ts';
import { STAGE_COLOURS } from '../stage-colours.ts';
import { GLYPH_HEIGHT, type AskToken, type EdgeTokens, type EventToken } from '../tokens.ts';
import { countText } from '../value-label.ts';
import type { Palette } from './palette.ts';
import { element, escaped, widthOf, written } from './svg-text.ts';

const ARROW_SPACING = 24;
const LANE_WIDTH = 24;

/** The road of a subscription: two lanes, with arrows that point where their traffic goes. */
export function roadSvg(edge: PlacedEdge, card: EdgeCard | undefined, { colours }: Palette): string {
  const lanes = [
    { lane: edge.events, mark: colours.event, fill: colours['event-soft'] },
    { lane: edge.asks, mark: colours.ask, fill: colours['ask-soft'] },
  ];
  return element(
    'g',
    { fill: 'none', ...(card?.active === true ? {} : { opacity: 0.5 }) },
    ...lanes.flatMap(({ lane, mark, fill }) => [
      element('path', { d: lane.path, stroke: mark, 'stroke-opacity': 0.35, 'stroke-width': LANE_WIDTH + 2 }),
      element('path', { d: lane.path, stroke: fill, 'stroke-width': LANE_WIDTH }),
      element('path', {
        d: arrowsPath(lane, ARROW_SPACING),
        stroke: mark,
        'stroke-opacity': 0.5,
        'stroke-width': 1.5,
      }),
    ]),
  );
}

const PADDING = 5;
/** Lower than this a gauge has room for a number and a bar. */
const FULL_FROM = 30;

/** The pending demand of a subscription, with its marks. */
export function gaugeSvg(edge: PlacedEdge, card: EdgeCard, { colours }: Palette): string {
  const { x, y, width, height } = edge.gauge;
  const isFull = height >= FULL_FROM;
  const room = width - 2 * PADDING;
  const gauge = demandGauge(card.demand, room);
  const bar = { x: x + PADDING, y: y + (isFull ? 16 : 13), height: isFull ? 8 : 4 };
  const frame = {
    fill: colours.panel,
    stroke: colours.line,
    ...(!card.active && { 'stroke-dasharray': '4 3' }),
  };
  return element(
    'g',
    {},
    element('rect', { x, y, width, height, rx: 5, ...frame }),
    written(isFull ? `${gauge.word} ${gauge.label}`.trim() : countText(card.demand.pending), {
      x: x + PADDING,
      y: y + 12,
      fill: colours.ink,
      size: 11,
      weight: 600,
      room,
    }),
    element('rect', { ...bar, width: room, rx: 1, fill: colours.sunken, stroke: colours['line-strong'] }),
    element('rect', { ...bar, width: gauge.barWidth, rx: 1, fill: colours.ask }),
    ...(isFull ? gauge.ticks : []).flatMap((tick) => [
      element('path', {
        d: `M${(bar.x + tick.x).toFixed(1)},${bar.y - 2}v${bar.height + 4}`,
        stroke: colours.ink,
        'stroke-width': 1.5,
      }),
      written(tick.label, { x: bar.x + tick.labelX, y: y + 35, fill: colours['ink-soft'], size: 10.5 }),
    ]),
  );
}

/** What is said beside a road: its partition, what may still be sent, how slow it was made, how much passes. */
export function besideSvg(edge: PlacedEdge, card: EdgeCard, { colours }: Palette): string {
  const slowAt = edge.events.at(0.2);
  return [
    card.open > 0
      ? written(`${edge.isSlim ? '' : 'to send '}${countText(card.open)}`, {
          x: edge.open.x + 5,
          y: edge.open.y + 12,
          fill: colours.ask,
          size: 11,
          weight: 600,
        })
      : '',
    card.partitionText === null ? '' : tag(card.partitionText, edge.label, colours['line-strong'], colours),
    card.slowText === null ? '' : tag(card.slowText, slowAt, colours.warn, colours),
  ].join('');
}

/** A short text in a box around a point. */
export function tag(
  text: string,
  at: { readonly x: number; readonly y: number },
  stroke: string,
  colours: Palette['colours'],
): string {
  const width = widthOf(text, { size: 11, weight: 600 }) + 10;
  return element(
    'g',
    {},
    element('rect', {
      x: at.x - width / 2,
      y: at.y - 8,
      width,
      height: 16,
      rx: 6,
      fill: colours.panel,
      stroke,
    }),
    written(text, { x: at.x, y: at.y + 4, fill: colours.ink, size: 11, weight: 600, anchor: 'middle' }),
  );
}

/** Events and asks where they stand. */
export function tokensSvg({ events, mailbox, asks }: EdgeTokens, palette: Palette): string {
  return [
    ...[...events, ...mailbox].map((token) => eventSvg(token, palette)),
    ...asks.map((token) => askSvg(token, palette)),
  ].join('');
}

function eventSvg(
  { x, y, shape, hue, width, label, title, rest }: EventToken,
  { theme, colours }: Palette,
): string {
  const own = hue === null ? undefined : STAGE_COLOURS[hue % STAGE_COLOURS.length];
  const colour = own ? own[theme] : colours.event;
  return element(
    'g',
    { transform: `translate(${x.toFixed(1)},${y.toFixed(1)})` },
    titled(title),
    element('path', {
      d: glyphPath(shape, width, GLYPH_HEIGHT),
      fill: rest ? colours['event-soft'] : colour,
      stroke: rest ? colour : colours.panel,
    }),
    written(label, {
      x: 0,
      y: 4,
      fill: rest ? colour : colours.panel,
      size: 11.5,
      weight: 600,
      font: 'mono',
      anchor: 'middle',
    }),
  );
}

function askSvg({ x, y, width, label }: AskToken, { colours }: Palette): string {
  return element(
    'g',
    { transform: `translate(${x.toFixed(1)},${y.toFixed(1)})` },
    element('rect', {
      x: -width / 2,
      y: -GLYPH_HEIGHT / 2,
      width,
      height: GLYPH_HEIGHT,
      rx: GLYPH_HEIGHT / 2,
      fill: colours.panel,
      stroke: colours.ask,
      'stroke-width': 2,
    }),
    written(label, {
      x: 0,
      y: 4,
      fill: colours.ask,
      size: 11.5,
      weight: 700,
      font: 'mono',
      anchor: 'middle',
    }),
  );
}

/** What a viewer shows when it is pointed at. */
function titled(title: string): string {
  return element('title', {}, escaped(title));
}
