import * as v from 'valibot';

/** A value as recordings write it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonRecord = Readonly<Record<string, Json>>;

/** Whatever `JSON.parse` gives is JSON; what it has to be is checked where it is used. */
const json = v.custom<Json>((value) => value !== undefined);
const fields = v.custom<JsonRecord>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
const list = v.custom<readonly Json[]>((value) => Array.isArray(value));
const step = v.custom<JsonRecord & { readonly op: string }>((value) =>
  v.is(v.object({ op: v.string() }), value),
);

const scenario = v.object({
  id: v.string(),
  title: v.string(),
  rules: v.array(v.string()),
  mode: v.optional(v.picklist(['canonical', 'invariants_only']), 'canonical'),
  stages: v.array(
    v.object({
      name: v.string(),
      kind: v.string(),
      behaviour: v.optional(fields, {}),
      options: v.optional(fields, {}),
      module: v.optional(v.string()),
    }),
  ),
  steps: v.array(step),
  schedule_free: v.optional(
    v.object({
      stages: v.optional(v.record(v.string(), v.array(v.string())), {}),
      scenario: v.optional(v.array(v.string()), []),
    }),
    { stages: {}, scenario: [] },
  ),
  expect: v.object({
    results: v.optional(list, []),
    logs: v.optional(v.record(v.string(), v.array(fields)), {}),
    diags: v.optional(v.record(v.string(), v.array(list)), {}),
    exits: v.optional(v.record(v.string(), json), {}),
    turns: v.optional(v.array(list)),
    snapshots: v.optional(v.array(v.object({ step: v.number(), stages: v.record(v.string(), json) })), []),
    final: v.optional(v.record(v.string(), json), {}),
  }),
});

const file = v.object({
  format: v.literal('genstage-trace/1'),
  group: v.string(),
  scenarios: v.array(scenario),
});

/** One file of recordings made from the real GenStage. The format is described in this folder's README. */
export type RecordingFile = v.InferOutput<typeof file>;
export type Scenario = v.InferOutput<typeof scenario>;
export type StageSpec = Scenario['stages'][number];

export function parseRecordings(text: string): RecordingFile {
  const parsed: unknown = JSON.parse(text);
  return v.parse(file, parsed);
}

/** Whether a text claims to hold recordings of GenStage; others may lie in the same folder. */
export function isOfGenStage(text: string): boolean {
  const parsed: unknown = JSON.parse(text);
  return v.is(v.object({ format: v.literal('genstage-trace/1') }), parsed);
}
