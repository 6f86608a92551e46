import { EngineError, didYouMean } from '../errors.ts';
import type { StageId } from '../ids.ts';
import { describe } from './trace-value.ts';

/** What a block of weather does to its stage. */
export const WEATHER_KINDS = ['burst', 'pause', 'slow', 'crash'] as const;

export type WeatherKind = (typeof WEATHER_KINDS)[number];

/** When a block that lasts begins and ends, ms of the run's clock: `fromMs` >= 0, `toMs` > `fromMs`. */
interface Span {
  readonly stage: StageId;
  readonly fromMs: number;
  readonly toMs: number;
}

/** One piece of load or trouble on one stage. */
export type WeatherBlock =
  /** The timers of the stage run `times` as fast: `sendAfter`, and the ticks of an interval. */
  | ({ readonly kind: 'burst'; readonly times: number } & Span)
  /** The stage takes no message. */
  | ({ readonly kind: 'pause' } & Span)
  /** Each of its callbacks that handles events, demand or a message takes that much longer, ms. */
  | ({ readonly kind: 'slow'; readonly byMs: number } & Span)
  /** The stage fails as if its next callback had thrown. */
  | { readonly kind: 'crash'; readonly stage: StageId; readonly atMs: number };

/** What a run goes through, by its own clock. Blocks may overlap, in any order. */
export type Weather = readonly WeatherBlock[];

/** Blocks of one strip, at most. */
export const MAX_WEATHER_BLOCKS = 1_000;
/** How much faster timers may run, and how slowly. */
export const BURST_TIMES = { least: 0.01, most: 1_000 } as const;
/** How much longer a callback may take, ms. */
export const MAX_SLOW_MS = 60_000;
/** The last moment of a strip, ms: an hour. */
export const MAX_WEATHER_MS = 3_600_000;

/** When a block begins, ms. */
export function beginOf(block: WeatherBlock): number {
  return block.kind === 'crash' ? block.atMs : block.fromMs;
}

/** When a block is over, ms: a crash at once. */
export function endOf(block: WeatherBlock): number {
  return block.kind === 'crash' ? block.atMs : block.toMs;
}

/**
 * A value of unknown origin as weather. Fields it does not know are left out.
 *
 * @param stages - The stages there are; left out: any name will do.
 * @throws {EngineError} `weather_invalid`, naming the field, what it must be and what it is; `weather_stage`.
 */
export function readWeather(value: unknown, stages?: readonly StageId[]): Weather {
  if (!Array.isArray(value)) throw invalid('weather', 'an array of blocks', value);
  if (value.length > MAX_WEATHER_BLOCKS) {
    throw invalid('weather', `at most ${MAX_WEATHER_BLOCKS} blocks`, value);
  }
  return value.map((each: unknown, i) => readBlock(each, `weather[${i}]`, stages));
}

function readBlock(value: unknown, at: string, stages: readonly StageId[] | undefined): WeatherBlock {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(at, 'a block such as { kind: "pause", stage: "save", fromMs: 0, toMs: 500 }', value);
  }
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const kind = WEATHER_KINDS.find((known) => known === fields['kind']);
  if (kind === undefined) {
    const near = typeof fields['kind'] === 'string' ? didYouMean(fields['kind'], WEATHER_KINDS) : '';
    throw invalid(`${at}.kind`, `one of ${WEATHER_KINDS.join(', ')}`, fields['kind'], near);
  }
  const { stage } = fields;
  if (typeof stage !== 'string' || stage === '') throw invalid(`${at}.stage`, 'the name of a stage', stage);
  if (stages && !stages.includes(stage)) {
    throw new EngineError('weather_stage', {
      at: `${at}.stage`,
      name: stage,
      nearest: didYouMean(stage, stages),
      known: stages.join(', '),
    });
  }
  const number = (name: string, least: number, most: number): number => {
    const given = fields[name];
    if (typeof given === 'number' && given >= least && given <= most) return given;
    throw invalid(`${at}.${name}`, `a number from ${least} to ${most}`, given);
  };
  if (kind === 'crash') return { kind, stage, atMs: number('atMs', 0, MAX_WEATHER_MS) };
  const fromMs = number('fromMs', 0, MAX_WEATHER_MS);
  const toMs = number('toMs', 0, MAX_WEATHER_MS);
  if (toMs <= fromMs) throw invalid(`${at}.toMs`, `later than fromMs (${fromMs})`, toMs);
  const span = { stage, fromMs, toMs };
  switch (kind) {
    case 'burst':
      return { kind, ...span, times: number('times', BURST_TIMES.least, BURST_TIMES.most) };
    case 'pause':
      return { kind, ...span };
    case 'slow':
      return { kind, ...span, byMs: number('byMs', 0, MAX_SLOW_MS) };
  }
}

function invalid(at: string, requirement: string, received: unknown, nearest = ''): EngineError {
  return new EngineError('weather_invalid', { at, requirement, received: describe(received), nearest });
}
