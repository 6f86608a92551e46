import { brokenFact } from './facts.ts';
import type { Json, Scenario } from './recording.ts';
import type { Observed } from './replayer.ts';
import { comparable } from './streams.ts';
import { calls, isRecord, matches, plain, withoutLevel } from './values.ts';

/** Turns a recording keeps at most. */
const MAX_TURNS = 600;

/** Where a replay first left its recording; `null` when it never did. */
export function firstDifference(scenario: Scenario, observed: Observed): string | null {
  // Without a canonical schedule there is only what holds under any.
  if (scenario.mode === 'invariants_only') return brokenFact(scenario, observed);
  const { expect } = scenario;
  const stages = scenario.stages.map(({ name }) => name);
  const results = comparable(scenario.steps, observed.results);
  for (const [i, result] of comparable(scenario.steps, expect.results ?? []).entries()) {
    const difference = compare(`result of step ${i}`, plain(result), plain(results[i] ?? null));
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
      for (const key of ['buffered', 'consumers', 'demand_mode', 'queued', 'demand_left', ...SUPERVISED]) {
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

/** What a supervisor shows of its children. */
const SUPERVISED = ['children', 'restarting', 'subs'];

function pendingOf(producers: Readonly<Record<string, Json>>): Record<string, Json> {
  const pending: Record<string, Json> = {};
  for (const [sub, one] of Object.entries(producers)) {
    if (isRecord(one) && one['pending'] !== undefined) pending[sub] = one['pending'];
  }
  return pending;
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
