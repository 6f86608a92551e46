import type { PlanView, StageId, WorkerId } from 'sluice';
import { scaleLinear } from 'd3-scale';
import { laneBars, sharesAt, sharesIn, type Crowd, type LaneShares } from './timeline-bars.ts';
import type { Ruler, Spans } from './timeline-columns.ts';
import type { LaneLog, TimelineLog } from './timeline-log.ts';
import { LEAST_MARK_GAP, MARK_ORDER, MARK_SHAPES, type MarkKind, type Pin } from './timeline-marks.ts';

/** What a pixel to the right means: one more entry, or more time. */
export type TimelineBy = 'entry' | 'time';

/** A part of the run, in entries or ms. */
export interface TimelineRange {
  readonly from: number;
  readonly to: number;
}

/** One stage on one worker. */
export interface TimelineLane {
  readonly stage: StageId;
  readonly worker: WorkerId | null;
  /** Its middle, px from the top of all rows. */
  readonly y: number;
  /** "worker 1 before": where else it ran; `null` where nowhere. */
  readonly moved: string | null;
  /** Busy times as bars around y = 0. */
  readonly busyPath: string;
  /** Times of something to pass on that nobody asked for, as bars around y = 0. */
  readonly blockedPath: string;
  /** Times in which it took no message, as somebody froze it, as bars around y = 0. */
  readonly frozenPath: string;
  /** Where bars would be one: each pixel is filled as high as the share of it that is busy, and above that blocked. */
  readonly crowdedPath: string;
  readonly crowds: readonly Crowd[];
  /** Of the time shown. */
  readonly shares: LaneShares;
  /** The lives of the stage as strokes along y = 0. */
  readonly alivePath: string;
  /** One path per kind of mark, around y = 0. */
  readonly marks: readonly { readonly kind: MarkKind; readonly path: string }[];
}

/** The stages of one worker, under a strip that says how busy it was. */
export interface TimelineGroup {
  /** `null`: stages that have not started. */
  readonly worker: WorkerId | null;
  /** "worker 1". */
  readonly label: string;
  /** Middle of the strip, px from the top of all rows; `null` where one worker is all there is. */
  readonly y: number | null;
  readonly collapsed: boolean;
  /** Share of the time shown in which it was busy, 0 to 1. */
  readonly busyShare: number;
  /** How busy it was from left to right: an area that stands on y = 0. */
  readonly busyPath: string;
  readonly lanes: readonly TimelineLane[];
}

/** A pin on the rail above the lanes. */
export interface PinMark extends Pin {
  readonly n: number;
  readonly x: number;
}

export interface TimelineView {
  readonly groups: readonly TimelineGroup[];
  /** Of all rows, px. */
  readonly height: number;
  readonly ticks: readonly { readonly x: number; readonly label: string }[];
  /** What is shown of the run, and the whole of it. */
  readonly range: TimelineRange;
  readonly whole: TimelineRange;
  /** Pixels from the left of the moment after `n` entries. May lie outside of what is shown. */
  readonly xOf: (n: number) => number;
  /** The moment nearest to a pixel. */
  readonly at: (x: number) => number;
}

export interface TimelineOptions {
  readonly width: number;
  readonly laneHeight: number;
  readonly by: TimelineBy;
  /** Default: the whole run. */
  readonly range?: TimelineRange | null;
  /** Workers whose stages are not shown. */
  readonly collapsed?: ReadonlySet<WorkerId | null>;
  /** Where stages will run that have not started. */
  readonly placement?: Readonly<Record<StageId, WorkerId>>;
}

/** Width of one column of a worker's strip, px. */
const STRIP_STEP = 2;
/** Between two ticks, px: room for what stands at them. */
const TICK_WIDTH = 90;
const MAX_TICKS = 10;
/** Of a worker's row, px: its button is as high as a button has to be. */
export const GROUP_HEIGHT = 24;

