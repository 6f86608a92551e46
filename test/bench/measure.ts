import type { Contender, Work } from './work.ts';

/** How a work is measured. */
export interface MeasureOptions {
  readonly rounds: number;
  /** What one run of a slow contender may take, ms: it gets fewer events. */
  readonly runMs: number;
  /** How long each contender runs before anything is measured, ms. */
  readonly warmUpMs: number;
  /** Share of the work's events that a full run has. In (0, 1]. */
  readonly share: number;
  /** Milliseconds of whatever time is measured. */
  readonly nowMs: () => number;
  /** Milliseconds of processor time, where that is not what is measured. */
  readonly processorMs?: () => number;
  /** Collects what the contender before has left, so that no contender pays for another's. */
  readonly collect: () => void;
}

/** What a contender took. */
export interface Measured {
  readonly contender: Contender;
  /** Events per run. */
  readonly events: number;
  /** Nanoseconds per event: median of the rounds. */
  readonly ns: number;
  /** Time per event in multiples of the first contender's in the same round: quartiles of the rounds. */
  readonly ratio: Quartiles;
  /** Processor time of all threads in multiples of the first contender's, where it is not what is measured. */
  readonly processorRatio: number | null;
}

/** Lower quartile, median, upper quartile. */
export interface Quartiles {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

const LEAST_EVENTS = 1_000;
const WARM_UP_RUNS = 3;

/**
 * Measures all contenders of a work in this process: in every round each runs once, in an order that moves on by one from
 * round to round, so that what disturbs the machine meets all alike.
 *
 * @throws {Error} when a contender comes to a wrong result.
 */
export async function measure(work: Work, options: MeasureOptions): Promise<readonly Measured[]> {
  await work.prepare?.();
  const lanes: Lane[] = [];
  const endings: (() => Promise<void>)[] = [];
  for (const contender of work.contenders) {
    if (contender.open) endings.push(contender.open());
    lanes.push(await warmedUp(work, contender, options));
  }
  for (let round = 0; round < options.rounds; round++) {
    for (let i = 0; i < lanes.length; i++) {
      const lane = lanes[(round + i) % lanes.length];
      if (!lane) continue;
      options.collect();
      const { ns, processorNs } = await timeOf(work, lane, options);
      lane.nsPerRound.push(ns);
      lane.processorNsPerRound.push(processorNs);
    }
  }
  for (const end of endings) await end();
  const [first] = lanes;
  return lanes.map(({ contender, events, nsPerRound, processorNsPerRound }) => ({
    contender,
    events,
    ns: quartiles(nsPerRound).median,
    ratio: quartiles(nsPerRound.map((ns, round) => ns / (first?.nsPerRound[round] ?? NaN))),
    processorRatio: options.processorMs
      ? quartiles(processorNsPerRound.map((ns, round) => ns / (first?.processorNsPerRound[round] ?? NaN)))
          .median
      : null,
  }));
}

/** Quartiles of at least one number, by linear interpolation. */
export function quartiles(values: readonly number[]): Quartiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) => {
    const position = part * (sorted.length - 1);
    const below = Math.floor(position);
    const low = sorted[below] ?? NaN;
    return low + (position - below) * ((sorted[below + 1] ?? low) - low);
  };
  return { low: at(0.25), median: at(0.5), high: at(0.75) };
}

interface Lane {
  readonly contender: Contender;
  readonly events: number;
  readonly nsPerRound: number[];
  readonly processorNsPerRound: number[];
}

/** Runs a contender with ever more events until it has been compiled and its pace is known. */
async function warmedUp(work: Work, contender: Contender, options: MeasureOptions): Promise<Lane> {
  const all = Math.max(LEAST_EVENTS, Math.round(work.events * options.share));
  let events = LEAST_EVENTS;
  let affordable = LEAST_EVENTS;
  const startMs = options.nowMs();
  for (let run = 0; run < WARM_UP_RUNS || options.nowMs() - startMs < options.warmUpMs; run++) {
    const { ns } = await timeOf(work, { contender, events }, options);
    affordable = Math.max(LEAST_EVENTS, Math.min(all, Math.floor((options.runMs * 1e6) / ns)));
    events = Math.min(affordable, events * 10);
  }
  return { contender, events: affordable, nsPerRound: [], processorNsPerRound: [] };
}

/** Nanoseconds per event of one run, whose result is checked. */
async function timeOf(
  work: Work,
  { contender, events }: Pick<Lane, 'contender' | 'events'>,
  { nowMs, processorMs = nowMs }: MeasureOptions,
): Promise<{ readonly ns: number; readonly processorNs: number }> {
  const startMs = nowMs();
  const startProcessorMs = processorMs();
  const running = contender.run(events);
  const came = running instanceof Promise ? await running : running;
  const { result, ...took } =
    typeof came === 'number'
      ? { result: came, ms: nowMs() - startMs, processorMs: processorMs() - startProcessorMs }
      : came;
  const expected = work.expected(events);
  if (result !== expected) {
    throw new Error(
      `${work.name}: "${contender.name}" comes to ${result} for ${events} events, where ${expected} is right`,
    );
  }
  return { ns: (took.ms * 1e6) / events, processorNs: (took.processorMs * 1e6) / events };
}
