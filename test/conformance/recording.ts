import * as v from 'valibot';

/** A value as recordings write it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonRecord = Readonly<Record<string, Json>>;

/** Whatever `JSON.parse` gives is JSON; what it has to be is checked where it is used. */
const fields = v.custom<JsonRecord>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
const list = v.custom<readonly Json[]>((value) => Array.isArray(value));
const lists = <Item extends Json>() =>
  v.custom<Readonly<Record<string, readonly Item[]>>>(
    (value) => v.is(fields, value) && Object.values(value).every((one) => Array.isArray(one)),
  );
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
    results: v.optional(list),
    logs: v.optional(lists<JsonRecord>(), {}),
    diags: v.optional(lists<readonly Json[]>(), {}),
    exits: v.optional(fields, {}),
    turns: v.optional(v.array(list)),
    snapshots: v.optional(v.array(v.object({ step: v.number(), stages: fields })), []),
    final: v.optional(fields, {}),
    /** The facts themselves, of what has no canonical schedule. */
    stages: v.optional(v.record(v.string(), fields), {}),
    scenario: v.optional(fields, {}),
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

/** The scenarios of a text, unread; `null` when it holds no recordings of GenStage. Other files may lie in a folder too. */
export function scenariosIn(text: string): readonly unknown[] | null {
  const parsed: unknown = JSON.parse(text);
  const head = v.object({ format: v.literal('genstage-trace/1'), scenarios: v.array(v.unknown()) });
  return v.is(head, parsed) ? parsed.scenarios : null;
}

/** A scenario as it can be read, or the first problem with it and its place. */
export function parseScenario(one: unknown): Scenario | string {
  const read = v.safeParse(scenario, one);
  if (read.success) return read.output;
  const [issue] = read.issues;
  return `${issue.message} at ${v.getDotPath(issue) ?? 'its top'}`;
}
