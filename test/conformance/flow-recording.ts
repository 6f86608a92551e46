import * as v from 'valibot';
import { innerOf } from './flow-translator.ts';
import type { Json, JsonRecord } from './recording.ts';

/** Whatever `JSON.parse` gives is JSON; what it has to be is checked where it is used. */
const fields = v.custom<JsonRecord>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
const json = v.custom<Json>((value) => value !== undefined);
const list = v.custom<readonly Json[]>((value) => Array.isArray(value));
/** A step, an operator, a source: its word, and what belongs to it. */
const worded = <Key extends string>(key: Key) =>
  v.custom<JsonRecord & { readonly [word in Key]: string }>(
    (value) => v.is(fields, value) && typeof value[key] === 'string',
  );

const pipeline = v.object({ source: worded('type'), ops: v.array(worded('op')) });

/** A stage beside the flow: a producer it reads, a stage it goes through, a consumer it feeds. */
const beside = v.object({
  name: v.string(),
  kind: v.optional(v.string()),
  behaviour: v.optional(fields, {}),
  options: v.optional(fields, {}),
  opts: v.optional(fields, {}),
  late: v.optional(v.boolean(), false),
  restart: v.optional(v.string()),
});

const scenario = v.object({
  id: v.string(),
  title: v.string(),
  rules: v.array(v.string()),
  pipeline,
  sink: v.optional(v.union([v.string(), fields]), 'list'),
  order: v.picklist(['exact', 'multiset', 'exit']),
  timing: v.optional(v.boolean(), false),
  expect: v.object({
    result: v.optional(json),
    raised: v.optional(json),
    caller_exits: v.optional(json),
    hangs: v.optional(json),
    on_init: v.optional(list),
    source_demands: v.optional(list),
    topology: v.optional(v.array(fields)),
    exits: v.optional(fields),
    demands: v.optional(fields),
  }),
  // Of what runs while the recorded program pushes events, and looks at what comes out.
  steps: v.optional(v.array(worded('op')), []),
  producers: v.optional(v.array(beside), []),
  sinks: v.optional(v.array(beside), [{ name: 'sink' }]),
  through: v.optional(v.array(beside), []),
  specs: v.optional(v.array(beside), []),
  start: v.optional(v.string()),
  start_opts: v.optional(fields, {}),
});

const file = v.object({
  format: v.literal('flow-trace/1'),
  group: v.string(),
  scenarios: v.array(scenario),
});

/** One file of recordings made from the real Flow. The format is described in this folder's README. */
export type FlowFile = v.InferOutput<typeof file>;
export type FlowScenario = v.InferOutput<typeof scenario>;
export type FlowPipeline = v.InferOutput<typeof pipeline>;
export type FlowStep = FlowScenario['steps'][number];
/** A stage beside the flow. */
export type Beside = v.InferOutput<typeof beside>;

export function parseFlows(text: string): FlowFile {
  const parsed: unknown = JSON.parse(text);
  return v.parse(file, parsed);
}

/** The scenarios of a text, unread; `null` when it holds no recordings of Flow. */
export function flowsIn(text: string): readonly unknown[] | null {
  const parsed: unknown = JSON.parse(text);
  const head = v.object({ format: v.literal('flow-trace/1'), scenarios: v.array(v.unknown()) });
  return v.is(head, parsed) ? parsed.scenarios : null;
}

/** A scenario as it can be read, or the first problem with it and its place. */
export function parseFlow(one: unknown): FlowScenario | string {
  const read = v.safeParse(scenario, one);
  if (read.success) return read.output;
  const [issue] = read.issues;
  return `${issue.message} at ${v.getDotPath(issue) ?? 'its top'}`;
}

/** A pipeline and all that come together in it, itself first. */
export function pipelinesIn(one: FlowPipeline): readonly FlowPipeline[] {
  return [one, ...innerOf(one).flatMap(pipelinesIn)];
}
