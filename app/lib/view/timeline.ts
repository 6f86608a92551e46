import type { PlanView, StageId, TraceEntry } from 'sluice';
import { bisector, max } from 'd3-array';
import { scaleLinear } from 'd3-scale';

/** What is marked on a lane; each kind has a shape and a colour of its own. */
export type MarkKind =
  'crash' | 'fault' | 'restart' | 'lost' | 'discard' | 'warning' | 'end' | 'log' | 'ask' | 'late' | 'fire';

/** `n` = entries applied when it has just happened. */
export interface Mark {
  readonly n: number;
  readonly kind: MarkKind;
}

/** From one position to another; `null` while it goes on. */
interface Span {
  readonly from: number;
  to: number | null;
}

interface LaneLog {
  /** From the entry before which a callback began to the one with which it ended. */
  readonly busy: Span[];
  readonly marks: Mark[];
  /** Its lives: from the position after it had started to the one with which it ended. */
  readonly lives: Span[];
}

const MARK_OF: Partial<Record<TraceEntry['type'], MarkKind>> = {
  crash: 'crash',
  fault: 'fault',
  lost: 'lost',
  discard: 'discard',
  late: 'late',
  warning: 'warning',
  exit: 'end',
  log: 'log',
  ask: 'ask',
};

const LANDMARKS: ReadonlySet<TraceEntry['type']> = new Set([
  'crash',
  'fault',
  'restart',
  'lost',
  'discard',
  'late',
  'warning',
  'exit',
]);

/** True for the moments one jumps between: trouble, stages that end, and stages that are started again. */
export function isLandmark({ type }: TraceEntry): boolean {
  return LANDMARKS.has(type);
}

export const isAsk = ({ type }: TraceEntry): boolean => type === 'ask';

/** What the timeline must remember of a trace. A longer version of it costs only what is new. */
export class TimelineLog {
  readonly #lanes: ReadonlyMap<StageId, LaneLog>;
  #entries: readonly TraceEntry[] = [];

  constructor(plan: PlanView) {
    this.#lanes = new Map(plan.stages.map(({ id }) => [id, { busy: [], marks: [], lives: [] }]));
  }

  get entries(): readonly TraceEntry[] {
    return this.#entries;
  }

  lane(stage: StageId): Readonly<LaneLog> | undefined {
    return this.#lanes.get(stage);
  }

