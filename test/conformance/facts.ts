import { isList, list, record } from './functions.ts';
import type { Json, Scenario } from './recording.ts';
import type { Observed } from './replayer.ts';
import { comparable } from './streams.ts';
import { calls, matches, plain, withoutLevel } from './values.ts';

type Log = readonly Readonly<Record<string, Json>>[];
type Side = Pick<Observed, 'results' | 'logs' | 'diags' | 'exits' | 'final'>;

/** Facts that hold under any schedule, of those the recording lists: the first that does not, or `null`. */
export function brokenFact(scenario: Scenario, observed: Observed): string | null {
  const { expect, schedule_free: free } = scenario;
  if (scenario.mode === 'invariants_only') return brokenInvariant(scenario, observed);
  const recorded: Side = {
    ...expect,
    results: expect.results ?? [],
    diags: Object.fromEntries(
      Object.entries(expect.diags).map(([name, diags]) => [name, diags.map(withoutLevel)]),
    ),
  };
  for (const [name, facts] of Object.entries(free.stages)) {
    for (const fact of facts) {
      const project = STAGE_FACTS[fact];
      if (!project) return `the fact "${fact}" is unknown`;
      const difference = compare(`${fact} of ${name}`, project(recorded, name), project(observed, name));
      if (difference) return difference;
    }
  }
  for (const fact of free.scenario) {
    const project = SCENARIO_FACTS[fact];
    if (!project) return `the fact "${fact}" is unknown`;
    const difference = compare(fact, project(recorded), project(observed));
    if (difference) return difference;
  }
  return null;
}

/** What has no canonical schedule is recorded as its facts alone, in the form the recorder projects them. */
function brokenInvariant({ expect, steps }: Scenario, observed: Observed): string | null {
  const seen = { ...observed, results: comparable(steps, observed.results) };
  for (const [name, facts] of Object.entries(expect.stages)) {
    for (const [fact, recorded] of Object.entries(facts)) {
      const project = fact === 'subscribes' ? subscribers : STAGE_FACTS[fact];
      if (!project) return `the fact "${fact}" is unknown`;
      const difference = compareValues(
        `${fact} of ${name}`,
        projected(fact, recorded),
        project(observed, name),
      );
      if (difference) return difference;
    }
  }
  for (const [fact, recorded] of Object.entries(expect.scenario)) {
    const project = SCENARIO_FACTS[fact];
    if (!project) return `the fact "${fact}" is unknown`;
    const wanted = fact === 'results' ? comparable(steps, list(recorded)) : recorded;
    const difference = compareValues(fact, projected(fact, wanted), project(seen));
    if (difference) return difference;
  }
  return null;
}

/** A recorded fact, written as the same fact is written here. */
function projected(fact: string, recorded: Json): Json {
  if (!isList(recorded)) return plain(recorded);
  if (fact === 'log') return calls(recorded.map((call) => record(call)));
  if (fact === 'diags') return sorted(recorded.map((diag) => plain(withoutLevel(list(diag)))));
  return recorded.map(plain);
}

/** `[role, subscription]` of each, sorted. */
function subscribers(side: Side, name: string): Json {
  return sorted(of(side, name, 'handle_subscribe').map((call) => [call['as'] ?? null, call['sub'] ?? null]));
}

function compareValues(fact: string, wanted: Json, got: Json): string | null {
  if (matches(wanted, got)) return null;
  return `${fact}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`;
}

const STAGE_FACTS: Readonly<Record<string, (side: Side, name: string) => Json>> = {
  log: (side, name) => calls(side.logs[name]),
  demands: (side, name) => demands(side, name),
  demand_total: (side, name) => demands(side, name).reduce((sum, count) => sum + count, 0),
  batches: (side, name) => batches(side, name).map((call) => [call['sub'] ?? null, call['events'] ?? null]),
  received: (side, name) => received(side, name),
  received_per_sub: (side, name) => {
    const perSub: Record<string, Json[]> = {};
    for (const call of batches(side, name))
      (perSub[String(call['sub'])] ??= []).push(...items(call['events']));
    return sorted(Object.entries(perSub).map(([sub, events]) => [sub, events]));
  },
  received_sorted: (side, name) => sorted(received(side, name)),
  received_count: (side, name) => received(side, name).length,
  emitted: (side, name) => emitted(side, name),
  emitted_sorted: (side, name) => sorted(emitted(side, name)),
  emitted_count: (side, name) => emitted(side, name).length,
  subscribes: (side, name) => sorted(calls(of(side, name, 'handle_subscribe'))),
  cancels: (side, name) =>
    sorted(
      of(side, name, 'handle_cancel').map((call) => [
        call['sub'] ?? null,
        call['kind'] ?? null,
        plain(call['reason'] ?? null),
      ]),
    ),
  child_starts: (side, name) => sorted(calls(of(side, name, 'child_start'))),
  diags: (side, name) => sorted((side.diags[name] ?? []).map(plain)),
  exit: (side, name) => plain(side.exits[name] ?? null),
  buffered: (side, name) => {
    const inside = side.final[name];
    return typeof inside === 'object' && inside !== null && !isList(inside)
      ? (inside['buffered'] ?? null)
      : null;
  },
};

const SCENARIO_FACTS: Readonly<Record<string, (side: Side) => Json>> = {
  results: (side) => side.results.map(plain),
  union_received: (side) => sorted(Object.keys(side.logs).flatMap((name) => received(side, name))),
};

function of({ logs }: Side, name: string, callback: string): Log {
  return (logs[name] ?? []).filter((call) => call['cb'] === callback);
}

function batches(side: Side, name: string): Log {
  return of(side, name, 'handle_events');
}

function demands(side: Side, name: string): number[] {
  return of(side, name, 'handle_demand').map((call) => Number(call['demand']));
}

function received(side: Side, name: string): Json[] {
  return batches(side, name).flatMap((call) => items(call['events']));
}

function emitted({ logs }: Side, name: string): Json[] {
  return (logs[name] ?? []).flatMap((call) => items(call['emit']));
}

function items(value: Json | undefined): readonly Json[] {
  return value !== undefined && isList(value) ? value : [];
}

function sorted(values: readonly Json[]): Json[] {
  return [...values].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function compare(fact: string, wanted: Json, got: Json): string | null {
  // `<ref>` and the like stand for any name.
  const text = JSON.stringify(wanted);
  if (/"(<ref>|<pid>|\?)"/.test(text) || text === JSON.stringify(got)) return null;
  return `${fact}: expected ${text}, got ${JSON.stringify(got)}`;
}
