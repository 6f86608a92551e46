import type { PipelineState, PlanView, StageId, TraceEntry } from 'sluice';
import { askTrigger } from '../ask-trigger.ts';
import type { Size } from '../box.ts';
import { entrySentence } from '../entry-sentence.ts';
import { layerFrames } from '../layer-frames.ts';
import { stillTraffic } from '../motion.ts';
import { pipelineLayout, type PipelineLayout } from '../pipeline-layout.ts';
import { pipelineView, type Surroundings } from '../pipeline-view.ts';
import { STAGE_COLOURS } from '../stage-colours.ts';
import { stillTokens } from '../tokens.ts';
import { countText, durationText, plural } from '../value-label.ts';
import { besideSvg, gaugeSvg, roadSvg, tokensSvg } from './edge-svg.ts';
import type { Palette } from './palette.ts';
import { barPatterns, stageSvg } from './stage-svg.ts';
import { element, escaped, lines, written } from './svg-text.ts';

/** A moment of a run, as a picture that stands on its own tells it. */
export interface PicturedMoment {
  readonly plan: PlanView;
  readonly state: PipelineState;
  readonly entries: readonly TraceEntry[];
  /** Entries applied. */
  readonly at: number;
  readonly surroundings: Surroundings;
}

/** A picture as text, and its size in pixels. */
export interface PictureFile extends Size {
  readonly svg: string;
}

const MARGIN = 16;
const LINE = 17;
/** Less room than this makes labels small. */
const LEAST_ROOM: Size = { width: 900, height: 560 };

/** The picture at a moment as an SVG that needs nothing else: no page, no fonts, no scripts. */
export function pictureSvg(moment: PicturedMoment, room: Size, palette: Palette): PictureFile {
  const { plan, state, surroundings } = moment;
  const layout = pipelineLayout(plan, {
    width: Math.max(room.width, LEAST_ROOM.width),
    height: Math.max(room.height, LEAST_ROOM.height),
  });
  const width = layout.width + 2 * MARGIN;
  const view = pipelineView(plan, state, surroundings);
  const { title, sentences } = momentWords(moment);
  const about = [
    ...view.supervisors.map(({ name }) => name),
    ...view.flows.flatMap((flow) => [flow.name, ...flow.layers.map((layer) => layer.name)]),
  ];
  const inLines = (texts: readonly string[]) => texts.flatMap((text) => lines(text, layout.width));
  const [head, foot] = [inLines(sentences), inLines(about)];
  const top = MARGIN + 10 + (head.length + 1) * LINE;
  const height = top + layout.height + (foot.length === 0 ? 0 : LINE * (foot.length + 0.5)) + MARGIN;
  const { colours } = palette;
  const below = top + layout.height;
  const svg = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
      role: 'img',
      'aria-labelledby': 'title desc',
    },
    element('title', { id: 'title' }, escaped(title)),
    element(
      'desc',
      { id: 'desc' },
      escaped([...sentences, ...view.stages.map(({ name }) => `${name}.`)].join(' ')),
    ),
    element('defs', {}, barPatterns(plan.stages.map((_, i) => stageColour(i, palette)))),
    element('rect', { width, height, fill: colours.paper }),
    written(title, {
      x: MARGIN,
      y: MARGIN + 12,
      fill: colours.ink,
      size: 15,
      weight: 700,
      room: layout.width,
    }),
    ...head.map((text, i) =>
      written(text, {
        x: MARGIN,
        y: MARGIN + 12 + (i + 1) * LINE,
        fill: colours['ink-soft'],
        room: layout.width,
      }),
    ),
    element('g', { transform: `translate(${MARGIN},${top})` }, ...drawn(layout, moment, { view, palette })),
    ...foot.map((text, i) =>
      written(text, { x: MARGIN, y: below + (i + 1) * LINE, fill: colours['ink-soft'], room: layout.width }),
    ),
  );
  return { svg, width, height };
}

function stageColour(index: number, { theme }: Palette): string {
  return STAGE_COLOURS[index % STAGE_COLOURS.length]?.[theme] ?? 'currentColor';
}

function drawn(
  layout: PipelineLayout,
  { plan, state }: PicturedMoment,
  { view, palette }: { readonly view: ReturnType<typeof pipelineView>; readonly palette: Palette },
): readonly string[] {
  const { colours } = palette;
  const edgeCards = new Map(view.edges.map((card) => [card.id, card]));
  const stageCards = new Map(view.stages.map((card) => [card.id, card]));
  const indexOf = new Map<StageId, number>(plan.stages.map(({ id }, i) => [id, i]));
  const traffic = stillTraffic(state);
  const layers = view.flows.flatMap((flow) => flow.layers);
  return [
    ...layerFrames(layers, layout.stages).flatMap(({ number, x, y, width, height }) => [
      element('rect', {
        x,
        y,
        width,
        height,
        rx: 9,
        fill: colours.sunken,
        stroke: colours['line-strong'],
        'stroke-dasharray': '3 4',
      }),
      written(String(number), { x: x + 2, y: y - 4, fill: colours['ink-soft'], size: 11, weight: 600 }),
    ]),
    ...layout.edges.map((edge) => roadSvg(edge, edgeCards.get(edge.id), palette)),
    ...layout.edges.map((edge) => {
      const own = traffic[edge.id];
      return own ? tokensSvg(stillTokens(edge, own, layout.orientation), palette) : '';
    }),
    ...layout.stages.map((place) => {
      const card = stageCards.get(place.id);
      const index = indexOf.get(place.id) ?? 0;
      return card ? stageSvg(card, place, { palette, colour: stageColour(index, palette), index }) : '';
    }),
    ...layout.edges.flatMap((edge) => {
      const card = edgeCards.get(edge.id);
      return card ? [gaugeSvg(edge, card, palette), besideSvg(edge, card, palette)] : [];
    }),
  ];
}

/** The moment in words: for the title, and for whoever does not see the picture. */
function momentWords({ plan, state, entries, at }: PicturedMoment): {
  readonly title: string;
  readonly sentences: readonly string[];
} {
  const entry = entries[at - 1];
  const shape = `${plural(plan.stages.length, 'stage')}, ${plural(plan.subscriptions.length, 'subscription')}`;
  if (!entry)
    return { title: `A pipeline of ${shape}, before it runs`, sentences: ['Nothing has happened yet.'] };
  const trigger = entry.type === 'ask' ? askTrigger(entries, entry) : null;
  return {
    title: `A pipeline of ${shape}, after ${countText(at)} of ${countText(entries.length)} entries, at ${durationText(entry.atMs)}`,
    sentences: [`${entrySentence(entry, state)}${trigger === null ? '' : ` ${trigger}`}`],
  };
}
