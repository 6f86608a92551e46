import {
  BURST_TIMES,
  MAX_SLOW_MS,
  MAX_WEATHER_MS,
  type PlanView,
  type StageId,
  type TraceEntry,
  type Weather,
  type WeatherBlock,
  type WeatherKind,
} from 'sluice';
import { countText } from '../view/value-label.ts';

/** Times on the strip are multiples of this, ms, where they are set by hand. */
export const SNAP_MS = 10;
/** The shortest block, ms. */
export const SHORTEST_MS = SNAP_MS;

export const KIND_WORDS: Readonly<Record<WeatherKind, string>> = {
  burst: 'Burst',
  pause: 'Pause',
  slow: 'Slow',
  crash: 'Crash',
};

/** What a block of each kind does, for whoever chooses one. */
export const KIND_DETAILS: Readonly<Record<WeatherKind, string>> = {
  burst: 'timers run faster: sendAfter and the ticks of an interval',
  pause: 'takes no message, then goes on',
  slow: 'each batch takes longer',
  crash: 'fails as if a callback had thrown',
};

/** How long a strip may be shown, ms. */
const LENGTHS_MS = [
  500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000,
] as const;

/** A block as it is when it is put on the strip. */
export function newBlock(kind: WeatherKind, stage: StageId, fromMs: number): WeatherBlock {
  const begin = clampedMs(snapped(fromMs), MAX_WEATHER_MS - 1_000);
  switch (kind) {
    case 'burst':
      return { kind, stage, fromMs: begin, toMs: begin + 1_000, times: 5 };
    case 'pause':
      return { kind, stage, fromMs: begin, toMs: begin + 500 };
    case 'slow':
      return { kind, stage, fromMs: begin, toMs: begin + 1_000, byMs: 50 };
    case 'crash':
      return { kind, stage, atMs: begin };
  }
}

/** The block `byMs` later, or earlier; it keeps its length and stays on the strip. */
export function moved(block: WeatherBlock, byMs: number): WeatherBlock {
  if (block.kind === 'crash') return { ...block, atMs: clampedMs(snapped(block.atMs + byMs)) };
  const lasts = block.toMs - block.fromMs;
  const fromMs = clampedMs(snapped(block.fromMs + byMs), MAX_WEATHER_MS - lasts);
  return { ...block, fromMs, toMs: fromMs + lasts };
}

/** The block with its beginning or its end at another time. A crash has one moment, which both move. */
export function resized(block: WeatherBlock, edge: 'from' | 'to', atMs: number): WeatherBlock {
  const at = clampedMs(snapped(atMs));
  if (block.kind === 'crash') return { ...block, atMs: at };
  return edge === 'from'
    ? { ...block, fromMs: Math.max(0, Math.min(at, block.toMs - SHORTEST_MS)) }
    : { ...block, toMs: Math.min(Math.max(at, block.fromMs + SHORTEST_MS), MAX_WEATHER_MS) };
}

/** How strong a block is: how many times as fast, or how many ms longer; `null` for what has no measure. */
export function strengthOf(block: WeatherBlock): number | null {
  if (block.kind === 'burst') return block.times;
  return block.kind === 'slow' ? block.byMs : null;
}

/** The block with another strength, kept within what the engine takes. */
export function strengthened(block: WeatherBlock, strength: number): WeatherBlock {
  if (!Number.isFinite(strength)) return block;
  if (block.kind === 'burst') {
    return { ...block, times: Math.min(Math.max(strength, BURST_TIMES.least), BURST_TIMES.most) };
  }
  return block.kind === 'slow'
    ? { ...block, byMs: Math.min(Math.max(Math.round(strength), 0), MAX_SLOW_MS) }
    : block;
}

/** The block as one of another kind, about where it is. */
export function ofKind(block: WeatherBlock, kind: WeatherKind): WeatherBlock {
  if (block.kind === kind) return block;
  const made = newBlock(kind, block.stage, beginOf(block));
  return block.kind === 'crash' || made.kind === 'crash'
    ? made
    : { ...made, fromMs: block.fromMs, toMs: block.toMs };
}

/** When a block begins, ms. */
export function beginOf(block: WeatherBlock): number {
  return block.kind === 'crash' ? block.atMs : block.fromMs;
}

/** When a block is over, ms: a crash at once. */
export function endOf(block: WeatherBlock): number {
  return block.kind === 'crash' ? block.atMs : block.toMs;
}

/** What one stage goes through, as it is drawn. */
export interface StripRow {
  readonly stage: StageId;
  /** Blocks of the strip by their place in it, and the line of the row that each is on, from 0. */
  readonly blocks: readonly { readonly index: number; readonly line: number }[];
  /** Lines of the row, at least 1. */
  readonly lines: number;
}

/**
 * A row per stage, those of the program first. Blocks of a row that overlap are on lines below each other.
 *
 * @param crashMs - How long the mark of a crash is on the strip, ms; half of it on either side.
 */
