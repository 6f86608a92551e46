import { FLOW_WORDS, OPEN_WORDS } from './flow-functions.ts';
import { pipelinesIn, type FlowPipeline, type FlowScenario } from './flow-recording.ts';
import { OPERATOR_WORDS } from './flow-translator.ts';
import { FUNCTION_WORDS, HASH_WORDS, isList } from './functions.ts';
import type { Json, JsonRecord } from './recording.ts';
import { isRecord } from './values.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

const SOURCES = words('enumerable enumerables stages specs merge join raw_enumerables flow_of_flow none');
/** Sources that are there to be refused, whatever they are described with. */
const WRONG_SOURCES = words('raw_enumerables flow_of_flow none');
const STEPS = words('push finish settle collect trigger await demand subscribe_sink stop_sink stop_flow');
const SINKS = words('list run run_unlinked unlinked_list stream_list sum count twice');
const STARTS = words('into_stages into_specs start_link');
const WINDOWS = words('global count fixed periodic');
const ELEMENTS = words('range list infinite raise_after halt_after');
const DISPATCHERS = words('partition shuffle broadcast demand');
const OPTIONS = words(`
  stages max_demand min_demand window key hash buffer_size buffer_keep on_init dispatcher shutdown link subscribe_timeout
  name demand`);
/** What each operator, and each source, is described with. */
const OPERATOR_KEYS = words('op f opts with acc acc_not_function r key value what merge done n sort');
const SOURCE_KEYS = words(`
  type of opts producers with flows mode left right left_key right_key join window value`);
/** Functions that are none, to be refused. */
const WRONG = words('not_a_function bad_key');
/** Where a function of its own kind is named. */
const KEYS = words('elem_key map_key');

/** The first word of a scenario that its format does not know; `null` when it knows them all. */
export function unknownFlowWord(scenario: FlowScenario): string | null {
  for (const one of pipelinesIn(scenario.pipeline)) {
    const unknown = unknownIn(one);
    if (unknown !== null) return unknown;
  }
  const { sink, start = 'into_stages', steps } = scenario;
  if (
    typeof sink === 'string'
      ? !SINKS.has(sink)
      : sink['take'] === undefined && sink['filter_lists'] === undefined
  )
    return `the sink ${JSON.stringify(sink)} is unknown`;
  if (!STARTS.has(start)) return `the start "${start}" is unknown`;
  const step = steps.find(({ op }) => !STEPS.has(op));
  return step ? `the step "${step.op}" is unknown` : null;
}

/** Whether a scenario uses a word whose meaning the format leaves open. */
export function hasOpenWord({ pipeline }: FlowScenario): boolean {
  return pipelinesIn(pipeline).some(({ ops, source }) =>
    [...functionsIn(ops as never), ...functionsIn(source as never)].some((fn) => OPEN_WORDS.has(fn)),
  );
}

function unknownIn({ source, ops }: FlowPipeline): string | null {
  if (!SOURCES.has(source.type)) return `the source "${source.type}" is unknown`;
  const key = WRONG_SOURCES.has(source.type)
    ? undefined
    : Object.keys(source).find((one) => !SOURCE_KEYS.has(one));
  if (key !== undefined) return `the key "${key}" of the source is unknown`;
  for (const op of ops) {
    if (!OPERATOR_WORDS.has(op.op)) return `the operator "${op.op}" is unknown`;
    // What a flow goes through is listed under whatever key.
    const isThrough = op.op.startsWith('through_');
    const odd = isThrough ? undefined : Object.keys(op).find((one) => !OPERATOR_KEYS.has(one));
    if (odd !== undefined) return `the key "${odd}" of ${op.op} is unknown`;
    const fn = unknownFunction(op);
    if (fn !== null) return `the function "${fn}" of ${op.op} is unknown`;
  }
  for (const one of [source, ...ops]) {
    const unknown =
      unknownOption(one['opts']) ?? unknownWindow(one['window']) ?? unknownDispatcher(one['with']);
    if (unknown !== null) return unknown;
  }
  const elements = [source['of'], ...(isList(source['of']) ? source['of'] : [])];
  for (const one of source.type.startsWith('enumerable') ? elements : []) {
    if (!isRecord(one) || '$map' in one) continue;
    const odd = Object.keys(one).find((word) => !ELEMENTS.has(word));
    if (odd !== undefined && source.type === 'enumerables') return `the elements "${odd}" are unknown`;
  }
  return null;
}

function unknownOption(given: Json | undefined): string | null {
  if (!isRecord(given)) return null;
  const odd = Object.keys(given).find((one) => !OPTIONS.has(one));
  if (odd !== undefined) return `the option "${odd}" is unknown`;
  const { key, hash } = given;
  if (isRecord(key) && !isFunction(key, [FUNCTION_WORDS, KEYS]))
    return `the key ${JSON.stringify(key)} is unknown`;
  if (isRecord(hash) && !isFunction(hash, [HASH_WORDS])) return `the hash ${JSON.stringify(hash)} is unknown`;
  return unknownWindow(given['window']);
}

function unknownWindow(given: Json | undefined): string | null {
  if (!isRecord(given)) return null;
  const { type, custom } = given;
  if (!WINDOWS.has(String(type))) return `the window ${JSON.stringify(type)} is unknown`;
  if (isRecord(custom) && !isFunction(custom, [wordsOf('custom')]))
    return `the trigger ${JSON.stringify(custom)} is unknown`;
  return null;
}

function unknownDispatcher(given: Json | undefined): string | null {
  if (given === undefined) return null;
  const type = isRecord(given) ? given['type'] : given;
  return DISPATCHERS.has(String(type)) ? null : `the dispatcher ${JSON.stringify(given)} is unknown`;
}

/** The first function of an operator that neither the operator nor the format knows. */
function unknownFunction(op: FlowPipeline['ops'][number]): string | null {
  const own = [FUNCTION_WORDS, wordsOf(op.op)];
  const given: readonly (readonly [Json | undefined, readonly ReadonlySet<string>[]])[] = [
    [op['r'], [wordsOf(op.op)]],
    [op['f'], own],
    [op['key'], own],
    [op['value'], own],
    [op['merge'], [wordsOf('merge')]],
    [op['done'], [wordsOf('done')]],
    [op['sort'], [wordsOf('sort')]],
  ];
  for (const [spec, known] of given) {
    if (spec === undefined) continue;
    const named = isRecord(spec) ? spec : { fn: spec };
    if (!isFunction(named, known)) return String(named['fn']);
  }
  return null;
}

function isFunction({ fn }: JsonRecord, known: readonly ReadonlySet<string>[]): boolean {
  return [...known, WRONG].some((set) => set.has(String(fn)));
}

function wordsOf(part: string): ReadonlySet<string> {
  return FLOW_WORDS[part] ?? new Set();
}

function functionsIn(value: Json): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, one]) =>
    key === 'r' && typeof one === 'string' ? [one] : functionsIn(one),
  );
  return !isList(value) && typeof value['fn'] === 'string' ? [value['fn'], ...inner] : inner;
}
