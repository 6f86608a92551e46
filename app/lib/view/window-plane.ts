import type { TraceValue } from 'sluice';
import { bisector, group } from 'd3-array';
import { scaleLinear, scaleUtc } from 'd3-scale';
import { curveStepAfter, line } from 'd3-shape';
import type { EventRef } from './event-ref.ts';
import { eventGlyph, type EventGlyph } from './value-label.ts';
import type { StageWindows, WindowBand, WindowBatch } from './window-log.ts';
import { TimeWords, bandLabel, boundsOf } from './window-time.ts';

/** Events a plane looks at: more would lie on top of each other. */
export const MOST_ARRIVALS = 2_000;
/** Windows that are drawn one by one. */
export const MOST_BANDS = 60;
/** More events than this are drawn by cells: those that fall into one are one mark. */
const MOST_MARKS = 600;
const CELL_PX = 9;
const TICKS = 5;

/** One event as a plane knows it. */
export interface PlaneEvent {
  /** Place in the order of arrival at the stage, from 0. */
  readonly arrival: number;
  /** Entries applied when it was put into its windows. */
  readonly n: number;
  /** Which event of the run it is; `null` where `mapBatch` has made another one of it. */
  readonly ref: EventRef | null;
  readonly batch: WindowBatch;
  /** Event time, ms; `null` where the window knows none. */
  readonly timeMs: number | null;
  readonly value: TraceValue | undefined;
  /** The windows that have got it. */
  readonly entered: readonly TraceValue[];
  /** The windows that it came too late for. */
  readonly missed: readonly TraceValue[];
}

export interface PlaneMark {
  readonly key: string;
  readonly x: number;
  readonly y: number;
  /** The first of those it stands for. */
  readonly event: PlaneEvent;
  readonly glyph: EventGlyph;
  /** Events it stands for. */
  readonly count: number;
  readonly late: boolean;
  /** It has not happened yet at this moment. */
  readonly ahead: boolean;
}

export type BandState = 'ahead' | 'open' | 'waiting' | 'closed';

export interface PlaneBand {
  readonly key: string;
  readonly label: string;
  readonly state: BandState;
  /** Pixels: from its first event to when it was over, or the right edge. */
  readonly x0: number;
  readonly x1: number;
  /** Pixels, `y0` above `y1`. */
  readonly y0: number;
  readonly y1: number;
  /** Events in it at this moment. */
  readonly count: number;
  /** Where it emitted; `ahead` as of the moment. */
  readonly firings: readonly {
    readonly x: number;
    readonly n: number;
    readonly ahead: boolean;
    readonly number: number;
    /** Its state was replaced, so that the next one tells only what is new. */
    readonly replaced: boolean;
    readonly last: boolean;
  }[];
}

export interface WindowPlane {
  readonly marks: readonly PlaneMark[];
  /** Events a mark stands for, at most; 1: each has its own. */
  readonly thinned: boolean;
  readonly bands: readonly PlaneBand[];
  /** Windows there are in what is shown, if too many to be drawn; else 0. */
  readonly bandsLeftOut: number;
  /** The watermark up to the moment, and after it, as SVG paths; empty where there is none. */
  readonly staircase: { readonly past: string; readonly ahead: string };
  /** How far each upstream has come, where there are several: the watermark is the least of them. */
  readonly upstreams: readonly { readonly producer: string; readonly path: string; readonly y: number }[];
  /** Of the moment. */
  readonly now: { readonly x: number; readonly y: number | null };
  readonly xTicks: readonly { readonly x: number; readonly label: string }[];
  readonly yTicks: readonly { readonly y: number; readonly label: string }[];
  /** Whether the vertical axis is event time; else the windows, one above the other. */
  readonly hasTimes: boolean;
  readonly times: TimeWords;
  /** Pixels of a place in the order of arrival. */
  readonly xOf: (arrival: number) => number;
  /** The place in the order of arrival that is nearest to a pixel. */
  readonly arrivalAt: (x: number) => number;
}

