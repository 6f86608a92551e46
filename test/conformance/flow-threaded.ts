import { readFileSync, readdirSync } from 'node:fs';
import type { LayerView, RunHandle, TraceEntry } from 'sluice';
import { NodePlatform, type NodeProgram } from '../../engine/platform/node.ts';
import { nodeProgram, startOnThreads } from '../support/node-runner.ts';
import { jsonOf, optionsOf } from './behaviours.ts';
import { besideName, FLOW, isLive, programOf, type FlowProgram } from './flow-program.ts';
import { pipelinesIn, type FlowScenario, type FlowStep } from './flow-recording.ts';
import { endOf, resultOf, Told, type FlowObserved } from './flow-replayer.ts';
import type { Line } from './flow-threaded-program.ts';
import { record, list } from './functions.ts';
import type { Json } from './recording.ts';
import { LOG_MARK } from './threaded-log.ts';

const START = `import { scenarios } from 'sluice/data';
import { threadedProgram } from './flow-threaded-program.ts';
export default threadedProgram(scenarios);`;

/** What a sink is told when it is looked at, so that its log says what had come by then. */
const LOOK = 'looked at';

/** Why a scenario is not played on threads; `null` when it is. */
export function flowLeftOut(scenario: FlowScenario): string | null {
  try {
    programOf(scenario, 0, new Told());
  } catch {
    return 'refused as it is declared or planned: nothing runs';
  }
  if (scenario.sink === 'twice') return 'an enumeration that comes after another';
  // A run with a timer has not settled, and threads of a busy machine do not keep time.
  const hasTimer = scenario.timing || (isLive(scenario) && setsTimers(scenario));
  return hasTimer ? 'steps between ticks of a real clock' : null;
}

/** Whether windows of a scenario look at the clock. */
function setsTimers({ pipeline }: FlowScenario): boolean {
  return pipelinesIn(pipeline).some(({ source, ops }) =>
    [source, ...ops].some((one) => {
      const window = record(record(one['opts'] ?? {})['window'] ?? {});
      return window['type'] === 'periodic' || 'lateness' in window || 'periodically' in window;
    }),
  );
}

/** Plays scenarios that are all live or all enumerated, at once, on two real threads. */
export type ThreadedFlows = (scenarios: readonly FlowScenario[]) => Promise<readonly FlowObserved[]>;

/** Compiles the program that interprets scenarios, once; gives what plays them. */
export async function threadedFlows(): Promise<ThreadedFlows> {
  const folder = new URL('./', import.meta.url);
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name): [string, string] => [name, readFileSync(new URL(name, folder), 'utf8')]);
  const program = await nodeProgram({ ...Object.fromEntries(sources), 'start.ts': START }, ['scenarios']);
  return (scenarios) =>
    new ThreadedPlay(scenarios, { ...program, data: { scenarios: JSON.stringify(scenarios) } }).observed();
}

/** Scenarios on two threads, their steps sent from here. */
class ThreadedPlay {
  readonly #scenarios: readonly FlowScenario[];
  readonly #programs: readonly FlowProgram[];
  readonly #run: RunHandle;

  constructor(scenarios: readonly FlowScenario[], program: NodeProgram) {
    this.#scenarios = scenarios;
    this.#programs = scenarios.map((scenario) => programOf(scenario, 0, new Told()));
    const options = { workers: 2, keepAlive: scenarios.some(isLive), entryBudget: 1_000_000 };
    this.#run = startOnThreads(new NodePlatform(program), options);
  }

