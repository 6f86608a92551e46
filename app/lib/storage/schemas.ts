import * as v from 'valibot';
import { quizAnswersSchema } from '$lib/quiz/answers.ts';
import { MAX_WORKERS } from '$lib/sandbox/worker-settings.ts';
import { MAX_SEED } from '$lib/weather/seed.ts';
import { crashesSchema, skewRunsSchema } from './lab-schemas.ts';
import { stopsSchema, weatherSchema } from './storm-schema.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const seed = v.pipe(count, v.maxValue(MAX_SEED));

/** A learner's files of one step, as typed. `version` names the start that they were made from. */
const code = v.object({
  version: v.string(),
  files: v.record(v.string(), v.string()),
  savedAtMs: v.number(),
});

const guess = v.variant('kind', [
  v.object({ kind: v.literal('choice'), choice: v.string() }),
  v.object({ kind: v.literal('number'), number: v.number() }),
  v.object({ kind: v.literal('order'), order: v.pipe(v.array(v.string()), v.readonly()) }),
  v.object({ kind: v.literal('skipped') }),
]);

/** What was expected of a step before its first run, by id of the prediction. */
const prediction = v.object({ guesses: v.record(v.string(), guess), savedAtMs: v.number() });

const stepProgress = v.object({
  runs: count,
  tries: count,
  hints: v.pipe(count, v.maxValue(3)),
  solutionSeen: v.boolean(),
  done: v.boolean(),
});

/** How far somebody is in one lesson. */
const progress = v.object({
  steps: v.record(v.string(), stepProgress),
  current: v.nullable(v.string()),
  savedAtMs: v.number(),
});

/** Answers of one quiz. */
const quiz = v.object({ answers: quizAnswersSchema, savedAtMs: v.number() });

/** Share of each pane, in per mille of its group, by the name of the boundary. */
const layout = v.record(v.string(), v.pipe(v.number(), v.minValue(0), v.maxValue(1000)));

const settings = v.object({
  /** Deliveries per second of slow motion. */
  slowRate: v.exactOptional(v.pipe(v.number(), v.minValue(0.1), v.maxValue(1000))),
  /** The most workers of a run; the plan decides where it is left out. */
  workers: v.exactOptional(v.pipe(count, v.minValue(1), v.maxValue(MAX_WORKERS))),
  /** How stages are placed that are not pinned; `spread` where it is left out. */
  placement: v.exactOptional(v.picklist(['spread', 'pack'])),
});

/** What the runs of one step go through, and where they stop. */
const storm = v.object({
  seed: v.nullable(seed),
  weather: weatherSchema,
  stops: stopsSchema,
});

/** Measured runs of one step that are kept; the oldest go first. */
export const MAX_DOTS = 60;
/** Characters of a program that is kept with a measured run. */
export const MAX_DOT_TEXT = 50_000;

const positive = v.pipe(v.number(), v.finite(), v.minValue(0));
const short = v.pipe(v.string(), v.maxLength(2_000));

/** A run as it was measured, and with what it was made. */
const dot = v.object({
  id: short,
  atMs: positive,
  perSecond: positive,
  p95Ms: positive,
  events: count,
  demand: short,
  demands: short,
  workers: count,
  settings: v.object({
    workers: v.union([v.literal('auto'), v.pipe(count, v.minValue(1), v.maxValue(MAX_WORKERS))]),
    placement: v.picklist(['spread', 'pack']),
  }),
  seed,
  text: v.exactOptional(v.pipe(v.string(), v.maxLength(MAX_DOT_TEXT))),
});

/** The measured runs of one step, and what somebody wants to reach in it. */
const speed = v.object({
  dots: v.pipe(v.array(dot), v.maxLength(MAX_DOTS)),
  target: v.exactOptional(v.object({ perSecond: positive, withinMs: positive })),
});

/** One schema per kind of record: everything read from the disk goes through one of them. */
export const SCHEMAS = {
  code,
  prediction,
  progress,
  quiz,
  layout,
  settings,
  storm,
  speed,
  crashes: crashesSchema,
  skewRuns: skewRunsSchema,
} as const;

export type Kind = keyof typeof SCHEMAS;
export type RecordOf<K extends Kind> = v.InferOutput<(typeof SCHEMAS)[K]>;
export type StepProgress = v.InferOutput<typeof stepProgress>;

export type Parsed<K extends Kind> =
  { readonly ok: true; readonly value: RecordOf<K> } | { readonly ok: false; readonly why: string };

/** Reads a stored value as a record of its kind; what does not fit is told in words, never cast. */
export function parseRecord<K extends Kind>(kind: K, raw: unknown): Parsed<K> {
  // The compiler does not follow that SCHEMAS[K] gives RecordOf<K>; the table above is where they are tied together.
  const schema = SCHEMAS[kind] as unknown as v.GenericSchema<unknown, RecordOf<K>>;
  const result = v.safeParse(schema, raw);
  if (result.success) return { ok: true, value: result.output };
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? kind;
  return { ok: false, why: `${path}: ${issue.message}` };
}