/** What the timeline draws. Costs what there is room for, however long the run is. */
export function timelineView(plan: PlanView, log: TimelineLog, options: TimelineOptions): TimelineView {
  const { width, by } = options;
  const count = log.entries.length;
  const whole = { from: 0, to: Math.max(1, by === 'entry' ? count : log.msAt(count)) };
  const range = withinWhole(options.range ?? whole, whole);
  const scale = scaleLinear([range.from, range.to], [0, width]);
  const valueOf = (n: number) => (by === 'entry' ? n : log.msAt(n));
  const drawing: Drawing = {
    ...options,
    range,
    ruler: by === 'entry' ? 'n' : 'ms',
    scale,
    now: valueOf(count),
  };
  const { groups, height } = rowsOf(plan, log, drawing);
  return {
    groups,
    height,
    ticks: scale.ticks(Math.min(MAX_TICKS, Math.max(1, width / TICK_WIDTH))).map((value) => ({
      x: scale(value),
      label: by === 'entry' ? value.toLocaleString('en-US') : `${value.toLocaleString('en-US')} ms`,
    })),
    range,
    whole,
    xOf: (n) => scale(valueOf(Math.min(n, count))),
    at: (x) => {
      const value = Math.min(Math.max(scale.invert(Math.min(Math.max(x, 0), width)), 0), whole.to);
      return by === 'entry' ? Math.round(value) : log.nAtMs(value);
    },
  };
}

/** The same range within the run: as long, if there is room. */
function withinWhole({ from, to }: TimelineRange, whole: TimelineRange): TimelineRange {
  const length = Math.min(to - from, whole.to - whole.from);
  const start = Math.min(Math.max(from, whole.from), whole.to - length);
  return { from: start, to: start + length };
}

interface Drawing extends TimelineOptions {
  readonly range: TimelineRange;
  readonly ruler: Ruler;
  /** From the ruler to px. */
  readonly scale: (value: number) => number;
  /** Where the trace ends, on the ruler. */
  readonly now: number;
}

function rowsOf(
  plan: PlanView,
  log: TimelineLog,
  drawing: Drawing,
): { readonly groups: readonly TimelineGroup[]; readonly height: number } {
  const { laneHeight, collapsed, placement = {} } = drawing;
  const lanes = plan.stages.flatMap(({ id }): readonly Pick<TimelineLane, 'stage' | 'worker'>[] => {
    const own = log.lanesOf(id);
    return own.length > 0 ? own : [{ stage: id, worker: placement[id] ?? null }];
  });
  const workers = [...new Set(lanes.map(({ worker }) => worker))].sort(
    (a, b) => (a ?? Infinity) - (b ?? Infinity),
  );
  const isGrouped = workers.length > 1;
  let top = 0;
  const nextRow = (height: number) => {
    const y = top + height / 2;
    top += height;
    return y;
  };
  const groups = workers.map((worker): TimelineGroup => {
    const y = isGrouped ? nextRow(GROUP_HEIGHT) : null;
    const isCollapsed = isGrouped && collapsed?.has(worker) === true;
    const busy = log.workers.find((one) => one.worker === worker)?.busy;
    const shown = isCollapsed ? [] : lanes.filter((lane) => lane.worker === worker);
    return {
      worker,
      label: worker === null ? 'not started' : `worker ${worker + 1}`,
      y,
      collapsed: isCollapsed,
      busyShare: busy && isGrouped ? sharesIn([{ busy }], ...byTheClock(log, drawing)).busy : 0,
      busyPath: busy && isGrouped ? stripPath(busy, drawing) : '',
      lanes: shown.map(({ stage }) => laneView(stage, log, { ...drawing, worker, y: nextRow(laneHeight) })),
    };
  });
  return { groups, height: top };
}

function laneView(
  stage: StageId,
  log: TimelineLog,
  drawing: Drawing & { readonly worker: WorkerId | null; readonly y: number },
): TimelineLane {
  const { worker, y, laneHeight, scale, now } = drawing;
  const all = log.lanesOf(stage);
  const own = all.filter((lane) => lane.worker === worker);
  const each = (draw: (lane: LaneLog) => string) => own.map(draw).join('');
  const half = laneHeight / 2 - 3.5;
  return {
    stage,
    worker,
    y,
    moved: movedText(all, worker),
    ...laneBars(own, half, drawing),
    shares: sharesIn(own, ...byTheClock(log, drawing)),
    alivePath: each(({ lives }) => {
      const strokes: string[] = [];
      for (
        let i = lives.firstEndingAfter(drawing.range.from, drawing.ruler);
        i < lives.length && lives.from(i, drawing.ruler) <= drawing.range.to;
        i += 1
      ) {
        const end = Math.min(lives.to(i, drawing.ruler), now);
        strokes.push(
          `M${inView(scale(lives.from(i, drawing.ruler)), drawing)},0H${inView(scale(end), drawing)}`,
        );
      }
      return strokes.join('');
    }),
    marks: MARK_ORDER.flatMap((kind) => {
      const path = each((lane) => markPath(lane, kind, drawing));
      return path === '' ? [] : [{ kind, path }];
    }),
  };
}