  /** Takes the same trace with entries appended, or inserted near its end. */
  update(entries: readonly TraceEntry[]): void {
    let known = Math.min(this.#entries.length, entries.length);
    while (known > 0 && this.#entries[known - 1] !== entries[known - 1]) known -= 1;
    if (known < this.#entries.length) this.#forget(known);
    for (let i = known; i < entries.length; i += 1) {
      const entry = entries[i];
      if (entry) this.#add(entry, i + 1);
    }
    this.#entries = entries;
  }

  #add(entry: TraceEntry, n: number): void {
    const lane = this.#lanes.get(entry.stage);
    if (!lane) return;
    const kind = MARK_OF[entry.type];
    if (kind) lane.marks.push({ n, kind });
    if (entry.type === 'window' && entry.phase === 'fire') lane.marks.push({ n, kind: 'fire' });
    const open = lane.busy.at(-1);
    const life = lane.lives.at(-1);
    const ends = entry.type === 'exit' || entry.type === 'crash';
    if (entry.type === 'start') {
      if (lane.lives.length > 0) lane.marks.push({ n, kind: 'restart' });
      lane.lives.push({ from: n, to: null });
    }
    if (entry.type === 'begin') lane.busy.push({ from: n - 1, to: null });
    if (ends && life) life.to ??= n;
    if (open?.to === null && (entry.type === 'end' || ends)) open.to = n;
  }

  /** Goes back to what was known after the first `n` entries. */
  #forget(n: number): void {
    for (const lane of this.#lanes.values()) {
      while ((lane.marks.at(-1)?.n ?? 0) > n) lane.marks.pop();
      while ((lane.busy.at(-1)?.from ?? -1) >= n) lane.busy.pop();
      while ((lane.lives.at(-1)?.from ?? 0) > n) lane.lives.pop();
      for (const last of [lane.busy.at(-1), lane.lives.at(-1)]) {
        if (last && last.to !== null && last.to > n) last.to = null;
      }
    }
  }
}

const LABEL_CHARACTERS = 11;

/** The name of a stage as its lane has room for it: of one within a flow the end, where its stages differ. */
export function laneLabel(stage: StageId): string {
  if (stage.length <= LABEL_CHARACTERS) return stage;
  return stage.includes('/') || / \d+$/.test(stage)
    ? `…${stage.slice(1 - LABEL_CHARACTERS)}`
    : `${stage.slice(0, LABEL_CHARACTERS - 1)}…`;
}

/** What a pixel to the right means: one more entry, or more time. */
export type TimelineBy = 'entry' | 'time';

export interface TimelineLane {
  readonly stage: StageId;
  /** Busy times as strokes along y = 0. */
  readonly busyPath: string;
  /** The lives of the stage as strokes along y = 0. */
  readonly alivePath: string;
  /** One path per kind of mark, around y = 0. */
  readonly marks: readonly { readonly kind: MarkKind; readonly path: string }[];
}

export interface TimelineView {
  readonly lanes: readonly TimelineLane[];
  readonly ticks: readonly { readonly x: number; readonly label: string }[];
  /** Pixels from the left of the moment after `n` entries. */
  readonly xOf: (n: number) => number;
  /** The moment nearest to a pixel. */
  readonly at: (x: number) => number;
}

const byTime = bisector((entry: TraceEntry) => entry.atMs);
/** Busy times closer than this are one stroke; no stroke is thinner. */
const LEAST_GAP = 0.75;
/** Marks of one kind closer than this are one mark. */
const LEAST_MARK_GAP = {
  crash: 1,
  fault: 1,
  restart: 1,
  lost: 5,
  discard: 5,
  late: 5,
  fire: 4,
  warning: 5,
  end: 1,
  log: 4,
  ask: 5,
} as const;
const TICKS = 5;

export function timelineView(
  plan: PlanView,
  log: TimelineLog,
  { width, laneHeight, by }: { readonly width: number; readonly laneHeight: number; readonly by: TimelineBy },
): TimelineView {
  const { entries } = log;
  const end = by === 'entry' ? entries.length : (max(entries, (entry) => entry.atMs) ?? 0);
  const scale = scaleLinear([0, Math.max(end, 1)], [0, width]).clamp(true);
  const position = (n: number) => (by === 'entry' ? n : (entries[n - 1]?.atMs ?? 0));
  const xOf = (n: number) => scale(position(Math.min(n, entries.length)));
  return {
    lanes: plan.stages.map(({ id }) =>
      laneView(id, log.lane(id), { xOf, laneHeight, count: entries.length }),
    ),
    ticks: scale.ticks(TICKS).map((value) => ({
      x: scale(value),
      label: by === 'entry' ? value.toLocaleString('en-US') : `${value.toLocaleString('en-US')} ms`,
    })),
    xOf,
    at: (x) => {
      const value = scale.invert(x);
      return by === 'entry' ? Math.round(value) : byTime.right(entries, value);
    },
  };
}

interface Drawing {
  readonly xOf: (n: number) => number;
  /** Entries in all. */
  readonly count: number;
  readonly laneHeight: number;
}

function laneView(stage: StageId, lane: Readonly<LaneLog> | undefined, drawing: Drawing): TimelineLane {
  const { xOf, count } = drawing;
  if (!lane) return { stage, busyPath: '', alivePath: '', marks: [] };
  return {
    stage,
    busyPath: busyPath(lane, xOf, count),
    alivePath: lane.lives
      .map(({ from, to }) => `M${xOf(from).toFixed(1)},0H${xOf(to ?? count).toFixed(1)}`)
      .join(''),
    marks: markPaths(lane.marks, drawing),
  };
}

/** Drawn one over the other: what weighs most comes last. */
const MARK_ORDER: readonly MarkKind[] = [
  'ask',
  'log',
  'fire',
  'lost',
  'discard',
  'late',
  'warning',
  'end',
  'restart',
  'fault',
  'crash',
];

/** Above the middle of a lane: asks; on it: trouble, ends and new lives; below it: what was printed; across: windows that emit. */
const MARK_SHAPES: Readonly<Record<MarkKind, (x: string, reach: number) => string>> = {
  ask: (x, reach) => `M${x},${4 - reach}m-2.5,0l2.5,-3.5l2.5,3.5`,
  log: (x, reach) => `M${x},${reach - 2}m-1,0h2`,
  warning: (x) => `M${x},-5l5,9h-10Z`,
  discard: (x) => `M${x},5l5,-9h-10Z`,
  late: (x) => `M${x},5l5,-9h-10Z`,
  fire: (x, reach) => `M${x},${3 - reach}v${2 * reach - 6}`,
  fault: (x) => `M${x},-6l-3,6h3l-1,6l4,-7h-3l2,-5Z`,
  crash: (x) => `M${x},0m-4,-4l8,8m0,-8l-8,8`,
  restart: (x) => `M${x},-4.5a4.5,4.5 0 1 1 -4.5,4.5M${x},-4.5m-2.5,-2.5l2.5,2.5l-2.5,2.5`,
  lost: (x) => `M${x},-5l4,5l-4,5l-4,-5Z`,
  end: (x) => `M${x},0m-3,-3h6v6h-6Z`,
};

function markPaths(marks: readonly Mark[], { xOf, laneHeight }: Drawing): TimelineLane['marks'] {
  const paths = new Map<MarkKind, { lastX: number; readonly parts: string[] }>();
  for (const { n, kind } of marks) {
    const path = paths.get(kind) ?? { lastX: -Infinity, parts: [] };
    paths.set(kind, path);
    const x = xOf(n);
    if (x - path.lastX < LEAST_MARK_GAP[kind]) continue;
    path.lastX = x;
    path.parts.push(MARK_SHAPES[kind](x.toFixed(1), laneHeight / 2));
  }
  return MARK_ORDER.flatMap((kind) => {
    const path = paths.get(kind);
    return path ? [{ kind, path: path.parts.join('') }] : [];
  });
}

function busyPath(lane: Readonly<LaneLog>, xOf: (n: number) => number, count: number): string {
  const strokes: string[] = [];
  let from = -Infinity;
  let to = -Infinity;
  const close = () => {
    if (to > from) strokes.push(`M${from.toFixed(1)},0H${to.toFixed(1)}`);
  };
  for (const span of lane.busy) {
    const left = xOf(span.from);
    const right = Math.max(xOf(span.to ?? count), left + LEAST_GAP);
    if (left - to > LEAST_GAP) {
      close();
      from = left;
    }
    to = Math.max(to, right);
  }
  close();
  return strokes.join('');
}