export interface PlaneRange {
  readonly from: number;
  readonly to: number;
  /** Events in all. */
  readonly of: number;
}

const byN = bisector((item: { readonly n: number }) => item.n);
const byOpened = bisector((band: WindowBand) => band.openedN);
const byBefore = bisector((batch: WindowBatch) => batch.before);

/** Events that had come by a moment. */
export function arrivalsAt({ batches }: StageWindows, at: number): number {
  const last = batches[byN.right(batches, at) - 1];
  return last ? last.before + last.assign.count : 0;
}

/** The events a plane shows: all of them, or the last ones up to the moment. */
export function planeRange(own: StageWindows, at: number, most = MOST_ARRIVALS): PlaneRange {
  const of = arrivalsAt(own, Infinity);
  if (of <= most) return { from: 0, to: of, of };
  const to = Math.min(Math.max(arrivalsAt(own, at), most), of);
  return { from: to - most, to, of };
}

/** The events of a range, in the order of their arrival, as far as the trace tells them one by one. */
export function planeEvents({ batches }: StageWindows, { from, to }: Omit<PlaneRange, 'of'>): PlaneEvent[] {
  const events: PlaneEvent[] = [];
  for (let i = Math.max(0, byBefore.right(batches, from) - 1); i < batches.length; i += 1) {
    const batch = batches[i];
    if (!batch || batch.before >= to) break;
    events.push(...eventsOf(batch).filter(({ arrival }) => arrival >= from && arrival < to));
  }
  return events;
}

function eventsOf(batch: WindowBatch): PlaneEvent[] {
  const { assign, before, n } = batch;
  const told = Math.min(assign.count, assign.times?.length ?? TOLD_WITHOUT_TIMES);
  const entered: TraceValue[][] = Array.from({ length: told }, () => []);
  const missed: TraceValue[][] = Array.from({ length: told }, () => []);
  for (const { id, from, count, late } of assign.slices) {
    const into = late ? missed : entered;
    for (let i = from; i < from + count && i < told; i += 1) into[i]?.push(id);
  }
  return entered.map((own, i) => ({
    arrival: before + i,
    n,
    ref: assign.first === undefined ? null : { subscription: assign.subscription, index: assign.first + i },
    batch,
    timeMs: assign.times?.[i] ?? null,
    value: batch.events[i],
    entered: own,
    missed: missed[i] ?? [],
  }));
}

/** Of a batch without event times so many events are drawn: as many as entries keep of others. */
const TOLD_WITHOUT_TIMES = 1_000;