function movedText(lanes: readonly LaneLog[], worker: WorkerId | null): string | null {
  const at = lanes.findIndex((lane) => lane.worker === worker);
  const before = lanes[at - 1];
  const after = lanes[at + 1];
  if (at < 0 || (!before && !after)) return null;
  return [
    ...(before ? [`worker ${before.worker + 1} before`] : []),
    ...(after ? [`worker ${after.worker + 1} later`] : []),
  ].join(', ');
}

function inView(x: number, { width }: TimelineOptions): string {
  return Math.min(Math.max(x, -1), width + 1).toFixed(1);
}

function markPath(
  lane: LaneLog,
  kind: MarkKind,
  { ruler, range, scale, laneHeight, width }: Drawing,
): string {
  const moments = lane.marks.get(kind);
  if (!moments) return '';
  const perPixel = (range.to - range.from) / width;
  const gap = LEAST_MARK_GAP[kind];
  const parts: string[] = [];
  let i = moments.firstAbove(range.from - Number.EPSILON, ruler);
  if (range.from === 0) i = 0;
  while (i < moments.length && moments.at(i, ruler) <= range.to) {
    const value = moments.at(i, ruler);
    parts.push(MARK_SHAPES[kind](scale(value).toFixed(1), laneHeight / 2));
    i = Math.max(i + 1, moments.firstAbove(value + gap * perPixel * 0.999, ruler));
  }
  return parts.join('');
}

/** How much of each column a worker was busy. */
function stripPath(busy: Spans, { ruler, range, width, now, scale }: Drawing): string {
  const end = Math.min(width, scale(now));
  const perPixel = (range.to - range.from) / width;
  const reach = GROUP_HEIGHT - 8;
  const parts: string[] = [];
  let last = '';
  for (let x = 0; x < end; x += STRIP_STEP) {
    const from = range.from + x * perPixel;
    const to = Math.min(range.from + Math.min(x + STRIP_STEP, width) * perPixel, now);
    const share = to > from ? Math.min(1, busy.covered(from, to, ruler) / (to - from)) : 0;
    const y = (-share * reach).toFixed(1);
    if (y !== last) parts.push(`H${x}V${y}`);
    last = y;
  }
  return parts.length === 0 ? '' : `M0,0${parts.join('')}H${end.toFixed(1)}V0Z`;
}

/** What is shown of the run, always by the clock: entries take no equal time. */
function byTheClock(log: TimelineLog, { ruler, range, now }: Drawing) {
  const ms = (value: number) => (ruler === 'ms' ? value : log.msAt(Math.floor(value)));
  const shown = { from: ms(range.from), to: ms(Math.min(range.to, now)) };
  return [shown, { ruler: 'ms', now: shown.to }] as const;
}

/** What lies under a pixel of a lane: a mark, if one is near, and else what the stage does there. */
export type UnderPointer =
  | { readonly what: 'mark'; readonly kind: MarkKind; readonly n: number }
  | { readonly what: 'busy' | 'frozen' | 'blocked' | 'idle' }
  /** Too much to be told apart: how much of the pixel it was busy and blocked, and what the pixel stands for, by the ruler. */
  | ({ readonly what: 'shares'; readonly length: number } & LaneShares);

/** A mark is meant from this far, px. */
const MARK_REACH = 6;