export function stripRows(
  weather: Weather,
  stages: readonly StageId[],
  crashMs: number,
): readonly StripRow[] {
  const others = new Set(weather.map(({ stage }) => stage).filter((id) => !stages.includes(id)));
  return [...stages, ...others].map((stage) => {
    /** When the last block of each line is over, ms. */
    const overMs: number[] = [];
    const own = weather.flatMap((block, index) => (block.stage === stage ? [{ block, index }] : []));
    const blocks = own
      .sort((a, b) => beginOf(a.block) - beginOf(b.block) || a.index - b.index)
      .map(({ block, index }) => {
        const room = block.kind === 'crash' ? crashMs / 2 : 0;
        const free = overMs.findIndex((ms) => ms <= beginOf(block) - room);
        const line = free < 0 ? overMs.length : free;
        overMs[line] = endOf(block) + room;
        return { index, line };
      });
    return { stage, blocks: blocks.sort((a, b) => a.index - b.index), lines: Math.max(1, overMs.length) };
  });
}

/** Blocks whose stage a program has, and the others. */
export function splitKnown(
  weather: Weather,
  stages: readonly StageId[],
): { readonly known: Weather; readonly unknown: Weather } {
  const has = ({ stage }: WeatherBlock) => stages.includes(stage);
  return { known: weather.filter(has), unknown: weather.filter((block) => !has(block)) };
}

/** Why blocks are left out of a run; `null` where none is. */
export function leftOutText(weather: Weather, stages: readonly StageId[]): string | null {
  const names = [...new Set(splitKnown(weather, stages).unknown.map(({ stage }) => stage))];
  if (names.length === 0) return null;
  const [have, they] =
    names.length === 1 ? ['no stage', 'Its blocks are'] : ['no stages', 'Their blocks are'];
  return `This program has ${have} called ${names.join(', ')}. ${they} kept here and left out of the run.`;
}

/** How long the strip is, ms: a round length that has room for all blocks, and for the run if it is not much longer. */
export function stripLengthMs(weather: Weather, elapsedMs: number): number {
  const last = Math.max(0, ...weather.map(endOf));
  const wanted = Math.max(last * 1.1, Math.min(elapsedMs, Math.max(last * 4, 10_000)), 1_500);
  return LENGTHS_MS.find((length) => length >= wanted) ?? MAX_WEATHER_MS;
}

/** What stands on a block. */
export function blockLabel(block: WeatherBlock): string {
  switch (block.kind) {
    case 'burst':
      return `×${block.times}`;
    case 'pause':
      return 'pause';
    case 'slow':
      return `+${countText(block.byMs)} ms`;
    case 'crash':
      return 'crash';
  }
}

/** What a block does, in a sentence. */
export function blockText(block: WeatherBlock): string {
  const { stage } = block;
  if (block.kind === 'crash') return `Crash of ${stage} at ${msText(block.atMs)}`;
  const when = `from ${msText(block.fromMs)} to ${msText(block.toMs)}`;
  switch (block.kind) {
    case 'burst':
      return `Burst of ${stage}: its timers run ${block.times} times as fast, ${when}`;
    case 'pause':
      return `Pause of ${stage}, ${when}`;
    case 'slow':
      return `Slow ${stage}: each batch takes ${countText(block.byMs)} ms longer, ${when}`;
  }
}

/** A time of the strip: "850 ms", "1.5 s". */
export function msText(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${Number((ms / 1_000).toFixed(2))} s`;
}

/** A strip to begin with. */
export interface Preset {
  readonly name: string;
  readonly block: WeatherBlock;
}

/** Strips to begin with, on stages that have something to do with them. */
export function presets({ stages }: PlanView): readonly Preset[] {
  const first = stages.find(({ kind }) => kind === 'producer') ?? stages[0];
  const last = stages.findLast(({ kind }) => kind === 'consumer') ?? stages.at(-1);
  if (!first || !last) return [];
  return [
    { name: 'a burst', block: { kind: 'burst', stage: first.id, fromMs: 500, toMs: 1_500, times: 5 } },
    { name: 'a slow consumer', block: { kind: 'slow', stage: last.id, fromMs: 500, toMs: 1_500, byMs: 50 } },
    { name: 'a pause', block: { kind: 'pause', stage: last.id, fromMs: 500, toMs: 1_000 } },
    { name: 'a crash at 1 s', block: { kind: 'crash', stage: last.id, atMs: 1_000 } },
  ];
}

/**
 * Stages on which a burst had no effect in a run, as no timer of theirs went off while it lasted: a producer that waits for
 * demand has none, and cannot be hurried.
 */
export function burstsInVain(weather: Weather, entries: readonly TraceEntry[]): readonly StageId[] {
  if (!weather.some(({ kind }) => kind === 'burst')) return [];
  const begun = new Set<StageId>();
  const ticked = new Set<StageId>();
  const bursting = new Set<StageId>();
  for (const entry of entries) {
    if (entry.type === 'fault' && entry.fault === 'burst') {
      if (entry.times === 1) bursting.delete(entry.stage);
      else bursting.add(entry.stage);
      begun.add(entry.stage);
    } else if (entry.type === 'begin' && entry.callback === 'handleInfo' && bursting.has(entry.stage)) {
      ticked.add(entry.stage);
    }
  }
  return [...begun].filter((stage) => !ticked.has(stage));
}

function snapped(ms: number): number {
  return Math.round(ms / SNAP_MS) * SNAP_MS;
}

function clampedMs(ms: number, most = MAX_WEATHER_MS): number {
  return Math.min(Math.max(ms, 0), most);
}