/** Everything to draw of the windows of one stage at a moment. */
export function windowPlane(
  own: StageWindows,
  {
    at,
    range,
    width,
    height,
  }: { readonly at: number; readonly range: PlaneRange; readonly width: number; readonly height: number },
): WindowPlane {
  const events = planeEvents(own, range);
  const lengthMs = own.windowing?.length ?? 0;
  const bands = bandsIn(own, range);
  const hasTimes = events.some(({ timeMs }) => timeMs !== null);
  const x = scaleLinear([range.from - 0.5, Math.max(range.to, range.from + 1) - 0.5 + 0.6], [0, width]);
  const placeOf = (n: number) => arrivalsAt(own, n) - 0.5;
  const clampX = (arrival: number) => Math.max(0, Math.min(x(arrival), width));
  const watermarks = hasTimes ? watermarksIn(own, range) : [];
  const [lowMs, highMs] = timesOf(events, watermarks, bands, lengthMs);
  const times = new TimeWords(lowMs, highMs);
  const time = scaleUtc([lowMs, highMs], [height, 0]);
  const byId = group(bands, ({ names }) => names[0]?.id ?? null);
  const places = new Map(bands.map((band, i) => [band, i]));
  const row = scaleLinear([0, Math.max(bands.length, 1)], [height, 0]);
  const drawn = bands.length > MOST_BANDS ? [] : bands;
  const progress = new Map<WindowBand, number>();
  const yOf = (event: PlaneEvent): number => {
    if (event.timeMs !== null) return time(event.timeMs);
    const named = byId.get(event.entered[0] ?? null);
    const band = named?.[byOpened.right(named, event.n) - 1];
    if (!band) return height;
    const seen = (progress.get(band) ?? totalBefore(band, event.n)) + 1;
    progress.set(band, seen);
    return row((places.get(band) ?? 0) + 0.12 + 0.76 * (seen / Math.max(1, band.fills.at(-1)?.total ?? 1)));
  };
  const nowX = clampX(placeOf(at));
  const last = watermarks.findLast(({ n }) => n <= at);
  return {
    ...marksOf(events, { at, xOf: x, yOf }),
    bands: drawn.map((band) => planeBand(band)),
    bandsLeftOut: bands.length - drawn.length,
    staircase: staircase(),
    upstreams: hasTimes ? upstreamLines() : [],
    now: { x: nowX, y: last ? time(last.eventMs) : null },
    xTicks: x
      .ticks(Math.min(TICKS, range.to - range.from))
      .filter((tick) => Number.isInteger(tick) && tick >= Math.max(1, range.from) && tick <= range.to)
      .map((tick) => ({ x: x(tick - 1), label: tick.toLocaleString('en') })),
    yTicks: hasTimes
      ? time.ticks(TICKS).map((tick) => ({ y: time(tick), label: times.of(tick.getTime()) }))
      : drawn.length <= ROWS_NAMED
        ? drawn.map((band, i) => ({ y: row(i + 0.5), label: labelOf(band) }))
        : [],
    hasTimes,
    times,
    xOf: (arrival) => x(arrival),
    arrivalAt: (px) => Math.max(range.from, Math.min(Math.round(x.invert(px)), range.to - 1)),
  };

  function stairs(points: readonly (readonly [number, number])[]): string | null {
    return line<readonly [number, number]>()
      .x(([px]) => px)
      .y(([, py]) => Math.max(0, Math.min(py, height)))
      .curve(curveStepAfter)(points);
  }

  function labelOf(band: WindowBand): string {
    return bandLabel(band.type, nameAt(band, Infinity), lengthMs, times);
  }

  function planeBand(band: WindowBand): PlaneBand {
    const bounds = boundsOf(band.type, nameAt(band, Math.max(at, band.openedN)), lengthMs);
    const place = places.get(band) ?? 0;
    const closed = band.closes[0];
    const last = band.firings.at(-1);
    const y = bounds && hasTimes ? [time(bounds.end), time(bounds.start)] : [row(place + 1), row(place)];
    return {
      key: band.key,
      label: labelOf(band),
      state: bandState(band, at),
      x0: clampX(firstArrival(own, band) - 0.5),
      x1:
        closed === undefined
          ? width
          : clampX(last ? firingPlace(own, band, last.n, last.count) : placeOf(closed)),
      y0: Math.max(0, Math.min(y[0] ?? 0, height)),
      y1: Math.max(0, Math.min(y[1] ?? 0, height)),
      count: countAt(band, at),
      firings: firingsDrawn(band).map(({ n, number, state, trigger, count }) => ({
        x: clampX(firingPlace(own, band, n, count)),
        n,
        ahead: n > at,
        number,
        replaced: state === 'replaced',
        last: trigger === 'done',
      })),
    };
  }

  function upstreamLines(): WindowPlane['upstreams'] {
    const several = own.upstreams.filter(({ latest }) => latest.length > 0);
    if (several.length < 2 || several.length > MOST_UPSTREAMS) return [];
    return several.map(({ producer, latest }) => {
      const shown = latest.slice(
        Math.max(0, byN.right(latest, nAtArrival(own, range.from)) - 1),
        byN.right(latest, at),
      );
      const steps = shown.map(({ n, latestMs }) => [clampX(placeOf(n)), time(latestMs)] as const);
      const end = steps.at(-1);
      return {
        producer,
        path: end ? (stairs([...steps, [Math.max(nowX, end[0]), end[1]]]) ?? '') : '',
        y: end?.[1] ?? height,
      };
    });
  }

  function staircase(): { readonly past: string; readonly ahead: string } {
    if (watermarks.length === 0) return { past: '', ahead: '' };
    const steps = watermarks.map(({ n, eventMs }) => ({ n, x: clampX(placeOf(n)), y: time(eventMs) }));
    const past = steps.filter(({ n }) => n <= at);
    const end = past.at(-1);
    const ahead = steps.filter(({ n }) => n > at);
    const points = (list: readonly { readonly x: number; readonly y: number }[], toX: number) => {
      const lastY = list.at(-1)?.y ?? 0;
      return (
        stairs([
          ...list.map((step) => [step.x, step.y] as const),
          [Math.max(toX, list.at(-1)?.x ?? 0), lastY],
        ]) ?? ''
      );
    };
    return {
      past: past.length === 0 ? '' : points(past, nowX),
      ahead: nowX >= width ? '' : points([...(end ? [{ x: nowX, y: end.y }] : []), ...ahead], width),
    };
  }
}