  async observed(): Promise<readonly FlowObserved[]> {
    const run = this.#run;
    if (this.#scenarios.some(isLive)) {
      await run.settled();
      await this.#steps();
      run.stop();
    }
    const end = await run.done;
    if (end.type === 'failed') throw new Error(`the run failed: ${end.error.message}`);
    const { entries } = run.now;
    const lines = linesIn(entries);
    return Promise.all(
      this.#scenarios.map((scenario, i) =>
        this.#observedOf(
          scenario,
          lines.filter((line) => line.scenario === i),
          entries.filter(({ stage }) => stage.startsWith(besideName(i, ''))),
        ),
      ),
    );
  }

  /** Each step of all scenarios, then the next one of all. */
  async #steps(): Promise<void> {
    const most = Math.max(...this.#scenarios.map(({ steps }) => steps.length));
    for (let at = 0; at < most; at++) {
      for (const [i, { steps }] of this.#scenarios.entries()) {
        const step = steps[at];
        if (step) this.#perform(i, step);
      }
      await this.#run.settled();
    }
  }

  #perform(scenario: number, step: FlowStep): void {
    const { op, producer, events, reason = 'normal', name, mode, sink, opts } = step;
    const run = this.#run;
    const of = (stage: Json | undefined) => besideName(scenario, String(stage));
    switch (op) {
      case 'push':
        return run.cast(of(producer), ['push', list(events)]);
      case 'finish':
        return run.cast(of(producer), ['stop', reason]);
      case 'trigger':
        for (const outlet of this.#lastLayer(scenario)) run.info(outlet, { trigger: name });
        return;
      case 'demand':
        run.demandMode(of(FLOW), mode === 'forward' ? 'forward' : 'accumulate');
        return;
      case 'subscribe_sink':
        void run.subscribe(of(sink), { ...optionsOf(record(opts ?? {})), to: of(FLOW) });
        return;
      case 'stop_sink':
        void run.stopStage(of(sink), reason);
        return;
      case 'stop_flow':
        void run.stopStage(of(FLOW), reason);
        return;
      case 'collect':
        for (const one of this.#scenarios[scenario]?.sinks ?? []) run.cast(of(one.name), [LOOK]);
        for (const own of this.#layers(scenario).filter(({ boundary }) => boundary === 'into'))
          for (const stage of own.stages) run.cast(stage, [LOOK]);
        return;
      default:
        return;
    }
  }

  #lastLayer(scenario: number): readonly string[] {
    return this.#layers(scenario).findLast(({ kind }) => kind === 'mapReducer')?.stages ?? [];
  }

  #layers(scenario: number): readonly LayerView[] {
    const { flows = [] } = this.#run.now.plan ?? {};
    return flows.find(({ id }) => id === besideName(scenario, FLOW))?.layers ?? [];
  }

  async #observedOf(
    scenario: FlowScenario,
    lines: readonly Line[],
    entries: readonly TraceEntry[],
  ): Promise<FlowObserved> {
    const program = this.#programs[this.#scenarios.indexOf(scenario)];
    if (!program) throw new Error('Cannot compare as the scenario was not played');
    const told = new Told();
    for (const line of lines) {
      if ('inited' in line) told.inited(jsonOf(line.inited));
      else told.called(line.stage, { ...record(jsonOf(line.call)) });
    }
    const shown = { ...told.of(program), topology: null };
    if (isLive(scenario)) {
      const value = collectedIn(scenario, program, told);
      return { ...shown, exits: exitsIn(program, entries), outcome: { type: 'result', value } };
    }
    const ended = endOf(
      entries.map((entry) => ({ ...entry, stage: entry.stage.slice(entry.stage.indexOf(' ') + 1) })),
      program,
    );
    if (ended !== 'normal') {
      const type = ended === null ? 'hangs' : 'exit';
      return { ...shown, outcome: { type, told: `the flow ended as ${ended ?? 'nothing'}` } };
    }
    const events = program.sinks.flatMap((sink) => told.received(sink));
    const again = () => Promise.reject(new Error('Cannot enumerate twice on threads'));
    return { ...shown, outcome: { type: 'result', value: await resultOf(scenario, events, again) } };
  }
}

function linesIn(entries: readonly TraceEntry[]): readonly Line[] {
  return entries.flatMap((entry): Line[] => {
    if (entry.type !== 'log' || entry.values[0] !== LOG_MARK) return [];
    const line: Line = JSON.parse(entry.values.slice(1).join(''));
    return [line];
  });
}

/** What the sinks had got each time that they were looked at. One that was gone by then had got nothing more. */
function collectedIn({ steps }: FlowScenario, { sinks }: FlowProgram, told: Told): Json {
  const looks = steps.filter(({ op }) => op === 'collect').length;
  const parts = sinks.map((sink) => told.parts(sink, LOOK));
  return Array.from({ length: looks }, (_, i): Json => {
    const all = sinks.map((sink, at): readonly [string, readonly Json[]] => [sink, parts[at]?.[i] ?? []]);
    const [first] = all;
    return all.length === 1 && first ? first[1] : all;
  });
}

function exitsIn(
  { producers, sinks, between }: FlowProgram,
  entries: readonly TraceEntry[],
): Record<string, Json> {
  return Object.fromEntries(
    [FLOW, ...producers, ...between, ...sinks].map((name) => {
      const end = entries.find(
        ({ stage, type }) => stage.endsWith(` ${name}`) && (type === 'exit' || type === 'crash'),
      );
      if (end?.type === 'exit') return [name, jsonOf(end.reason)];
      return [name, end?.type === 'crash' ? { error: end.error.name } : 'alive'];
    }),
  );
}
