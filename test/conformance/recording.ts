import * as v from 'valibot';

/** A value as recordings write it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonRecord = Readonly<Record<string, Json>>;

const json: v.GenericSchema<Json> = v.lazy(() =>
  v.union([v.null(), v.boolean(), v.number(), v.string(), v.array(json), v.record(v.string(), json)]),
);
const fields = v.record(v.string(), json);
const list = v.array(json);

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
  steps: v.array(v.intersect([v.object({ op: v.string() }), fields])),
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
