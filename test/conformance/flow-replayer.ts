import { runVirtual, viewOfPlan, type TraceEntry } from 'sluice';
import type { Call } from './behaviours.ts';
import { LivePlay } from './flow-live.ts';
import { FLOW, isLive, programOf, READER, RefusedFlow, type FlowProgram } from './flow-program.ts';
import type { FlowScenario } from './flow-recording.ts';
import { topologyOf } from './flow-topology.ts';
import { written } from './flow-values.ts';
import { isList, list } from './functions.ts';
import type { Json, JsonRecord } from './recording.ts';

/** How a flow came out: what it gave; that it was refused when it was declared; that it failed; that it never ended. */
export type FlowOutcome =
  | { readonly type: 'result'; readonly value: Json }
  | { readonly type: 'raised' | 'exit' | 'hangs'; readonly told: string };

/** What a replay of one scenario has shown, in the words of the recordings. */
export interface FlowObserved {
  readonly outcome: FlowOutcome;
  readonly onInit: readonly Json[];
  /** `null` where no plan was made. */
  readonly topology: readonly JsonRecord[] | null;
  readonly exits: JsonRecord;
  /** Calls of `handleDemand`, by producer. */
  readonly demands: Readonly<Record<string, readonly Demanded[]>>;
}

/** One demand that a producer was told of. Counts are events. */
export interface Demanded {
  readonly count: number;
  /** What it got at once. */
  readonly emitted: number;
}

/**
 * Plays a scenario in virtual time.
 *
 * @param seed - 0 for the canonical schedule; any other for a random interleaving of the stages and the steps.
 * @param reading - Which of the meanings that the format leaves open is tried, from 0.
 */
export async function replayFlow(scenario: FlowScenario, seed = 0, reading = 0): Promise<FlowObserved> {
  const told = new Told();
  try {
    const program = programOf(scenario, reading, told);
    if (!isLive(scenario)) return await enumerated(scenario, program, told, seed);
    const play = new LivePlay(program, told, seed);
    await play.begin();
    for (const step of scenario.steps) await play.step(step);
    await play.settle();
    return { ...told.of(program), outcome: { type: 'result', value: play.results }, exits: play.exits };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const type = error instanceof RefusedFlow ? 'raised' : 'exit';
    return { outcome: { type, told: message }, onInit: [], topology: null, exits: {}, demands: {} };
  }
}

/** What the callbacks of a scenario have told. */
export class Told {
  readonly onInit: Json[] = [];
  readonly #logs = new Map<string, Call[]>();

  readonly called = (stage: string, call: Call): void => {
    const log = this.#logs.get(stage) ?? [];
    this.#logs.set(stage, log);
    log.push(call);
  };

  readonly inited = (stage: Json): void => {
    this.onInit.push(stage);
  };

  /** What a consumer has got. */
  received(stage: string): readonly Json[] {
    return this.#of(stage, 'handle_events').flatMap((call) => list(call['events']));
  }

  /** What it had got each time that it was told this word, and since. */
  parts(stage: string, word: string): readonly (readonly Json[])[] {
    const parts: Json[][] = [[]];
    for (const { cb, events, msg } of this.#logs.get(stage) ?? []) {
      if (cb === 'handle_events') parts.at(-1)?.push(...list(events));
      if (cb === 'handle_cast' && JSON.stringify(msg) === JSON.stringify([word])) parts.push([]);
    }
    return parts;
  }

  of({ plan, producers }: FlowProgram): Omit<FlowObserved, 'outcome'> {
    const demands = (name: string) =>
      this.#of(name, 'handle_demand').map(({ demand, emit = [] }): Demanded => ({
        count: Number(demand),
        emitted: list(emit).length,
      }));
    return {
      onInit: this.onInit,
      topology: topologyOf(viewOfPlan(plan)),
      exits: {},
      demands: Object.fromEntries(producers.map((name) => [name, demands(name)])),
    };
  }

  #of(stage: string, callback: string): readonly Call[] {
    return (this.#logs.get(stage) ?? []).filter((call) => call['cb'] === callback);
  }
}

/** Runs a flow to its end, and makes of what it gives what the recorded program made of it. */
async function enumerated(
  scenario: FlowScenario,
  program: FlowProgram,
  told: Told,
  seed: number,
): Promise<FlowObserved> {
  const { ended, entries } = await runVirtual(program.plan, {
    seed,
    trace: 'counters',
    entryBudget: 200_000,
  });
  const shown = told.of(program);
  const end = endOf(entries, program);
  if (end !== 'normal') {
    const type = end === null ? 'hangs' : 'exit';
    return { ...shown, outcome: { type, told: `the flow ended as ${end ?? ended}` } };
  }
  const events = program.sinks.flatMap((sink) => told.received(sink)).map(written);
  const value = await resultOf(scenario, events, () => replayFlow({ ...scenario, sink: 'list' }, seed));
  return { ...shown, outcome: { type: 'result', value } };
}

/**
 * How the flow of a run has ended: `normal`, or what else; `null` while it goes on. One without a stage of its own ends as
 * whoever reads it does.
 */
export function endOf(entries: readonly TraceEntry[], { plan }: FlowProgram): string | null {
  const stage = plan.flows.every(({ ends }) => ends.length === 0) ? READER : FLOW;
  const end = entries.find((entry) => entry.type === 'exit' && entry.stage === stage);
  return end?.type === 'exit' ? JSON.stringify(end.reason).replaceAll('"', '') : null;
}

/** What the recorded program made of the events of its flow. */
export async function resultOf(
  { sink }: FlowScenario,
  events: readonly Json[],
  again: () => Promise<FlowObserved>,
): Promise<Json> {
  switch (sink) {
    case 'run':
    case 'run_unlinked':
      return 'ok';
    case 'sum':
      return events.reduce<number>((sum, x) => sum + Number(x), 0);
    case 'count':
      return events.length;
    case 'twice': {
      const { outcome } = await again();
      return [events, outcome.type === 'result' ? outcome.value : outcome.type];
    }
    default:
      return typeof sink === 'object' && sink['filter_lists'] === true ? events.filter(isList) : events;
  }
}
