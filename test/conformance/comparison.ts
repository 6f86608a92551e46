import type { Call } from './behaviours.ts';
import { isList } from './functions.ts';
import type { Json, Scenario } from './recording.ts';
import type { Observed } from './replayer.ts';

/** Turns a recording keeps at most. */
const MAX_TURNS = 600;

/** Where a replay first left its recording; `null` when it never did. */
export function firstDifference(scenario: Scenario, observed: Observed): string | null {
  const { expect } = scenario;
  const stages = scenario.stages.map(({ name }) => name);
  for (const [i, result] of (expect.results ?? []).entries()) {
    const difference = compare(`result of step ${i}`, plain(result), plain(observed.results[i] ?? null));
    if (difference) return difference;
  }
  for (const name of [...stages, 'probe']) {
    const difference = compareLists(`log of ${name}`, calls(expect.logs[name]), calls(observed.logs[name]));
    if (difference) return difference;
  }
  for (const name of stages) {
    const wanted = (expect.diags[name] ?? []).map((diag) => plain(withoutLevel(diag)));
    const difference = compareLists(`diags of ${name}`, wanted, (observed.diags[name] ?? []).map(plain));
    if (difference) return difference;
  }
  const exits = compare('exits', plain(expect.exits), plain(observed.exits));
  if (exits) return exits;
  if (expect.turns) {
    const taken = observed.turns.slice(0, MAX_TURNS).map(plain);
    const difference = compareLists('turn', expect.turns.map(plain), taken);
    if (difference) return difference;
  }
  return insideDifference(scenario, observed);
}

/** The inside of stages, as far as it means the same here: buffered events, queued messages, pending demand. */
function insideDifference({ expect }: Scenario, observed: Observed): string | null {
  const pairs = [
    ...expect.snapshots.map(({ step, stages }) => ({
      at: `snapshot of step ${step}`,
      wanted: stages,
      got: observed.snapshots.find((one) => one.step === step)?.stages ?? {},
    })),
    { at: 'final', wanted: expect.final, got: observed.final },
  ];
  for (const { at, wanted, got } of pairs) {
    for (const [name, inside] of Object.entries(wanted)) {
      if (!isRecord(inside)) continue;
      const mine = got[name];
      const shown = isRecord(mine) ? mine : {};
      const producers = inside['producers'];
      const pending = isRecord(producers) ? pendingOf(producers) : {};
      for (const key of ['buffered', 'consumers', 'demand_mode', 'queued', 'demand_left']) {
        if (inside[key] === undefined || shown[key] === undefined) continue;
        const difference = compare(`${at}: ${key} of ${name}`, inside[key], shown[key]);
        if (difference) return difference;
      }
      if (shown['pending'] === undefined) continue;
      const own = isRecord(shown['pending']) ? shown['pending'] : {};
      for (const [sub, count] of Object.entries(pending)) {
        if (sub === '?') continue;
        const difference = compare(`${at}: pending of ${sub}`, count, own[sub] ?? null);
        if (difference) return difference;
      }
    }
  }
  return null;
}

function pendingOf(producers: Readonly<Record<string, Json>>): Record<string, Json> {
  const pending: Record<string, Json> = {};
  for (const [sub, one] of Object.entries(producers)) {
    if (isRecord(one) && one['pending'] !== undefined) pending[sub] = one['pending'];
  }
  return pending;
}

const COMPARED = [
  'cb',
  'as',
  'sub',
  'peer',
  'kind',
  'reason',
  'demand',
  'events',
  'msg',
  'n',
  'emit',
  'what',
  'ref',
  'from',
  'current',
];

/** Calls with the fields that count. Nothing emitted is written in two ways. */
export function calls(log: readonly Call[] | readonly Readonly<Record<string, Json>>[] | undefined): Json[] {
  return (log ?? []).map((call) => {
    const kept: Record<string, Json> = {};
    for (const key of COMPARED) {
      const value = call[key];
      if (value === undefined || (key === 'emit' && isList(value) && value.length === 0)) continue;
      kept[key] = plain(value);
    }
    return kept;
  });
}

/**
 * A value with what may differ taken out: texts and names of exceptions and refusals are each library's own (only which
 * option was refused counts), and a stage that returned rubbish need not repeat all of it.
 */
export function plain(value: Json): Json {
  if (isList(value)) {
    const [head, detail] = value;
    if (head === 'bad_opts') return ['bad_opts', optionNamed(detail)];
    if (head === 'bad_return_value')
      return ['bad_return_value', isList(detail) ? (detail[0] ?? null) : (detail ?? null)];
    return value.map(plain);
  }
  if (!isRecord(value)) return value;
  if ('error' in value) return '<crash>';
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** `expected :max_demand to be …` and `Cannot use maxDemand of …` are both about maxDemand. */
function optionNamed(text: Json | undefined): string {
  const given = String(text);
  const found =
    /expected :(\w+)/.exec(given)?.[1] ??
    /unknown options \[(\w+):/.exec(given)?.[1] ??
    /Cannot use (\w+)/.exec(given)?.[1];
  return (found ?? given).replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function withoutLevel(diag: Json): Json {
  if (!isList(diag)) return diag;
  const [, code, ...args] = diag;
  return code === 'bad_opts' ? ['bad_opts'] : [code ?? null, ...args];
}

function compareLists(what: string, wanted: readonly Json[], got: readonly Json[]): string | null {
  for (let i = 0; i < Math.max(wanted.length, got.length); i++) {
    const difference = compare(`${what} [${i}]`, wanted[i] ?? null, got[i] ?? null);
    if (difference) return difference;
  }
  return null;
}

function compare(what: string, wanted: Json, got: Json): string | null {
  if (matches(wanted, got)) return null;
  return `${what}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`;
}

/** `<ref>`, `<pid>` and `?` stand for a name that the recording could not know. */
function matches(wanted: Json, got: Json): boolean {
  if (wanted === '<ref>' || wanted === '<pid>' || wanted === '?') return typeof got === 'string';
  if (isList(wanted)) {
    return (
      isList(got) && wanted.length === got.length && wanted.every((one, i) => matches(one, got[i] ?? null))
    );
  }
  if (isRecord(wanted)) {
    const keys = Object.keys(wanted);
    return (
      isRecord(got) &&
      keys.length === Object.keys(got).length &&
      keys.every((key) => matches(wanted[key] ?? null, got[key] ?? null))
    );
  }
  return wanted === got;
}

function isRecord(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !isList(value);
}
