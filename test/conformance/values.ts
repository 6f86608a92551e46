import type { Call } from './behaviours.ts';
import { isList } from './functions.ts';
import type { Json } from './recording.ts';

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
  'event',
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
    // Which specification is wrong is told by the words alone.
    if (head === 'bad_specs') return ['bad_specs'];
    // A throw that nobody caught, as Elixir words it; the modules of a child are Elixir's too.
    if (head === 'nocatch') return '<crash>';
    if (head === 'undefined' && value.length === 4) return value.slice(0, 3);
    // What a child tells about itself besides its id (GS-222) is its own affair.
    if (head === 'ok' && value.length === 3 && /^child:/.test(String(detail))) return value.slice(0, 2);
    if (head === 'bad_return_value')
      return ['bad_return_value', isList(detail) ? (detail[0] ?? null) : (detail ?? null)];
    return value.map(plain);
  }
  if (!isRecord(value)) return value;
  if ('error' in value) return '<crash>';
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** The value that a refusal names at its end. */
export function receivedIn(message: string): Json {
  const received = /: received (.*)$/s.exec(message)?.[1] ?? 'null';
  try {
    const value: Json = JSON.parse(received);
    return value;
  } catch {
    return received;
  }
}

/** `expected :max_demand to be …` and `Cannot use maxDemand of …` are both about maxDemand. */
function optionNamed(text: Json | undefined): string {
  const given = String(text);
  const found =
    /expected :(\w+)/.exec(given)?.[1] ??
    /unknown options \[(\w+):/.exec(given)?.[1] ??
    /Cannot use (\w+)/.exec(given)?.[1] ??
    /^(\w+) must be an integer/.exec(given)?.[1] ??
    /supervis\w+ .*(strategy)|^a child specification with :(restart)/.exec(given)?.slice(1).find(Boolean);
  return (found ?? given).replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** A diagnostic without its level, and a refusal without its words. */
export function withoutLevel(diag: Json): Json {
  if (!isList(diag)) return diag;
  const [, code, ...args] = diag;
  return code === 'bad_opts' ? ['bad_opts'] : [code ?? null, ...args];
}

/** `<ref>`, `<pid>` and `?` stand for a name that the recording could not know. */
export function matches(wanted: Json, got: Json): boolean {
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

/** An object that is no list. */
export function isRecord(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !isList(value);
}
