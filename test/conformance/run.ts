import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Unsupported } from './behaviours.ts';
import { firstDifference } from './comparison.ts';
import { differencesOf, flowDifferencesOf } from './differences.ts';
import { flowDifference } from './flow-comparison.ts';
import { READINGS } from './flow-functions.ts';
import { flowsIn, parseFlow, type FlowScenario } from './flow-recording.ts';
import { replayFlow } from './flow-replayer.ts';
import { hasOpenWord, unknownFlowWord } from './flow-vocabulary.ts';
import { parseScenario, scenariosIn, type Scenario } from './recording.ts';
import { replay } from './replayer.ts';
import { unknownWord } from './vocabulary.ts';

/** What the recordings are of. */
export type Library = 'GenStage' | 'Flow';

/** What came of replaying one scenario, or of reading one file. */
export interface Outcome {
  /** `byDesign`: it differs on purpose; `other`: a file that holds no recordings. */
  readonly kind: 'passed' | 'failed' | 'byDesign' | 'other';
  /** `null` of what could not be read. */
  readonly library: Library | null;
  /** Name of the scenario or file. */
  readonly name: string;
  readonly rules: readonly string[];
  /** One line for people: scenario, rules, first difference. */
  readonly line: string;
}

/** A scenario that has not ended by then never will. */
const MAX_REAL_MS = 20_000;

/** How the recordings of one library are read and replayed. */
interface Replayer<One> {
  readonly library: Library;
  /** The scenarios of a text, unread; `null` when they are another library's. */
  readonly scenariosIn: (text: string) => readonly unknown[] | null;
  readonly parse: (one: unknown) => One | string;
  /** Why a replay is not what was recorded; `null` when it is. */
  readonly problemOf: (scenario: One) => Promise<string | null>;
  /** Rules by which a scenario may differ on purpose. */
  readonly differencesOf: (scenario: One) => readonly string[];
}

const GENSTAGE: Replayer<Scenario> = {
  library: 'GenStage',
  scenariosIn,
  parse: parseScenario,
  problemOf: async (scenario) =>
    unknownWord(scenario) ?? firstDifference(scenario, await inTime(replay(scenario))),
  differencesOf,
};

const FLOW: Replayer<FlowScenario> = {
  library: 'Flow',
  scenariosIn: flowsIn,
  parse: parseFlow,
  problemOf: async (scenario) => unknownFlowWord(scenario) ?? (await inTime(flowProblem(scenario))),
  differencesOf: flowDifferencesOf,
};

/**
 * Why a replay of a flow is not what was recorded; `null` when it is under one of the meanings that the format leaves open.
 */
export async function flowProblem(scenario: FlowScenario, seed = 0): Promise<string | null> {
  const readings = hasOpenWord(scenario) ? READINGS : 1;
  let first: string | null = null;
  for (let reading = 0; reading < readings; reading++) {
    const problem = flowDifference(scenario, await replayFlow(scenario, seed, reading));
    if (problem === null) return null;
    first ??= problem;
  }
  return first;
}

/** Replays every `.json` file of recordings in a folder, or one file. */
export async function replayAll(path: string): Promise<readonly Outcome[]> {
  const files = statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.json'))
        .sort()
        .map((name) => join(path, name))
    : [path];
  const outcomes: Outcome[] = [];
  for (const file of files) outcomes.push(...(await replayFile(file)));
  return outcomes;
}

async function replayFile(file: string): Promise<readonly Outcome[]> {
  const told = (kind: Outcome['kind'], problem: string): Outcome => ({
    kind,
    library: null,
    name: file,
    rules: [],
    line: `${file}: ${problem}`,
  });
  try {
    const text = readFileSync(file, 'utf8');
    const replayed = (await replayText(GENSTAGE, text)) ?? (await replayText(FLOW, text));
    return replayed ?? [told('other', 'no recordings of GenStage or Flow')];
  } catch (error) {
    return [told('failed', `cannot be read as recordings (${firstLine(error)})`)];
  }
}

async function replayText<One extends Scenario | FlowScenario>(
  by: Replayer<One>,
  text: string,
): Promise<readonly Outcome[] | null> {
  const scenarios = by.scenariosIn(text);
  if (scenarios === null) return null;
  const outcomes: Outcome[] = [];
  for (const [i, one] of scenarios.entries()) {
    const scenario = by.parse(one);
    outcomes.push(
      typeof scenario === 'string' ? unread(by.library, one, i, scenario) : await replayBy(by, scenario),
    );
  }
  return outcomes;
}

function unread(library: Library, one: unknown, at: number, problem: string): Outcome {
  const id: unknown = typeof one === 'object' && one !== null && 'id' in one ? one.id : null;
  const name = typeof id === 'string' ? id : `scenario ${at + 1}`;
  return { kind: 'failed', library, name, rules: [], line: `${name}: ${problem}` };
}

/** Replays one scenario of GenStage and says how it came out. Never rejects. */
export function replayOne(scenario: Scenario): Promise<Outcome> {
  return replayBy(GENSTAGE, scenario);
}

/** Replays one scenario of Flow and says how it came out. Never rejects. */
export function replayOneFlow(scenario: FlowScenario): Promise<Outcome> {
  return replayBy(FLOW, scenario);
}

async function replayBy<One extends Scenario | FlowScenario>(
  { library, problemOf, differencesOf: differing }: Replayer<One>,
  scenario: One,
): Promise<Outcome> {
  const { id: name, rules } = scenario;
  const told = (kind: Outcome['kind'], what: string): Outcome => ({
    kind,
    library,
    name,
    rules,
    line: [name, ...rules].join(' ') + (what && `: ${what}`),
  });
  const problem = await problemOf(scenario).then(
    (found) => (found === null ? null : oneLine(found)),
    (error: unknown) => (error instanceof Unsupported ? 'needs ' : '') + firstLine(error),
  );
  if (problem === null) return told('passed', '');
  // A scenario may come near a difference without ever meeting it.
  const differs = differing(scenario);
  if (differs.length > 0) return told('byDesign', `differs by design: ${differs.join(', ')}`);
  return told('failed', problem);
}

async function inTime<Result>(replayed: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`has not ended after ${MAX_REAL_MS} ms`)), MAX_REAL_MS);
  });
  return Promise.race([replayed, late]).finally(() => clearTimeout(timer));
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '';
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
