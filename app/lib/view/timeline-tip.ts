import type { TraceEntry } from 'sluice';
import type { TimelineLog } from './timeline-log.ts';
import { MARK_WORDS, markText, type MarkKind } from './timeline-marks.ts';
import {
  GROUP_HEIGHT,
  underPointer,
  type UnderPointer,
  type TimelineBy,
  type TimelineLane,
  type TimelineView,
} from './timeline.ts';
import { shareText } from './stage-load.ts';
import type { LaneShares } from './timeline-bars.ts';
import { countText, durationText } from './value-label.ts';

/** What is said of a place of the timeline, and the upper edge of the row that it is about, px. */
export interface TimelineTip {
  readonly top: number;
  readonly text: string;
}

/** What a timeline shows, and how large. */
export interface ShownTimeline {
  readonly view: TimelineView;
  readonly log: TimelineLog;
  readonly by: TimelineBy;
  /** Of the lanes without their names, px. */
  readonly width: number;
  readonly laneHeight: number;
}

const STATE_WORDS = {
  busy: 'busy: a callback runs',
  frozen: 'frozen: takes no message until it is thawed',
  blocked: 'blocked: has events to pass on, and nobody asks',
  idle: 'idle',
} as const;

/** A stage and where else it ran, if it did: "save 1 (worker 2 later)". */
export function laneTitle({ stage, moved }: Pick<TimelineLane, 'stage' | 'moved'>): string {
  return moved === null ? stage : `${stage} (${moved})`;
}

/** "busy 12 %, blocked 71 %": how a stage spent a part of the run. */
export function sharesText({ busy, blocked }: LaneShares): string {
  return `busy ${shareText(busy)}${blocked > 0 ? `, blocked ${shareText(blocked)}` : ''}`;
}

/** What is said of a place under the pointer, px; `null` between the rows, and where a stage does not run. */
export function timelineTip(
  { view, log, by, width, laneHeight }: ShownTimeline,
  { x, y }: { readonly x: number; readonly y: number },
): TimelineTip | null {
  const group = view.groups.find((own) => own.y !== null && Math.abs(own.y - y) <= GROUP_HEIGHT / 2);
  if (group) {
    const share = Math.round(group.busyShare * 100);
    return {
      top: (group.y ?? 0) - GROUP_HEIGHT / 2,
      text: `${group.label}: a callback ran ${share} % of the time shown`,
    };
  }
  const reach = laneHeight / 2;
  const lane = view.groups.flatMap(({ lanes }) => lanes).find((own) => Math.abs(own.y - y) <= reach);
  const under = lane && underPointer(lane, log, { x, by, view, width });
  if (!lane || !under) return null;
  return { top: lane.y - reach, text: `${laneTitle(lane)} · ${underWords(under, log, by)}` };
}

function underWords(under: UnderPointer, log: TimelineLog, by: TimelineBy): string {
  if (under.what === 'mark') return markWords(under.kind, under.n, log.entries[under.n - 1]);
  if (under.what !== 'shares') return STATE_WORDS[under.what];
  const length =
    by === 'time' ? durationText(under.length) : `${countText(Math.round(under.length))} entries`;
  return `${sharesText(under)} of the ${length} under the pointer`;
}

function markWords(kind: MarkKind, n: number, entry: TraceEntry | undefined): string {
  return entry
    ? `${markText(kind, entry)} · entry ${countText(n)}, ${durationText(entry.atMs)}`
    : MARK_WORDS[kind];
}
