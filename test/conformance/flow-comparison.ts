import { isList } from './functions.ts';
import { isLive } from './flow-program.ts';
import { pipelinesIn, type FlowScenario } from './flow-recording.ts';
import type { Demanded, FlowObserved } from './flow-replayer.ts';
import { topologyDifference } from './flow-topology.ts';
import { sortedByText, written } from './flow-values.ts';
import type { Json } from './recording.ts';
import { plain } from './values.ts';

/** Where a replay left its recording; `null` when it did not. */
export function flowDifference(scenario: FlowScenario, observed: FlowObserved): string | null {
  return outcomeDifference(scenario, observed) ?? factsDifference(scenario, observed);
}

function outcomeDifference(
  { expect, order, ...scenario }: FlowScenario,
  { outcome }: FlowObserved,
): string | null {
  const got = `${outcome.type}${outcome.type === 'result' ? ` ${text(outcome.value)}` : `: ${outcome.told}`}`;
  if (expect.raised !== undefined) {
    return outcome.type === 'raised' ? null : `expected a refusal of what is declared, got ${got}`;
  }
  // What Flow finds out when a flow starts is refused here as it is declared.
  if (order === 'exit') return outcome.type === 'result' ? `expected a failure, got ${got}` : null;
  if (expect.hangs !== undefined) return outcome.type === 'hangs' ? null : `expected no end, got ${got}`;
  if (outcome.type !== 'result') return `expected a result, got ${got}`;
  const wanted = expect.result === undefined ? null : written(expect.result);
  const several = scenario.sinks.length + scenario.specs.length > 1;
  const isOrdered = order === 'exact' && !emitsElementsOfMap({ ...scenario, expect, order });
  // Both enumerations of a flow, or what was collected one time after the other.
  const hasParts = isLive({ ...scenario, expect, order }) || scenario.sink === 'twice';
  const arranged = (value: Json) => (isOrdered ? value : unordered(value, hasParts));
  const told = (value: Json) => (several ? withoutEmpty(value) : value);
  return same('result', arranged(told(wanted)), arranged(told(outcome.value)));
}

/** What several sinks have collected, without those that got nothing. */
function withoutEmpty(collected: Json): Json {
  if (!isList(collected)) return collected;
  const isEmpty = (one: Json) => isList(one) && JSON.stringify(one[1]) === '[]';
  return collected.map((sinks) => (isList(sinks) ? sinks.filter((one) => !isEmpty(one)) : sinks));
}

/** A list without its order; of one with parts, each part without its own. */
function unordered(value: Json, hasParts: boolean): Json {
  if (!isList(value)) return value;
  return hasParts ? value.map((part) => unordered(part, false)) : sortedByText(value);
}

/** The elements of a map come in an order that never means anything. */
function emitsElementsOfMap({ pipeline }: FlowScenario): boolean {
  return pipelinesIn(pipeline).some(({ ops }) => {
    const emits = (what: Json | undefined) =>
      what === 'events' || JSON.stringify(what) === '{"fn":"emit_events"}';
    return ops.some(({ op, acc }, i) => {
      if (op !== 'group_by' && op !== 'group_by_key' && acc !== 'map') return false;
      const next = ops[i + 1];
      if (next === undefined || (next.op !== 'emit' && next.op !== 'on_trigger'))
        return next?.op !== 'departition';
      return emits(next['what'] ?? next['f']);
    });
  });
}

function factsDifference({ expect }: FlowScenario, observed: FlowObserved): string | null {
  const { on_init: inits, source_demands: asked, topology, exits, demands } = expect;
  // Whose plan was refused has none.
  if (topology && observed.topology) {
    const difference = topologyDifference(topology, observed.topology);
    if (difference) return difference;
  }
  if (inits) {
    const difference = same('onInit', sortedByText(inits), sortedByText(observed.onInit));
    if (difference) return difference;
  }
  if (asked) {
    const difference = demandsDifference(asked, Object.values(observed.demands).flat());
    if (difference) return difference;
  }
  for (const [name, exit] of Object.entries(exits ?? {})) {
    const difference = same(`exit of ${name}`, plain(exit), plain(observed.exits[name] ?? null));
    if (difference) return difference;
  }
  for (const [name, counts] of Object.entries(demands ?? {})) {
    const told = (observed.demands[name] ?? []).map(({ count }) => count);
    const difference = same(`demands of ${name}`, counts, told);
    if (difference) return difference;
  }
  return null;
}

/**
 * A source that has come to its end may still be asked, or be gone by then: demands that got nothing need not have been
 * recorded, nor need those that were have come.
 */
function demandsDifference(wanted: readonly Json[], got: readonly Demanded[]): string | null {
  const answered = sortedByText(got.filter(({ emitted }) => emitted > 0).map(({ count }) => count));
  const all = sortedByText(got.map(({ count }) => count));
  const isIn = (some: readonly Json[], others: readonly Json[]) => {
    const left = others.map((one) => text(one));
    return some.every((one) => left.includes(text(one)) && left.splice(left.indexOf(text(one)), 1));
  };
  if (isIn(answered, wanted) && isIn(wanted, all)) return null;
  return `demands of the sources: expected ${text(wanted)}, got ${text(all)}, answered ${text(answered)}`;
}

function same(what: string, wanted: Json, got: Json): string | null {
  if (text(wanted) === text(got)) return null;
  return `${what}: expected ${text(wanted)}, got ${text(got)}`;
}

function text(value: Json): string {
  return JSON.stringify(value);
}
