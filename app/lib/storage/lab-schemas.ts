import * as v from 'valibot';

// What was tried in the labs. Their pages make the rows; here it is said once more what one looks like on the disk.

/** Rows of the crash lab that are kept; the oldest go first. */
export const MAX_CRASHES = 30;
/** Rows of the skew lab that are kept; the oldest go first. */
export const MAX_SKEW_RUNS = 12;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const number = v.pipe(count, v.minValue(1));
const ms = v.pipe(v.number(), v.finite(), v.minValue(0));
/** As it was measured: on real workers clocks differ by a little, and a difference may be below 0. */
const figure = v.pipe(v.number(), v.finite());
const short = v.pipe(v.string(), v.maxLength(100));
const list = <T extends v.GenericSchema>(item: T) => v.pipe(v.array(item), v.maxLength(5_000), v.readonly());

const byFate = <T extends v.GenericSchema>(item: T) => v.object({ once: item, lost: item, twice: item });

const crash = v.object({
  number,
  settings: v.object({ acknowledge: v.picklist(['sent', 'before', 'after']), isIdempotent: v.boolean() }),
  stage: v.picklist(['orders', 'pricer', 'saver']),
  atMs: ms,
  outcome: v.object({ ids: byFate(list(count)), flying: byFate(count), repeats: list(count) }),
  guess: v.nullable(byFate(count)),
});

/** Crashes that were tried, in their order. */
export const crashesSchema = v.object({
  rows: v.pipe(v.array(crash), v.maxLength(MAX_CRASHES), v.readonly()),
});

const lane = v.object({
  stage: short,
  got: count,
  share: figure,
  cities: list(v.object({ city: short, count })),
  idle: figure,
  p99Ms: v.nullable(figure),
  waiting: list(v.object({ atMs: figure, count: figure })),
  mostWaiting: figure,
});

const skewRun = v.object({
  number,
  settings: v.object({
    shares: v.record(short, v.pipe(count, v.maxValue(100))),
    partitions: v.picklist([4, 8, 16]),
    fix: v.picklist(['plain', 'salt', 'saltAndMerge', 'preAggregate', 'twoStages']),
  }),
  time: v.picklist(['virtual', 'real']),
  run: v.object({
    made: count,
    counted: count,
    carried: count,
    endMs: figure,
    lanes: list(lane),
    counters: list(lane),
    hottest: figure,
    p50Ms: v.nullable(figure),
    p99Ms: v.nullable(figure),
    overtaken: list(v.object({ city: short, n: count, later: count, seq: count })),
    totals: list(
      v.object({
        city: short,
        expected: count,
        told: v.nullable(figure),
        parts: list(v.object({ lane: short, count })),
      }),
    ),
  }),
});

/** Runs of the skew lab, in their order. */
export const skewRunsSchema = v.object({
  rows: v.pipe(v.array(skewRun), v.maxLength(MAX_SKEW_RUNS), v.readonly()),
});