/** Upstreams that have lines of their own. */
const MOST_UPSTREAMS = 6;
/** Rows that have room for their names. */
const ROWS_NAMED = 14;
/** Of one window, the latest ones. */
const MOST_FIRINGS = 120;

/** Entries applied when the event at this place had come. */
function nAtArrival({ batches }: StageWindows, arrival: number): number {
  return batches[Math.max(0, byBefore.right(batches, arrival) - 1)]?.n ?? 0;
}

function totalBefore({ fills }: WindowBand, n: number): number {
  return fills[byN.left(fills, n) - 1]?.total ?? 0;
}

/** Events in a window at a moment. */
export function countAt({ fills }: WindowBand, at: number): number {
  return fills[byN.right(fills, at) - 1]?.total ?? 0;
}

/** What a window is called at a moment. */
export function nameAt({ names }: WindowBand, at: number): TraceValue {
  return (names[byN.right(names, at) - 1] ?? names[0])?.id ?? null;
}

/** How a window stands at a moment: not begun, taking events, over but still taking late ones, or over. */
export function bandState({ openedN, closes, firings }: WindowBand, at: number): BandState {
  if (openedN > at) return 'ahead';
  if ((closes[0] ?? Infinity) <= at) return 'closed';
  return firings.some(({ n, trigger }) => n <= at && trigger === 'watermark') ? 'waiting' : 'open';
}

/** Of a firing's mark, px. */
const MOST_RADIUS = 8;
const LEAST_RADIUS = 3.5;
/** A smaller mark has no room for its number. */
const NUMBERED_RADIUS = 6.5;

/** How large the mark of a firing is drawn in a band that is so high, px: neighbours are to be told apart. */
export function firingMark(bandHeight: number): { readonly radius: number; readonly numbered: boolean } {
  const radius = Math.min(Math.max(bandHeight / 2, LEAST_RADIUS), MOST_RADIUS);
  return { radius, numbered: radius >= NUMBERED_RADIUS };
}

function firingsDrawn({ firings }: WindowBand) {
  return firings.slice(-MOST_FIRINGS);
}

/** The place of the first event of a window in the order of arrival; of an empty one, of when it was found to be over. */
function firstArrival(own: StageWindows, band: WindowBand): number {
  const fill = band.fills[0];
  if (!fill) return arrivalsAt(own, band.openedN);
  const batch = own.batches[byN.left(own.batches, fill.n)];
  if (!batch) return 0;
  const slice = batch.assign.slices.find(
    ({ id, late }) =>
      !late && (id === nameAt(band, batch.n) || JSON.stringify(id) === JSON.stringify(nameAt(band, batch.n))),
  );
  return batch.before + (slice?.from ?? 0);
}

