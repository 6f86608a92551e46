import { countText } from '../value-label.ts';
import { MOOD_MARKS } from '../mood-marks.ts';
import type { PlacedStage } from '../pipeline-layout.ts';
import type { StageCard, StageMood } from '../pipeline-view.ts';
import { loadText, shareText } from '../stage-load.ts';
import type { Palette } from './palette.ts';
import { element, widthOf, written, type Writing } from './svg-text.ts';

const BAR = 7;
const PADDING = { left: 18, right: 12 } as const;
const MARK_WIDTH = 19;
/** From this width on, in pixels, a card has room for the most that its stage was busy. */
const ROOMY_FROM = 420;

const MOOD_COLOURS: Partial<Record<StageMood, keyof Palette['colours']>> = {
  blocked: 'warn',
  killed: 'bad',
  crashed: 'bad',
  busy: 'good',
  frozen: 'accent',
};

/** Patterns of the bars, as on the page: striped across is waiting, aslant is blocked. One of each per colour. */
export function barPatterns(colours: readonly string[]): string {
  return colours
    .map((fill, i) => {
      const stripe = element('rect', { width: 7, height: 3, fill });
      const shared = { width: 7, height: 7, patternUnits: 'userSpaceOnUse' };
      return [
        element('pattern', { id: `across-${i}`, ...shared }, stripe),
        element('pattern', { id: `aslant-${i}`, ...shared, patternTransform: 'rotate(45)' }, stripe),
      ].join('');
    })
    .join('');
}

/** A line of a card: something at its left, something at its right; complete, in smaller letters where there is little room. */
interface Line {
  readonly left: string;
  readonly right?: string;
  readonly look: Pick<Writing, 'fill' | 'size' | 'weight'>;
  /** The mood's mark stands before it. */
  readonly hasMark?: true;
}

/** A stage's card. */
export function stageSvg(
  card: StageCard,
  place: PlacedStage,
  { palette, colour, index }: { readonly palette: Palette; readonly colour: string; readonly index: number },
): string {
  const { colours } = palette;
  const isBad = card.mood === 'crashed' || card.mood === 'killed';
  const frame = element('rect', {
    x: place.x,
    y: place.y,
    width: place.width,
    height: place.height,
    rx: 8,
    fill: colours.panel,
    stroke: isBad ? colours.bad : colours['line-strong'],
    ...(isBad && { 'stroke-width': 2 }),
    ...(card.mood === 'absent' && { 'stroke-dasharray': '4 3' }),
  });
  const bar = element('rect', {
    x: place.x + 1,
    y: place.y + 4,
    width: BAR,
    height: place.height - 8,
    fill: barFill(card.mood, { colour, index, palette }),
  });
  return element('g', {}, frame, bar, linesSvg(card, place, { palette, colour }));
}

function barFill(
  mood: StageMood,
  { colour, index, palette }: { readonly colour: string; readonly index: number; readonly palette: Palette },
): string {
  switch (mood) {
    case 'waiting':
    case 'idle':
      return `url(#across-${index})`;
    case 'blocked':
    case 'frozen':
      return `url(#aslant-${index})`;
    case 'absent':
    case 'ended':
      return palette.colours.line;
    case 'killed':
    case 'crashed':
      return palette.colours.bad;
    case 'busy':
      return colour;
  }
}

function linesSvg(
  card: StageCard,
  place: PlacedStage,
  { palette, colour }: { readonly palette: Palette; readonly colour: string },
): string {
  const { colours } = palette;
  const all = linesOf(card, place, { palette, colour });
  const step = place.height / (all.length + 0.6);
  const x = place.x + PADDING.left;
  const end = place.x + place.width - PADDING.right;
  return all
    .map(({ left, right = '', look, hasMark }, i) => {
      const y = place.y + step * (i + 0.95);
      const from = hasMark ? x + MARK_WIDTH : x;
      const room = end - from - (right === '' ? 0 : 10);
      const [leftWidth, rightWidth] = [widthOf(left, look), widthOf(right)];
      const share = leftWidth + rightWidth <= room ? null : leftWidth / (leftWidth + rightWidth);
      const mark = hasMark ? markSvg(card.mood, { x, y: y - 11 }, look.fill) : '';
      return [
        mark,
        left === '' ? '' : written(left, { x: from, y, ...look, room: share === null ? room : room * share }),
        right === ''
          ? ''
          : written(right, {
              x: end,
              y,
              fill: colours['ink-soft'],
              anchor: 'end',
              room: share === null ? room : room * (1 - share),
            }),
      ].join('');
    })
    .join('');
}

function linesOf(
  card: StageCard,
  place: PlacedStage,
  { palette: { colours }, colour }: { readonly palette: Palette; readonly colour: string },
): readonly Line[] {
  const name = { fill: colour, size: 15, weight: 700 } as const;
  const plain = { fill: colours['ink-soft'] } as const;
  const mood = { fill: colours[MOOD_COLOURS[card.mood] ?? 'ink'], weight: 600 } as const;
  const role = [card.operations ?? card.kindText, card.dispatcherText, card.label, card.workerText]
    .filter(Boolean)
    .join(' · ');
  const doing = [
    card.moodText,
    card.lifeText,
    card.load === null ? null : loadText(card.load),
    card.load === null || place.width < ROOMY_FROM ? null : `most ${shareText(card.load.mostBusy)}`,
  ]
    .filter(Boolean)
    .join(' · ');
  const counts = card.counts.map(({ word, count }) => `${word} ${count}`).join(' · ');
  const holds = holdsText(card);
  switch (place.shape) {
    case 'wide':
      return [
        { left: card.id, right: role, look: name },
        { left: doing, right: counts, look: mood, hasMark: true },
        ...(holds === '' ? [] : [{ left: holds, look: plain }]),
      ];
    case 'low':
      return [
        { left: card.id, right: [holds, role].filter(Boolean).join(' · '), look: name },
        { left: doing, right: counts, look: mood, hasMark: true },
      ];
    case 'tall':
    case 'slim':
      return [
        { left: card.id, look: name },
        { left: role, look: plain },
        { left: doing, look: mood, hasMark: true },
        { left: counts, look: plain },
        ...(holds === '' ? [] : [{ left: holds, look: plain }]),
      ];
  }
}

/** "in hand 3, 4, 5 +2 · state { … } · buffer 3 of 10". */
function holdsText({ inHand, inHandRest, stateText, buffer, facts }: StageCard): string {
  const hand = inHand.map(({ label }) => label).join(', ');
  return [
    ...(hand === '' ? [] : [`in hand ${hand}${inHandRest > 0 ? ` +${inHandRest}` : ''}`]),
    ...(stateText === null ? [] : [`state ${stateText}`]),
    ...(buffer === null ? [] : [`buffer ${buffer.text}`]),
    ...(buffer !== null && buffer.discarded > 0 ? [`${countText(buffer.discarded)} dropped`] : []),
    ...facts.map(({ text }) => text),
  ].join(' · ');
}

function markSvg(mood: StageMood, at: { readonly x: number; readonly y: number }, colour: string): string {
  const { path, filled } = MOOD_MARKS[mood];
  return element('path', {
    d: path,
    transform: `translate(${at.x.toFixed(1)},${at.y.toFixed(1)})`,
    fill: filled ? colour : 'none',
    stroke: filled ? 'none' : colour,
    'stroke-width': 1.6,
  });
}