/** What a lane shows at a pixel; `null` where the stage does not run. */
export function underPointer(
  { stage, worker, marks, crowds }: Pick<TimelineLane, 'stage' | 'worker' | 'marks' | 'crowds'>,
  log: TimelineLog,
  {
    x,
    by,
    view,
    width,
  }: { readonly x: number; readonly by: TimelineBy; readonly view: TimelineView; readonly width: number },
): UnderPointer | null {
  const ruler: Ruler = by === 'entry' ? 'n' : 'ms';
  const perPixel = (view.range.to - view.range.from) / Math.max(width, 1);
  const value = view.range.from + x * perPixel;
  const lanes = log.lanesOf(stage).filter((lane) => lane.worker === worker);
  // What weighs most lies on top.
  for (const { kind } of marks.toReversed()) {
    for (const lane of lanes) {
      const moments = lane.marks.get(kind);
      if (!moments) continue;
      const after = moments.firstAbove(value, ruler);
      const near = [after - 1, after].filter(
        (i) => Math.abs(moments.at(i, ruler) - value) <= MARK_REACH * perPixel,
      );
      const [nearest] = near.sort(
        (a, b) => Math.abs(moments.at(a, ruler) - value) - Math.abs(moments.at(b, ruler) - value),
      );
      if (nearest !== undefined) return { what: 'mark', kind, n: moments.at(nearest, 'n') };
    }
  }
  if (crowds.some(({ from, to }) => x >= from && x < to)) {
    const shares = sharesAt(lanes, x, { ruler, range: view.range, width, now: Infinity });
    return { what: 'shares', length: perPixel, ...shares };
  }
  const covers = (spans: Spans) => {
    const i = spans.firstEndingAfter(value, ruler);
    return i < spans.length && spans.from(i, ruler) <= value;
  };
  if (lanes.some(({ busy }) => covers(busy))) return { what: 'busy' };
  if (lanes.some(({ frozen }) => covers(frozen))) return { what: 'frozen' };
  if (lanes.some(({ blocked }) => covers(blocked))) return { what: 'blocked' };
  return lanes.some(({ lives }) => covers(lives)) ? { what: 'idle' } : null;
}

/** Where pins stand: those at entries the trace has, in its order. */
export function pinMarks(
  pins: readonly Pin[],
  view: TimelineView,
  positionOf: (seq: number) => number,
): readonly PinMark[] {
  return pins
    .map((pin) => {
      const n = positionOf(pin.seq);
      return { ...pin, n, x: view.xOf(n) };
    })
    .sort((a, b) => a.n - b.n);
}

/** The next (1) or the previous (-1) moment one jumps to, from `n`; `null` where there is none. */
export function nextMark(
  log: Pick<TimelineLog, 'landmarks'>,
  pins: readonly Pick<PinMark, 'n'>[],
  { n, direction }: { readonly n: number; readonly direction: 1 | -1 },
): number | null {
  const { landmarks } = log;
  const own =
    direction === 1 ? landmarks.at(landmarks.firstAbove(n)) : landmarks.at(landmarks.firstAbove(n - 1) - 1);
  const candidates = [
    ...(Number.isNaN(own) ? [] : [own]),
    ...pins.map((pin) => pin.n).filter((at) => (direction === 1 ? at > n : at < n)),
  ];
  if (candidates.length === 0) return null;
  return direction === 1 ? Math.min(...candidates) : Math.max(...candidates);
}

/** A range that shows `factor` times less of the run around a moment; `null` where that is the whole of it. */
export function zoomed(
  { range, whole }: Pick<TimelineView, 'range' | 'whole'>,
  { factor, around }: { readonly factor: number; readonly around: number },
): TimelineRange | null {
  const length = Math.max((range.to - range.from) / factor, Math.min(LEAST_RANGE, whole.to));
  if (length >= whole.to - whole.from) return null;
  const share = (around - range.from) / (range.to - range.from);
  const from = around - Math.min(Math.max(share, 0), 1) * length;
  return withinWhole({ from, to: from + length }, whole);
}

/** No fewer entries, or ms, are ever shown. */
const LEAST_RANGE = 10;

/** The same range moved so that a moment lies in it, a little off its edges. */
export function rangeWith(range: TimelineRange, value: number): TimelineRange {
  const length = range.to - range.from;
  const margin = length * 0.08;
  if (value < range.from + margin) return { from: value - margin, to: value - margin + length };
  if (value > range.to - margin) return { from: value + margin - length, to: value + margin };
  return range;
}

const LABEL_CHARACTERS = 11;

/** The name of a stage as its lane has room for it: of one within a flow the end, where its stages differ. */
export function laneLabel(stage: StageId): string {
  if (stage.length <= LABEL_CHARACTERS) return stage;
  const within = stage.slice(stage.lastIndexOf('/'));
  if (within.startsWith('/') && within.length < LABEL_CHARACTERS) return `…${within}`;
  return stage.includes('/') || / \d+$/.test(stage)
    ? `…${stage.slice(1 - LABEL_CHARACTERS)}`
    : `${stage.slice(0, LABEL_CHARACTERS - 1)}…`;
}