/** Where a window fired: behind the event that was the `count`-th in it, where that lies within its batch. */
function firingPlace(own: StageWindows, band: WindowBand, n: number, count: number): number {
  const i = byN.right(band.fills, n);
  const next = band.fills[i];
  const before = band.fills[i - 1]?.total ?? 0;
  if (!next || count <= before) return arrivalsAt(own, n) - 0.5;
  const batch = own.batches[byN.left(own.batches, next.n)];
  const slice = batch?.assign.slices.find(({ id, late }) => !late && id === nameAt(band, next.n));
  if (!batch || !slice) return arrivalsAt(own, n) - 0.5;
  return batch.before + slice.from + (count - before) - 0.5;
}

/** Windows that have to do with the events of a range. */
function bandsIn(own: StageWindows, { from, to, of }: PlaneRange): readonly WindowBand[] {
  if (from === 0 && to === of) return own.bands;
  const first = own.batches[Math.max(0, byBefore.right(own.batches, from) - 1)]?.n ?? 0;
  const last = own.batches[byBefore.left(own.batches, to) - 1]?.n ?? Infinity;
  return own.bands.filter(({ openedN, closes }) => openedN <= last && (closes[0] ?? Infinity) >= first);
}

function watermarksIn(own: StageWindows, { from, to, of }: PlaneRange): StageWindows['watermarks'] {
  if (from === 0 && to === of) return own.watermarks;
  const first = own.batches[Math.max(0, byBefore.right(own.batches, from) - 1)]?.n ?? 0;
  const last = own.batches[byBefore.left(own.batches, to)]?.n ?? Infinity;
  const { watermarks } = own;
  return watermarks.slice(Math.max(0, byN.right(watermarks, first) - 1), byN.right(watermarks, last));
}

/** Event time from the earliest to the latest that is to be seen, with some room. */
function timesOf(
  events: readonly PlaneEvent[],
  watermarks: StageWindows['watermarks'],
  bands: readonly WindowBand[],
  lengthMs: number,
): readonly [number, number] {
  let low = Infinity;
  let high = -Infinity;
  const see = (ms: number) => {
    low = Math.min(low, ms);
    high = Math.max(high, ms);
  };
  for (const { timeMs } of events) if (timeMs !== null) see(timeMs);
  for (const { eventMs } of watermarks) see(eventMs);
  if (low > high) return [0, 1];
  // Windows are shown whole, unless that would make the events too small to be told apart.
  const room = (high - low) * 2 || 1;
  for (const band of bands) {
    const bounds = boundsOf(band.type, nameAt(band, Infinity), lengthMs);
    if (bounds && bounds.start >= low - room && bounds.end <= high + room) {
      low = Math.min(low, bounds.start);
      high = Math.max(high, bounds.end);
    }
  }
  const margin = (high - low || 1) * 0.05;
  return [low - margin, high + margin];
}

function marksOf(
  events: readonly PlaneEvent[],
  {
    at,
    xOf,
    yOf,
  }: {
    readonly at: number;
    readonly xOf: (arrival: number) => number;
    readonly yOf: (event: PlaneEvent) => number;
  },
): { readonly marks: readonly PlaneMark[]; readonly thinned: boolean } {
  const marks = events.map((event): PlaneMark => {
    const glyph = eventGlyph(event.value === undefined ? event.timeMs : event.value);
    return {
      key: String(event.arrival),
      x: xOf(event.arrival),
      y: yOf(event),
      event,
      glyph,
      count: 1,
      late: event.missed.length > 0,
      ahead: event.n > at,
    };
  });
  if (marks.length <= MOST_MARKS) return { marks, thinned: false };
  const cells = new Map<string, PlaneMark>();
  for (const mark of marks) {
    const cell = `${Math.floor(mark.x / CELL_PX)} ${Math.floor(mark.y / CELL_PX)} ${mark.late} ${mark.ahead}`;
    const known = cells.get(cell);
    cells.set(cell, known ? { ...known, count: known.count + 1 } : mark);
  }
  return { marks: [...cells.values()], thinned: true };
}
