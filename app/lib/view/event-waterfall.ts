import type { Seq } from 'sluice';
import { max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { EventLife, SegmentKind } from './event-life.ts';
import { slowestPart, totalUs, type EventPath } from './event-path.ts';
import { segmentWords, spanText, whereWords } from './event-words.ts';
import { plural } from './value-label.ts';

/** What time was spent on: waiting, being moved, being worked on. */
export type SegmentSort = 'waits' | 'moves' | 'works';

/** One segment of a life, ready to draw: from `x0` to `x1` of the width, 0 … 1. */
export interface WaterfallRow {
  readonly kind: SegmentKind;
  readonly sort: SegmentSort;
  readonly label: string;
  readonly why: string;
  readonly x0: number;
  readonly x1: number;
  readonly took: string;
  /** What is usual: its length as part of the width, and as text; `null` where nothing is compared. */
  readonly median: { readonly width: number; readonly text: string } | null;
  /** The entry with which it begins. */
  readonly since: Seq;
  /** From and to, since the event was made. */
  readonly from: string;
  readonly to: string;
}

export interface Waterfall {
  readonly rows: readonly WaterfallRow[];
  readonly ticks: readonly { readonly x: number; readonly label: string }[];
  readonly total: string;
  /** Where a moment of the run lies on it, ms; `null`: before or after. */
  readonly xOf: (atMs: number) => number | null;
  /** What took most of its time, or why it took longer than others. */
  readonly sentence: string;
}

const TICKS = 4;

/** The segments of a life, one below the other; beside what is usual where `path` is given. */
export function waterfall(life: EventLife, path: EventPath | null): Waterfall {
  const { segments, startUs, endUs } = life;
  const scale = scaleLinear([0, Math.max(1, endUs - startUs)], [0, 1]);
  const rows = segments.map(({ kind, fromUs, toUs, since }): WaterfallRow => {
    const medianUs = path?.medianUs[kind];
    const x0 = scale(fromUs - startUs);
    return {
      kind,
      sort: SORTS[kind],
      ...segmentWords(kind, life),
      x0,
      x1: scale(toUs - startUs),
      took: spanText(toUs - fromUs),
      median:
        medianUs === undefined
          ? null
          : { width: Math.min(1 - x0, scale(medianUs)), text: `median ${spanText(medianUs)}` },
      since,
      from: spanText(fromUs - startUs),
      to: spanText(toUs - startUs),
    };
  });
  return {
    rows,
    ticks: scale.ticks(TICKS).map((us) => ({ x: scale(us), label: spanText(us) })),
    total: spanText(endUs - startUs),
    xOf: (atMs) => {
      const us = atMs * 1_000;
      return us < startUs || us > endUs ? null : scale(us - startUs);
    },
    sentence: sentenceOf(life, path),
  };
}

const SORTS: Readonly<Record<SegmentKind, SegmentSort>> = {
  held: 'waits',
  buffer: 'waits',
  partition: 'waits',
  out: 'moves',
  edge: 'moves',
  mailbox: 'waits',
  demand: 'waits',
  turn: 'waits',
  work: 'works',
};

/** A life as long as this part of the median, or longer, is no longer than usual. */
const USUAL = 1.1;

function sentenceOf(life: EventLife, path: EventPath | null): string {
  const longest = longestPart(life);
  if (!longest) return 'By the clock of the run, all of this happened at one moment.';
  const { why } = segmentWords(longest.kind, life);
  const most = `Most of the time ${spent(longest.kind, longest.us)}: ${why}.`;
  if (!path || path.count < 2) return most;
  const usual = spanText(path.totalUs.median);
  const part = totalUs(life) > path.totalUs.median * USUAL ? slowestPart(life, path) : null;
  if (!part)
    return `No slower than usual: the median of ${plural(path.count, 'event')} took ${usual}. ${most}`;
  const of = SORTS[part.kind] === 'waits' ? 'waits' : 'is';
  return `Slower than the median of ${usual}, as ${spent(part.kind, part.tookUs)}; the median ${of} ${spanText(part.medianUs)}.`;
}

/** "it waited 80 ms in the mailbox". */
function spent(kind: SegmentKind, us: number): string {
  switch (SORTS[kind]) {
    case 'waits':
      return `it waited ${spanText(us)} ${whereWords(kind)}`;
    case 'moves':
      return `it was on its way for ${spanText(us)}`;
    case 'works':
      return `it was worked on for ${spanText(us)}`;
  }
}

function longestPart({ segments }: EventLife): { readonly kind: SegmentKind; readonly us: number } | null {
  const most = max(segments, ({ fromUs, toUs }) => toUs - fromUs) ?? 0;
  const longest = segments.find(({ fromUs, toUs }) => toUs - fromUs === most);
  return longest && most > 0 ? { kind: longest.kind, us: most } : null;
}
